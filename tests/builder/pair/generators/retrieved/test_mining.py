"""Mining: what is found is what a search of everything finds, whatever the order and the blocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from random import Random
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure import neighbours
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.pair.generators.retrieved import backward, forward, search
from twokeys.builder.pair.generators.retrieved.asks import MinedPool
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID
from twokeys.builder.pair.generators.retrieved.mining import Limits, Mined, mine

ANSWERS = ("no", "yes", "2")
Row = tuple[int, int, str, int, float, int, bool, bool]
"""meaning, image, answer, near, similarity, rank, forward, onward"""


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
    def pool(self) -> MinedPool:
        return MinedPool(self.vectors, lambda meaning, images: (self.table[meaning][images], ANSWERS), self.group)

    def mined(self, limits: Limits) -> Mined:
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


def rows(found: Mined) -> list[Row]:
    edges = found.edges
    texts = [found.answers[code] for code in edges.answer.tolist()]
    columns = (edges.meaning, edges.image, edges.near, edges.similarity, edges.rank, edges.forward, edges.onward)
    meaning, image, near, similarity, rank, ahead, onward = (column.tolist() for column in columns)
    return list(zip(meaning, image, texts, near, similarity, rank, ahead, onward, strict=True))


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

    def limited(edges: list[Row]) -> list[Row]:
        once: dict[tuple[int, int], Row] = {}
        for row in sorted(edges, key=lambda row: (not row[6], row[5], -row[4], row[3])):
            once.setdefault(row[:2], row)
        kept: list[Row] = []
        for m in meanings:
            ordered = sorted((r for r in once.values() if r[0] == m), key=lambda r: (r[7], r[5], -r[4], r[1]))
            kept += ordered[: limits.per_meaning]
        return sorted(kept)

    ahead: list[Row] = []
    for m, image, text in sorted(set(world.items)):
        good = [other for other in nearest(image)[: limits.depth] if answer(m, other) not in (None, text)]
        ahead += [
            (m, other, str(answer(m, other)), image, cosine[image][other], rank, True, False)
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
        for onward in (False, True):
            edges: list[Row] = []
            for text in (*ANSWERS, "other"):
                pairs = []
                for m in (m for m in judged if onward == ({a for n, _, a in world.items if n == m} == {text})):
                    of_use = {text} if onward else {*ANSWERS, "other"} - {text}
                    near = [o for o in nearest(image) if any((m, o, a) in world.items for a in of_use)]
                    if near and answer(m, image) == text:
                        pairs.append((-cosine[image][near[0]], m, near[0]))
                edges += [
                    (m, image, text, near, -minus, rank, False, onward)
                    for rank, (minus, m, near) in enumerate(sorted(pairs)[: limits.candidates])
                ]
            back += sorted(edges, key=lambda r: (r[5], -r[4], r[0]))[: limits.per_image]
    return limited(ahead + back)


limits = st.builds(
    Limits,
    candidates=st.integers(1, 4),
    per_meaning=st.none() | st.integers(1, 6),
    per_image=st.none() | st.integers(1, 4),
    depth=st.none() | st.integers(1, 8),
)


BLOCKS = {
    "as they are": {},
    "tiny": {
        forward: {"AROUND": 1, "ASKING": 3},
        backward: {"BLOCK": 40, "SHOWN": 3},
        search: {"BLOCK": 24, "CACHED": 5},
    },
}


@contextmanager
def blocks(name: str) -> Iterator[None]:
    with ExitStack() as stack:
        for module, changed in BLOCKS[name].items():
            stack.enter_context(patch.multiple(module, **changed))
        yield


@pytest.mark.parametrize("name", BLOCKS)
@given(world=worlds(), limits=limits)
def test_what_is_found_is_what_the_definition_says(name: str, world: World, limits: Limits) -> None:
    with blocks(name):
        assert rows(world.mined(limits)) == naive(world, limits)


@given(worlds(), limits, st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(world: World, limits: Limits, random: Random) -> None:
    shuffled = replace(world, items=random.sample(world.items, len(world.items)))
    assert rows(shuffled.mined(limits)) == rows(world.mined(limits))


@given(worlds(copies=False), limits, st.randoms(use_true_random=False))
def test_the_places_of_images_change_nothing(world: World, limits: Limits, random: Random) -> None:
    """Without images that are equally near, for these are ordered by place."""
    new = random.sample(range(len(world.vectors)), len(world.vectors))  # the place at which each image was before
    place = {old: at for at, old in enumerate(new)}
    moved = World(
        world.vectors[new], world.table[:, new], world.group[new], [(m, place[i], a) for m, i, a in world.items]
    )
    back = [(m, new[image], a, new[near], *rest) for m, image, a, near, *rest in rows(moved.mined(limits))]
    assert sorted(back) == rows(world.mined(limits))


def test_by_hand() -> None:
    """Is there a dog? Three images lie on a quarter of a circle, the corpus asks about the first alone."""
    angle = np.array([0, 0.1, 0.4, 0.5, 1.5])
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    table = np.array([[1, 0, UNSAID, 0, 0], [0, 1, 1, 1, 0]])
    world = World(vectors, table, np.array([0, 0, 2, 3, 4]), [(0, 0, "yes"), (1, 0, "no")])
    found = world.mined(Limits(candidates=1))
    # The image at 0.1 is a near-duplicate, nothing is told of a dog at 0.4, and the one at 0.5 is the nearest `no`.
    # The second question finds the image at 0.4. At 0.5 its `yes` balances the `no`.
    assert [row[:4] + row[5:] for row in rows(found)] == [
        (0, 3, "no", 0, 0, True, False),
        (1, 2, "yes", 0, 0, True, False),
        (1, 3, "yes", 0, 0, False, False),
    ]
    assert found.edges.similarity == pytest.approx(np.cos([0.5, 0.4, 0.5]), abs=1e-6)


def test_onward_by_hand() -> None:
    """All items say no. The image that comes in for a yes needs a no, and the image of that no a yes of its own."""
    angle = np.array([0, 0.1, 0.2, 0.3])
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    table = np.array([[0, 1, 0, 0], [0, 0, 1, 0]])
    world = World(vectors, table, np.arange(4), [(0, 0, "no"), (1, 0, "no")])
    found = world.mined(Limits(candidates=1))
    assert [row[:4] + row[6:] for row in rows(found)] == [
        (0, 1, "yes", 0, True, False),
        (0, 2, "no", 0, False, True),
        (1, 1, "no", 0, False, True),
        (1, 2, "yes", 0, True, False),
    ]


def large(number: int, questions: int, seed: int = 0) -> World:
    """Clusters of images that mostly have the same answers; the corpus asks about the first tenth."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, number // 50, number)
    centre = rng.normal(size=(number // 50, 32))
    typical = rng.choice([0, 1, 2], (questions, number // 50), p=[0.8, 0.15, 0.05])
    table = np.where(
        rng.random((questions, number)) < 0.9, typical[:, cluster], rng.integers(-1, 3, (questions, number))
    )
    vectors = unit((centre[cluster] + 0.5 * rng.normal(size=(number, 32))).astype(np.float32)).astype(np.float16)
    pairs = {(int(rng.integers(questions)), int(rng.integers(number // 10))) for _ in range(number // 5)}
    items = [(m, i, ANSWERS[table[m, i]]) for m, i in sorted(pairs) if table[m, i] != UNSAID]
    return World(vectors, table, np.arange(number) // 2, items)


@pytest.fixture(params=[None, 40], ids=["bulk", "depth"])
def depth(request: pytest.FixtureRequest) -> int | None:
    number: int | None = request.param
    return number


@pytest.mark.parametrize("exact", [True, False])
def test_what_always_holds(exact: bool, depth: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exact:
        monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1000)
        monkeypatch.setattr(search, "FEW", 100)
    world = large(3000, 30)
    found = world.mined(Limits(candidates=4, per_meaning=200, per_image=6, depth=depth))
    edges = found.edges
    told = world.table[edges.meaning, edges.image]
    assert (told != UNSAID).all()
    assert [ANSWERS[code] for code in told.tolist()] == [row[2] for row in rows(found)]
    asked = {(m, i): a for m, i, a in world.items}
    assert all((row[0], row[1]) not in asked for row in rows(found))
    alone = {m: {a for n, _, a in world.items if n == m} for m, _, _ in world.items}
    assert all((asked[row[0], row[3]] == row[2]) == row[7] for row in rows(found))
    assert all(row[7] == (alone[row[0]] == {row[2]}) for row in rows(found))
    assert (world.group[edges.image] != world.group[edges.near]).all()
    assert len({row[:2] for row in rows(found)}) == len(edges) > 1000
    assert np.bincount(edges.meaning).max() <= 200
    ahead, back = edges.forward, ~edges.forward
    assert ahead.any()
    assert back.any()
    assert np.unique(edges.image[back], return_counts=True)[1].max() <= 6
    for columns in ((edges.meaning[ahead], edges.near[ahead]), (edges.image[back], edges.answer[back])):
        assert np.unique(np.stack(columns), axis=1, return_counts=True)[1].max() <= 4
    assert edges.rank.max() < 4
    # The hardest come first: of an item's candidates, the nearer has the smaller rank.
    order = np.lexsort((edges.rank, edges.near, edges.meaning))
    order = order[edges.forward[order]]
    same = (np.diff(edges.meaning[order]) == 0) & (np.diff(edges.near[order]) == 0)
    assert (np.diff(edges.similarity[order])[same] <= 0).all()


def test_a_depth_bounds_what_the_judge_is_asked() -> None:
    world = large(1000, 10)
    asked: list[tuple[int, int]] = []

    def answers(meaning: int, images: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
        asked.extend((meaning, image) for image in images.tolist())
        return world.table[meaning][images], ANSWERS

    meaning, image, answer = zip(*world.items, strict=True)
    pool = MinedPool(world.vectors, answers, world.group)
    found = mine(np.array(meaning), np.array(image), list(answer), pool, Limits(candidates=3, depth=5))
    shown = len(set(image) | set(found.edges.image.tolist()))
    assert len(asked) <= 5 * len(world.items) + 5 * shown
    assert len(asked) < 10 * 1000


def recall(world: World, found: Mined, k: int) -> float:
    """Share of the true nearest k images with another answer that were mined."""
    vectors = world.vectors.astype(np.float32)
    pairs = {row[:2] for row in rows(found)}
    asked = {(m, i) for m, i, _ in world.items}
    hits = []
    for m, image, answer in world.items[:: max(1, len(world.items) // 300)]:
        other = (world.table[m] != UNSAID) & (world.table[m] != ANSWERS.index(answer))
        other &= world.group != world.group[image]
        other[[i for asks, i in asked if asks == m]] = False
        cosine = np.where(other, vectors @ vectors[image], -2)
        hits += [(m, place) in pairs for place in np.argsort(-cosine)[:k].tolist()]
    return float(np.mean(hits))


def test_inverted_lists_find_nine_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    world = large(5000, 40)
    assert recall(world, world.mined(Limits(candidates=5)), 5) == 1
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(search, "FEW", 50)
    monkeypatch.setattr(forward, "AROUND", 10)
    assert recall(world, world.mined(Limits(candidates=5)), 5) > 0.9


@pytest.mark.slow
def test_inverted_lists_of_many_images_find_nine_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(search, "FEW", 1000)
    world = large(50_000, 100)
    assert recall(world, world.mined(Limits(candidates=5)), 5) > 0.9
