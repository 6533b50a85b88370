"""A corpus reader: text files with a picture's name, a question and an answer a line, tabs between them."""

from __future__ import annotations

from pathlib import Path

from twokeys.builder.read.corpora.opening import SourceFile
from twokeys.builder.read.corpora.reader import Reader, Rows, options, picture
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

NEEDS = "a folder with the files train.txt and test.txt and the pictures beside them"


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the source files."""
    options(corpus, Part)  # this format has no options: one that is given is an error
    return [root / f"{split}.txt" for split in corpus.splits or READER.official]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the rows of a split; bad ones as `BadInput`."""
    file = SourceFile(root / f"{split}.txt", f"{split}.txt")
    for number, line in enumerate(file.path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t")
        if len(parts) != 3:
            yield BadInput(file.name, number, f"the line has {len(parts)} fields", "image, question, answer", "mend it")
            continue
        try:
            where = picture(corpus, parts[0], file, number)
        except BadInput as problem:
            yield problem
            continue
        yield Row(file.name, number, split, str(number), where, parts[1], parts[2])


READER = Reader(
    format="example-lines",
    summary="lines of picture, question, answer",
    official=("train", "test"),
    files=files,
    read=read,
    needs=NEEDS,
)
