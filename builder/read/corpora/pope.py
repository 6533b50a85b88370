"""POPE: is this object in the photo? Three ways of drawing the objects that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora import coco
from twokeys.builder.read.corpora.opening import field, one_of, read_json_lines
from twokeys.builder.read.corpora.reader import Reader, Rows, SplitFiles, each
from twokeys.builder.recipe import Corpus
from twokeys.core.items import Row

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    "the files of github.com/RUCAIBox/POPE with their folders: output/coco/coco_pope_random.json, "
    f"coco_pope_popular.json and coco_pope_adversarial.json; {coco.NEEDS}"
)
OFFICIAL = ("random", "popular", "adversarial")


FILES = SplitFiles({split: f"output/coco/coco_pope_{split}.json" for split in OFFICIAL}, NEEDS)


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield the questions of a split, from JSON Lines in a file called `.json`.

    Each split counts its ids from 1, and all share the questions with "yes".
    """
    file = FILES.of(corpus, root, split)

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


READER = Reader(
    format="pope",
    summary="POPE: yes/no questions about objects in COCO photos",
    official=OFFICIAL,
    files=FILES.paths,
    read=read,
    needs=NEEDS,
    find_splits=FILES.splits,
)
