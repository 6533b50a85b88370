"""Retrieved partners, stage by stage: candidates, what speaks against them, and which of them balance needs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import numpy as np
import pandas as pd

from benchmarks.report import Facts, Table, fresh, peak, section, timed
from benchmarks.retrieved import Ints
from benchmarks.synthetic import scenes
from twokeys.builder.measure.neighbours import Vectors
from twokeys.builder.pair.choose import choose
from twokeys.builder.pair.generate import Making
from twokeys.builder.pair.generators.retrieved.generator import Retrieved as Generator
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.generators.retrieved.judges.judge import Fact
from twokeys.builder.pair.judges.judges import Judges
from twokeys.builder.pair.minimality import Nearness
from twokeys.builder.pair.pool import Pool
from twokeys.builder.pair.retrieve import Retrieved, retrieve
from twokeys.builder.pair.sift import Beside, sift
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Balance, Text
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.items import digest, question_key
from twokeys.core.pictures.limits import Images

SIZES = (100_000,)
QUESTIONS, MEANINGS, PER_IMAGE, CATEGORIES = 100_000, 2_000, 5, 80
K = 5
YES_NO = ("no", "yes")


class More:
    """A judge of "are there more of this than of that?", over counts.

    Args:
        counts: (categories, images).
    """

    stamp, absence = "counts", ""

    def __init__(self, counts: Any) -> None:
        self.counts = counts
        self.left = np.arange(MEANINGS) % CATEGORIES
        self.right = np.random.default_rng(1).integers(0, CATEGORIES, MEANINGS)

    @cached_property
    def images(self) -> Sequence[str]:
        """Links, sorted."""
        return [f"coco:{number:08d}" for number in range(self.counts.shape[1])]

    def size(self, image: int) -> None:
        """Nobody states it."""

    def understand(self, item: Mapping[str, Any]) -> int:
        """The number that a question begins with."""
        return int(str(item["question"]).partition(" ")[0])

    def answers(self, meaning: int, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """As `Judge.answers`."""
        left, right = (self.counts[side[meaning]][images] for side in (self.left, self.right))
        return (left > right).astype(np.int64), YES_NO

    def fact(self, meaning: int, image: int) -> Fact:
        """As `Judge.fact`."""
        left, right = (int(self.counts[side[meaning], image]) for side in (self.left, self.right))
        return Fact(YES_NO[int(left > right)], f"{left} x one, {right} x the other")


@dataclass(frozen=True, eq=False)
class Drawn(Pool):
    """A pool without files: each image is a group by itself.

    Attributes:
        drawn: The vectors.
    """

    drawn: Vectors
    key = "pool"

    @property
    def vectors(self) -> Any:
        """As they were drawn."""
        return self.drawn

    def groups(self, keys: set[str]) -> dict[str, str]:
        """Itself."""
        return {key: key for key in keys}


def asked(judge: More, keys: Sequence[str]) -> pd.DataFrame:
    """An item table of questions about the first images."""
    rng = np.random.default_rng(2)
    image = np.repeat(np.arange(QUESTIONS // PER_IMAGE), PER_IMAGE)
    meaning = (rng.integers(0, MEANINGS // PER_IMAGE, QUESTIONS // PER_IMAGE)[:, None] * PER_IMAGE
               + np.arange(PER_IMAGE)).ravel()  # fmt: skip
    right = judge.counts[judge.left[meaning], image] > judge.counts[judge.right[meaning], image]
    answer = np.array(YES_NO, dtype=object)[right.astype(int)]
    question = pd.Series([f"{each} are there more?" for each in meaning.tolist()], dtype="str")
    asks = {text: question_key(text, []) for text in question.unique()}
    key = pd.Series([keys[place] for place in image.tolist()], dtype="str")
    return pd.DataFrame({
        "id": [f"toy:test:{number:06d}" for number in range(QUESTIONS)], "source": "toy", "source_id": "",
        "split": "test", "question": question, "question_key": question.map(asks), "choices": [[]] * QUESTIONS,
        "answer": answer, "compared": answer, "answers": [[]] * QUESTIONS, "answer_type": "yes/no",
        "answer_source": "annotated", "meta": "{}", "image_key": key, "image_width": 1, "image_height": 1,
        "image_contrast": 1.0,
        "image_colour": "0-0-0", "group": key, "links": [[]] * QUESTIONS, "license": "mit", "edit_of": None,
        "edit_kind": None,
    })  # fmt: skip


def pool_of(vectors: Vectors, judge: More) -> Drawn:
    """Images that are stated to be those of the judge."""
    keys = [digest("image", link) for link in judge.images]
    order = np.argsort(keys)
    names = pd.Series(keys, dtype="str")[order].reset_index(drop=True)
    links = [[judge.images[place]] for place in order.tolist()]
    table = pd.DataFrame({"image_key": names, "source": "pool", "source_revision": "1", "license": "mit",
                          "links": links, "group": "", "image_width": 1, "image_height": 1})  # fmt: skip
    shown = pd.DataFrame({"image_key": names, "source": "pool", "image": names, "width": 1, "height": 1, "size": 1,
                          "bytes_sha256": names, "contrast": 1.0, "colour": "0-0-0", "problem": None})  # fmt: skip
    return Drawn(table, Pictures(shown, {}, Images()), [], "none", vectors[order])


def retrieved(number: int) -> Facts:
    """Run the stages from items to the rows of partners that balance needs."""
    vectors, counts = scenes(number, CATEGORIES)
    judge = More(counts)
    pool = pool_of(vectors, judge)
    items = asked(judge, [digest("image", link) for link in judge.images[: QUESTIONS // PER_IMAGE]])
    before = peak()
    table, making = KeyedTable(items, "items"), Making(cast("Any", Generator("coco", (), K, None, 2 * K)))
    pictures = Pictures(pool.pictures.table.iloc[:0], {}, Images())
    known = cast("Any", SimpleNamespace(items=items, pictures=pictures, key="known"))
    beside = Beside(known, table, pool)
    spent: Facts = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(registry, "judge", lambda *_: judge),
    ):
        run = Run(Path(folder))
        spent["retrieve"], found = timed(lambda: retrieve(run, making, None, table, pool))
        made = Retrieved(making, table, found)
        nearness = Nearness(cast("Any", None), None)
        spent["sift"], sifted = timed(lambda: sift(run, beside, [made], Judges(None, 0.0, (), None), nearness, Text()))
        added, sound = (KeyedTable(part, sifted.key) for part in (sifted.added, sifted.sound))
        spent["choose"], chosen = timed(lambda: choose(run, beside, {0: made}, added, sound, Balance()))
    return spent | {
        "candidates": len(found.candidates), "refused": len(sifted.refused), "partners": len(chosen.partners),
        "before": before, "most": peak(),
    }  # fmt: skip


def main() -> str:
    """Measure all of it."""
    measured = [(number, fresh(retrieved, number=number)) for number in SIZES]
    rows: list[tuple[str | int | float, ...]] = [
        (number, *(of[name] for name in ("candidates", "retrieve", "sift", "choose", "partners", "before", "most")))
        for number, of in measured
    ]
    header = ("images", "candidates", "retrieve s", "sift s", "choose s", "partners", "peak MiB before", "peak MiB")
    return section(
        "Retrieval",
        f"The stages `retrieve`, `pair` and `choose` on {QUESTIONS:,} yes/no questions, {PER_IMAGE} about an image, of "
        f"{MEANINGS:,} meanings over counts of {CATEGORIES} categories; {K} candidates an item, and {K} meanings an "
        f"image and answer, {2 * K} an image. Vectors (256 numbers of 16 bits), counts and both tables are drawn "
        "before and are part of both peaks; images have no near-duplicates, which are looked for elsewhere.",
        Table(header, rows),
        "Before (c6c42d3), each candidate was an object and a row of the item table: on the same 100,000 images the "
        "stage `pair` was stopped after 4 processor minutes in all, at 7,700 MiB. On 6,000 images, 5,000 questions and "
        "63,762 candidates the three stages took 11.7 s and 716 MiB, and take 3.6 s and 506 MiB.",
    )


if __name__ == "__main__":
    print(main())
