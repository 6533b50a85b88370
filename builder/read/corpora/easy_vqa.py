"""easy-VQA: questions about one coloured shape; comes as a Python package with its images."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from twokeys.builder.read.corpora.opening import CHECK, SourceFile, read_json, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, corpus_folder, each, options, picture
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput, MissingPackage
from twokeys.core.items import Row

NEEDS = (
    "the package easy-vqa, or a folder laid out like its `data` (github.com/vzhou842/easy-VQA): "
    "<split>/questions.json and <split>/images/<image id>.png for the splits train and test"
)


class Options(Part):
    """What the recipe may choose."""

    answer_types: tuple[Literal["yes/no", "open"], ...] = ("yes/no", "open")
    """Which questions to read; shapes and colours are `open`."""


def root(corpus: Corpus, corpora: Path | None) -> Path:
    """Return the corpus's folder; the installed package's data where the recipe names none."""
    if corpus.path is not None:
        return corpus_folder(corpus, corpora, NEEDS)
    # Found, not imported: importing the package would parse every question first.
    spec = find_spec("easy_vqa")
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackage("the corpus easy-VQA", "easy-vqa", 'pip install "twokeys[offline]"')
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the question files."""
    options(corpus, Options)
    return [_file(root, split).path for split in corpus.splits or READER.official]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the questions of a split; the corpus has no ids of its own, so an item's id is its row number."""
    file = _file(root, split)
    wanted = options(corpus, Options).answer_types

    def make(number: int, record: Any) -> Row:
        if not isinstance(record, list) or len(record) != 3:
            problem = f"the entry is {repr(record)[:60]}"
            raise BadInput(file.name, number, problem, "[question, answer, image id]", CHECK)
        question, answer, image = record
        locator = picture(corpus, f"{split}/images/{image}.png", file, number)
        return Row(
            file.name,
            number,
            split,
            source_id=str(number),
            image=locator,
            question=question,
            answer=answer,
            answer_type="yes/no" if answer in ("yes", "no") else "open",
        )

    records = read_json(file)
    if not isinstance(records, list):
        problem = f"the file holds a value of type {type(records).__name__}"
        raise BadInput(file.path, None, problem, "a list of questions", CHECK)
    for row in each(enumerate(records, start=1), make):
        if isinstance(row, BadInput) or row.answer_type in wanted:
            yield row


def _file(root: Path, split: str) -> SourceFile:
    return source_file(root, f"{split}/questions.json", NEEDS)


READER = Reader(
    format="easy-vqa",
    summary="easy-VQA 1.0: synthetic shapes, yes/no and open",
    official=("train", "test"),
    files=files,
    read=read,
    needs=NEEDS,
    find_root=root,
)
