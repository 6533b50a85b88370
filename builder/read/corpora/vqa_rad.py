"""VQA-RAD: clinicians' questions about radiology images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.opening import CHECK, field, read_json, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, options, picture
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

FILE, PICTURES = "VQA_RAD Dataset Public.json", "VQA_RAD Image Folder"
NEEDS = f"the files of OSF 10.17605/OSF.IO/89KPS: {FILE!r} and the folder {PICTURES!r} beside it"
META = (
    "phrase_type", "qid_linked_id", "image_case_url", "image_organ", "evaluation", "question_rephrase",
    "question_relation", "question_frame", "question_type", "answer_type",
)  # fmt: skip


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the one file that holds both splits."""
    options(corpus, Part)
    return [source_file(root, FILE, NEEDS).path]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the questions of a split: `test` are those whose phrase type begins with "test"."""
    file = source_file(root, FILE, NEEDS)
    records = read_json(file)
    if not isinstance(records, list):
        problem = f"the file holds a value of type {type(records).__name__}"
        raise BadInput(file.path, None, problem, "a list of questions", CHECK)

    def make(number: int, record: Any) -> Row:
        identity = str(field(record, "qid", file, number))
        linked = _present(record.get("qid_linked_id"))
        return Row(
            file.name,
            number,
            split,
            source_id=identity,
            image=picture(corpus, field(record, "image_name", file, number), file, number, PICTURES),
            question=field(record, "question", file, number),
            answer=field(record, "answer", file, number),
            links=(f"vqa-rad:linked:{linked}",) if linked is not None else (),
            meta={name: value for name in META if (value := _present(record.get(name))) is not None},
        )

    # A record that is no object, or has no phrase type, belongs to no split; it is taken as training data.
    return each(((n, record) for n, record in enumerate(records, start=1) if _split(record) == split), make)


def _split(record: Any) -> str:
    phrase = record.get("phrase_type") if isinstance(record, dict) else None
    return "test" if isinstance(phrase, str) and phrase.startswith("test") else "train"


def _present(value: Any) -> Any:
    """The value without the blanks around it; None where the corpus writes "NULL" for absence."""
    value = value.strip() if isinstance(value, str) else value
    return None if value in ("NULL", "") else value


READER = Reader(
    format="vqa-rad",
    summary="VQA-RAD: radiology, yes/no and open",
    official=("train", "test"),
    files=files,
    read=read,
    needs=NEEDS,
)
