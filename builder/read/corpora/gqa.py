"""GQA, and GQA-OOD in the same format: questions made from scene graphs, each with the program that answers it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.opening import CHECK, SourceFile, field, read_json_object
from twokeys.builder.read.corpora.reader import Reader, Rows, SplitFiles, each, picture
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

_IDS = re.compile(r"\((?:-|\d+(?:,\d+)*)\)$")
OFFICIAL = ("train", "val", "testdev")
NEEDS = (
    "question files of GQA (cs.stanford.edu/people/dorarad/gqa: train_balanced_questions.json and so on) or "
    "of github.com/gqa-ood/GQA-OOD, named in options.files as split: file; images as images/<image "
    "id>.jpg, or in `image_folder`"
)


FILES = SplitFiles({split: f"{split}_balanced_questions.json" for split in OFFICIAL}, NEEDS)


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the questions of a split."""
    file = FILES.of(corpus, root, split)

    def make(key: str, record: Any) -> Row:
        image = field(record, "imageId", file, key)
        return Row(
            file.name,
            key,
            split,
            source_id=key,
            image=picture(corpus, f"{image}.jpg", file, key, "images"),
            question=field(record, "question", file, key),
            answer=field(record, "answer", file, key),
            links=(image_link(image), *_links(key, record, file)),
            meta={name: record[name] for name in ("types", "groups") if name in record} | _program(key, record, file),
        )

    return each(read_json_object(file), make)


def image_link(image: str) -> str:
    """The link of the items about one image; GQA's images keep the ids of Visual Genome.

    Example:
        >>> image_link("2354786")
        'gqa:2354786'
    """
    return f"gqa:{image}"


def without_ids(argument: str) -> str:
    """An argument of a program without the ids of objects at its end.

    They are of the item's image alone, and `-` in their place says that there is no such object, which is an answer.

    Example:
        >>> without_ids("_,on,s (722335)"), without_ids("person (11,10)"), without_ids("tie (-)"), without_ids("male ")
        ('_,on,s', 'person', 'tie', 'male')
    """
    return _IDS.sub("", argument.strip()).strip()


def _program(key: str, record: dict[str, Any], file: SourceFile) -> dict[str, Any]:
    """The steps that answer the question, as `semantic`; nothing if the file has none."""
    if "semantic" not in record:
        return {}
    steps = record["semantic"]
    fits = isinstance(steps, list) and all(
        isinstance(step, dict) and isinstance(step.get("argument"), str) for step in steps
    )
    if not fits:
        allowed = "a list of steps with operation, dependencies and argument"
        raise BadInput(file.name, key, f"semantic is {steps!r:.60}", allowed, CHECK)
    return {"semantic": [step | {"argument": without_ids(step["argument"])} for step in steps]}


def _links(key: str, record: dict[str, Any], file: SourceFile) -> tuple[str, ...]:
    """One link for the question itself and each that follows from it: it shares them with those questions."""
    others = {str(key)}
    for name in ("entailed", "equivalent"):
        links = record.get(name) or []
        if not isinstance(links, list):
            raise BadInput(file.name, key, f"{name} is {links!r:.60}", "a list of question ids", CHECK)
        others.update(str(other) for other in links)
    return tuple(f"gqa:question:{other}" for other in sorted(others))


READER = Reader(
    format="gqa",
    summary="GQA and GQA-OOD: questions made from scene graphs, open",
    official=OFFICIAL,
    files=FILES.paths,
    read=read,
    needs=NEEDS,
    find_splits=FILES.splits,
)
