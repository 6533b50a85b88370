"""POPE: is this object in the photo? Three ways of drawing the objects that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from twokeys.builder.read.corpora import coco
from twokeys.builder.read.corpora.opening import SourceFile, field, one_of, read_json_lines, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, of_split, options
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    "the files of github.com/RUCAIBox/POPE with their folders: output/coco/coco_pope_random.json, "
    f"coco_pope_popular.json and coco_pope_adversarial.json; {coco.NEEDS}"
)
OFFICIAL = ("random", "popular", "adversarial")


class Options(Part):
    """What the recipe may choose."""

    files: dict[str, str] = Field({split: f"output/coco/coco_pope_{split}.json" for split in OFFICIAL})
    """File of each split, relative to the corpus root."""


def splits(corpus: Corpus, root: Path) -> list[str]:
    """List the splits that have files."""
    return list(options(corpus, Options).files)


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the question files, which are JSON Lines whatever their ending says."""
    return [_file(corpus, root, split).path for split in corpus.splits or splits(corpus, root)]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the questions of a split; each counts its ids from 1, and all share the questions with "yes"."""
    file = _file(corpus, root, split)

    def make(number: int, record: Any) -> Row:
        image = field(record, "image", file, number)
        return Row(
            file.name,
            number,
            split,
            source_id=str(field(record, "question_id", file, number)),
            image=coco.picture(corpus, image, file, number),
            question=field(record, "text", file, number),
            answer=one_of(field(record, "label", file, number), ("yes", "no"), "label", file, number),
            answer_type="yes/no",
            links=coco.links(image),
        )

    return each(read_json_lines(file), make)


def _file(corpus: Corpus, root: Path, split: str) -> SourceFile:
    return source_file(root, of_split(options(corpus, Options).files, split, corpus), NEEDS)


READER = Reader(
    format="pope",
    summary="POPE: yes/no questions about objects in COCO photos",
    official=OFFICIAL,
    files=files,
    read=read,
    needs=NEEDS,
    find_splits=splits,
)
