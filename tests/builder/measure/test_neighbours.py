"""Nearest neighbours: exact where that is affordable, nearly all of them beyond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure import neighbours
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.neighbours import Index, pairs_above


def vectors(n: int, d: int = 16, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32))


def clustered(clusters: int, each: int, d: int = 16, noise: float = 0.2, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = unit(rng.normal(size=(clusters, d)).astype(np.float32))
    return unit((np.repeat(centres, each, axis=0) + noise * rng.normal(size=(clusters * each, d))).astype(np.float32))


def test_the_exact_index_finds_what_numpy_finds() -> None:
    known, asked = vectors(300), vectors(40, seed=1)
    index = Index(known)
    assert index.exact
    similarity, found = index.nearest(asked, 7)
    every = asked @ known.T
    assert found.tolist() == np.argsort(-every, axis=1)[:, :7].tolist()
    assert similarity == pytest.approx(np.sort(every, axis=1)[:, ::-1][:, :7], abs=1e-5)


def test_no_more_neighbours_than_there_are_vectors() -> None:
    similarity, found = Index(vectors(3)).nearest(vectors(2), 10)
    assert similarity.shape == found.shape == (2, 3)
    assert sorted(found[0].tolist()) == [0, 1, 2]


def test_pairs_above_by_hand() -> None:
    # Angles of 0, 20, 90 and 100 degrees: cos 20 = 0.94, cos 10 = 0.98, cos 70 = 0.34, cos 80 = 0.17.
    angle = np.radians([0, 20, 90, 100])
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    left, right = pairs_above(points, 0.9)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (2, 3)]
    left, right = pairs_above(points, 0.3)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 3)]


@given(st.integers(0, 25), st.sampled_from([-1.0, 0.0, 0.5, 0.9]), st.integers(1, 7))
def test_pairs_above_are_all_pairs_above(n: int, threshold: float, batch: int) -> None:
    points = vectors(n, d=3) if n else np.zeros((0, 3), dtype=np.float32)
    similarity = points @ points.T
    i, j = np.triu_indices(n, 1)
    clear = np.abs(similarity[i, j] - threshold) > 1e-5
    expected = {
        (a, b) for a, b, c in zip(i.tolist(), j.tolist(), clear, strict=True) if c and similarity[a, b] > threshold
    }
    left, right = pairs_above(points, threshold, k=25, batch=batch)
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    assert (left < right).all()
    assert len(found) == len(left)
    assert expected <= found
    assert all(similarity[pair] >= threshold - 1e-5 for pair in found)


def test_of_many_copies_each_is_paired_with_some() -> None:
    # 50 equal vectors and k = 16: not all 1,225 pairs are proposed, but everybody is in one.
    left, right = pairs_above(np.repeat(vectors(1), 50, axis=0), 0.99)
    assert set(left.tolist()) | set(right.tolist()) == set(range(50))


def test_inverted_lists_find_nine_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = clustered(100, 40), clustered(100, 2, noise=0.25)
    exact = Index(known).nearest(asked, 10)[1]
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1_000)
    index = Index(known)
    assert not index.exact
    similarity, found = index.nearest(asked, 10)
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact.tolist(), found.tolist(), strict=True)])
    assert recall > 0.9
    assert (np.diff(similarity, axis=1) <= 1e-6).all()  # best first
    # Near-duplicates are nearer than any cluster border: every copy finds its original.
    copies = unit(known + 0.002 * np.random.default_rng(2).normal(size=known.shape).astype(np.float32))
    assert (index.nearest(copies, 1)[1][:, 0] == np.arange(len(known))).mean() > 0.99


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("exact", [True, False])
def test_some_vectors_alone_may_be_found(kind: type, exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = clustered(50, 40).astype(kind), clustered(50, 2, noise=0.25).astype(kind)
    among = np.random.default_rng(3).random(len(known)) < 0.1
    if not exact:
        monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1_000)
    index = Index(known)
    similarity, found = index.nearest(asked, 5, among, probes=index.lists)
    every = np.where(among, asked.astype(np.float32) @ known.astype(np.float32).T, -2)
    assert among[found].all()
    assert similarity == pytest.approx(np.sort(every, axis=1)[:, :-6:-1], abs=1e-3)


def test_vectors_of_16_bits_are_found_as_well_as_those_of_32(monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = clustered(100, 40), clustered(100, 2, noise=0.25)
    exact = Index(known).nearest(asked, 10)[1]
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1_000)
    index = Index(known.astype(np.float16))
    found = index.nearest(asked.astype(np.float16), 10)[1]
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact.tolist(), found.tolist(), strict=True)])
    assert recall > 0.9
    assert index._index.code_size == 2 * known.shape[1]
