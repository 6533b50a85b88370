"""Mining: what is found is what a search of everything finds, whatever the order and the blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.pair.generators.retrieved.asks import Pool
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID
from twokeys.builder.pair.generators.retrieved.mining import Candidates, Limits, mine

ANSWERS = ("no", "yes", "2")
Row = tuple[int, int, str, int, float, int, bool]
"""meaning, image, answer, near, similarity, rank, forward"""


@dataclass(frozen=True)
class World:
    """A corpus and a pool.

    Attributes:
        vectors: Of the pool.
        table: (meanings, images) code of each answer.
        group: Of each image.
        items: (meaning, image, answer).
    """

    vectors: np.ndarray
    table: np.ndarray
    group: np.ndarray
    items: list[tuple[int, int, str]]

    @property
    def pool(self) -> Pool:
        return Pool(self.vectors, lambda meaning, images: (self.table[meaning][images], ANSWERS), self.group)

    def mined(self, limits: Limits) -> Candidates:
        meaning, image, answer = zip(*self.items, strict=True) if self.items else ((), (), ())
        return mine(np.array(meaning, dtype=np.int64), np.array(image, dtype=np.int64), list(answer), self.pool, limits)


@st.composite
def worlds(draw: st.DrawFn, copies: bool = True) -> World:
    """Small corpora; vectors of a few values have many ties and equal images."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    images, meanings, items = draw(st.integers(1, 25)), draw(st.integers(1, 6)), draw(st.integers(0, 40))
    vectors = rng.integers(-1, 2, (images, 3)) + 0.5 if copies else rng.normal(size=(images, 8))
    table = rng.choice([UNSAID, 0, 1, 2], (meanings, images), p=[0.2, 0.5, 0.2, 0.1])
    group = rng.integers(0, images, images) if draw(st.booleans()) else np.arange(images)
    asked = [(int(rng.integers(meanings)), int(rng.integers(images))) for _ in range(items)]
    told = [(m, i, ANSWERS[table[m, i]] if rng.random() < 0.9 else "other") for m, i in asked]
    kind = draw(st.sampled_from([np.float16, np.float32]))
    return World(unit(vectors.astype(np.float32)).astype(kind), table, group, told)


def rows(found: Candidates) -> list[Row]:
    texts = [found.answers[code] for code in found.answer.tolist()]
    columns = (found.meaning, found.image, found.near, found.similarity, found.rank, found.forward)
    meaning, image, near, similarity, rank, ahead = (column.tolist() for column in columns)
    return list(zip(meaning, image, texts, near, similarity, rank, ahead, strict=True))


def naive(world: World, limits: Limits) -> list[Row]:
    """The definition, word for word, over all pairs of a question and an image."""
    vectors = world.vectors.astype(np.float64)
    cosine = np.einsum("id,jd->ij", vectors, vectors).astype(np.float32).tolist()
    asked = {(m, i) for m, i, _ in world.items}
    meanings = sorted({m for m, _, _ in world.items})

    def nearest(image: int) -> list[int]:
        others = [other for other in range(len(vectors)) if world.group[other] != world.group[image]]
        return sorted(others, key=lambda other: (-cosine[image][other], other))

    def answer(m: int, image: int) -> str | None:
        code = world.table[m, image]
        return None if code == UNSAID or (m, image) in asked else ANSWERS[code]

    def limited(found: list[Row]) -> list[Row]:
        once: dict[tuple[int, int], Row] = {}
        for row in sorted(found, key=lambda row: (not row[6], row[5], -row[4], row[3])):
            once.setdefault(row[:2], row)
        kept: list[Row] = []
        for m in meanings:
            ordered = sorted((r for r in once.values() if r[0] == m), key=lambda r: (r[5], -r[4], r[1]))
            kept += ordered[: limits.per_meaning]
        return sorted(kept)

    ahead: list[Row] = []
    for m, image, own in sorted(set(world.items)):
        good = [other for other in nearest(image)[: limits.depth] if answer(m, other) not in (None, own)]
        ahead += [
            (m, other, str(answer(m, other)), image, cosine[image][other], rank, True)
            for rank, other in enumerate(good[: limits.candidates])
        ]
    ahead = limited(ahead)
    back: list[Row] = []
    shown = {i for _, i, _ in world.items}
    for image in sorted(shown | {row[1] for row in ahead}):
        order = [other for other in nearest(image) if other in shown][: limits.depth]
        first: dict[int, float] = {}
        for other in order:
            for m in sorted({m for m, i, _ in world.items if i == other}):
                first.setdefault(m, cosine[image][other])
        judged = sorted(first, key=lambda m: (-first[m], m))[: limits.depth]
        found: list[Row] = []
        for text in (*ANSWERS, "other"):
            pairs = []
            for m in judged:
                near = [
                    o for o in nearest(image) if any((m, o, a) in world.items for a in {*ANSWERS, "other"} - {text})
                ]
                if near and answer(m, image) == text:
                    pairs.append((-cosine[image][near[0]], m, near[0]))
            found += [
                (m, image, text, near, -minus, rank, False)
                for rank, (minus, m, near) in enumerate(sorted(pairs)[: limits.candidates])
            ]
        back += sorted(found, key=lambda r: (r[5], -r[4], r[0]))[: limits.per_image]
    return limited(ahead + back)


limits = st.builds(
    Limits,
    candidates=st.integers(1, 4),
    per_meaning=st.none() | st.integers(1, 6),
    per_image=st.none() | st.integers(1, 4),
    depth=st.none() | st.integers(1, 8),
)


@given(worlds(), limits)
def test_what_is_found_is_what_the_definition_says(world: World, limits: Limits) -> None:
    assert rows(world.mined(limits)) == naive(world, limits)
