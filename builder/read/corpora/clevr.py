"""CLEVR: questions about drawn scenes of simple objects, each with the program that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.opening import CHECK, SourceFile, field, read_json, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, options, picture
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    "the folder CLEVR_v1.0 of cs.stanford.edu/people/jcjohns/clevr: questions/CLEVR_<split>_questions.json and "
    "images/<split>/CLEVR_<split>_000000.png for the splits train and val; the split test has no answers"
)


def image_link(split: str, index: int) -> str:
    """The link of the items about one image.

    Example:
        >>> image_link("val", 12)
        'clevr:val:12'
    """
    return f"clevr:{split}:{index}"


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the question files."""
    options(corpus, Part)
    return [_file(root, split).path for split in corpus.splits or READER.official]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the questions of a split, in file order."""
    file = _file(root, split)

    def make(number: int, record: Any) -> Row:
        name, answer = field(record, "image_filename", file, number), field(record, "answer", file, number)
        picture(corpus, name, file, number)  # checks the name itself, before the split's folder stands before it
        return Row(
            file.name,
            number,
            split,
            source_id=str(field(record, "question_index", file, number)),
            image=picture(corpus, f"{split}/{name}", file, number, "images"),
            question=field(record, "question", file, number),
            answer=answer,
            answer_type=_type(answer),
            links=(image_link(split, _index(record, file, number)),),
            meta={key: record[key] for key in ("program", "question_family_index") if key in record},
        )

    document = read_json(file)
    records = document.get("questions") if isinstance(document, dict) else None
    if not isinstance(records, list):
        problem = f"the file holds a value of type {type(document).__name__} without a list of questions"
        raise BadInput(file.path, None, problem, "an object with a list under the key 'questions'", CHECK)
    yield from each(enumerate(records, start=1), make)


def _type(answer: Any) -> Any:
    if answer in ("yes", "no"):
        return "yes/no"
    return "number" if isinstance(answer, str) and answer.isdecimal() else "open"


def _index(record: dict[str, Any], file: SourceFile, number: int) -> int:
    index = field(record, "image_index", file, number)
    if not isinstance(index, int) or isinstance(index, bool):
        raise BadInput(file.name, number, f"image_index is {index!r:.60}", "a whole number", CHECK)
    return index


def _file(root: Path, split: str) -> SourceFile:
    return source_file(root, f"questions/CLEVR_{split}_questions.json", NEEDS)


READER = Reader(
    format="clevr",
    summary="CLEVR 1.0: questions about drawn scenes with their programs; yes/no, numbers and open",
    official=("train", "val"),
    files=files,
    read=read,
    needs=NEEDS,
)
