"""Retrieved partners: mining a large pool in both directions; the recall of the index, and the time that it saves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Facts, Table, fresh, peak, section, timed
from benchmarks.synthetic import scenes
from twokeys.builder.pair.generators.retrieved import mining
from twokeys.builder.pair.generators.retrieved.asks import MinedPool
from twokeys.builder.pair.generators.retrieved.mining import Limits, Mined, mine
from twokeys.builder.pair.generators.retrieved.search import nearest_among

SIZES = (100_000, 1_000_000)
QUESTIONS, MEANINGS, PER_IMAGE = 100_000, 2_000, 5
CATEGORIES = 80
SAMPLE = 100
K = 5
Ints = NDArray[np.int64]
YES_NO = ("no", "yes")
NUMBERS = tuple(map(str, range(256)))


class Counts:
    """A judge over counts: a third of the meanings ask for the number of a category, the others compare two categories.

    Attributes:
        counts: (categories, images).
        left: The category of each meaning.
        right: The category to compare with; `CATEGORIES` if the meaning asks for the number.
    """

    def __init__(self, counts: NDArray[np.uint8]) -> None:
        rng = np.random.default_rng(1)
        self.counts = counts
        self.left = np.arange(MEANINGS) % CATEGORIES
        self.right = rng.integers(0, CATEGORIES, MEANINGS)
        self.right[: MEANINGS // 3] = CATEGORIES

    def answers(self, meaning: int, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """As `Judge.answers`."""
        left, right = int(self.left[meaning]), int(self.right[meaning])
        number = self.counts[left][images]
        if right == CATEGORIES:
            return number.astype(np.int64), NUMBERS
        return (number > self.counts[right][images]).astype(np.int64), YES_NO


def asked(judge: Counts) -> tuple[Ints, Ints, list[str]]:
    """Draw questions about the first images; every second asks for something that is there, if anything is."""
    rng = np.random.default_rng(2)
    image = np.repeat(np.arange(QUESTIONS // PER_IMAGE), PER_IMAGE)
    category = rng.integers(0, CATEGORIES, QUESTIONS)
    there = judge.counts[:, image].T > 0
    for row in np.flatnonzero(there.any(axis=1) & (rng.random(QUESTIONS) < 0.5)).tolist():
        category[row] = rng.choice(np.flatnonzero(there[row]))
    meaning = category + CATEGORIES * rng.integers(0, MEANINGS // CATEGORIES, QUESTIONS)
    answer = np.empty(QUESTIONS, dtype=object)
    for each in np.unique(meaning).tolist():
        rows = np.flatnonzero(meaning == each)
        code, texts = judge.answers(each, image[rows])
        answer[rows] = [texts[kind] for kind in code.tolist()]
    return meaning, image, answer.tolist()


def mined(number: int) -> Facts:
    """Mine a pool, and search all images for the nearest images of some questions."""
    vectors, counts = scenes(number, CATEGORIES)
    judge = Counts(counts)
    pool = MinedPool(vectors, judge.answers)
    meaning, image, answer = asked(judge)
    before = peak()
    spent: dict[str, float] = {}

    def apart(name: str) -> Callable[..., Any]:
        called = getattr(mining, name)

        def call(*arguments: Any) -> Any:
            spent[name], result = timed(lambda: called(*arguments))
            return result

        return call

    with patch.multiple(mining, forward=apart("forward"), backward=apart("backward")):
        seconds, candidates = timed(lambda: mine(meaning, image, answer, pool, Limits(candidates=K, per_image=2 * K)))
    most = peak()
    exact, (first, others) = timed(lambda: recall(candidates, pool, meaning, image, answer))
    return {
        "seconds": seconds,
        **spent,
        "candidates": len(candidates.edges),
        "images": len(np.unique(candidates.edges.image)),
        "before": before,
        "most": most,
        "first": first,
        "all": others,
        "exact": exact / SAMPLE * QUESTIONS / spent["forward"],
    }


def recall(candidates: Mined, pool: MinedPool, meaning: Ints, image: Ints, answer: list[str]) -> tuple[float, float]:
    """Return, for a sample, the recall of the nearest image with another answer, and of the nearest K."""
    keys = candidates.edges.meaning * len(pool) + candidates.edges.image
    everything = np.arange(len(pool), dtype=np.int64)
    hits = []
    for row in np.random.default_rng(3).choice(QUESTIONS, SAMPLE, replace=False).tolist():
        code, texts = pool.answers(int(meaning[row]), everything)
        other = code != texts.index(answer[row])
        other[image[meaning == meaning[row]]] = False  # asked already
        if not other.any():
            continue  # all images have one answer
        place = nearest_among(pool, image[row : row + 1], np.flatnonzero(other), K)[1]
        hits.append(np.isin(meaning[row] * len(pool) + place, keys))
    return float(np.mean([hit[0] for hit in hits])), float(np.mean(np.concatenate(hits)))


def main() -> str:
    """Measure everything and return the section."""
    rows: list[tuple[str | int | float, ...]] = []
    last: float | None = None
    for number in SIZES:
        facts = fresh(mined, number=number)
        growth = "" if last is None else f"{math.log10(facts['seconds'] / last):.2f}"
        last = facts["seconds"]
        rows.append(
            (
                number, facts["forward"], facts["backward"], facts["seconds"], growth, facts["before"], facts["most"],
                facts["candidates"], facts["images"], f"{facts['first']:.3f}", f"{facts['all']:.3f}", facts["exact"],
            )
        )  # fmt: skip
    header = (
        "images", "forward s", "backward s", "all s", "growth exponent", "peak MiB before", "peak MiB", "candidates",
        "their images", "recall of the nearest", f"recall of the nearest {K}", "exact / forward",
    )  # fmt: skip
    return section(
        "Retrieved partners",
        f"{QUESTIONS:,} questions, {PER_IMAGE} about an image, of {MEANINGS:,} meanings over counts of {CATEGORIES} "
        f"categories that go with clusters of images; {K} candidates an item, and {K} meanings an image and answer, "
        f"{2 * K} an image. "
        "The pool is drawn before: its vectors (256 numbers of 16 bits) and counts are part of both peaks. Recall is "
        f"counted for {SAMPLE} questions against a search of every image with another answer; its time, for all "
        "questions, is set against that of the forward direction, index included.",
        Table(header, rows),
    )


if __name__ == "__main__":
    print(main())
