"""The vote of the nearest contents, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from twokeys.builder.measure.baselines.neighbours import TEMPERATURE, K, Neighbours, nearest
from twokeys.builder.measure.baselines.problem import Problem, count

# Contents on a circle: A at 0 degrees, B at 90, C at 45, D on the side of A where it is 0.05 nearer to A than to B.
D = np.pi / 4 - np.arcsin(TEMPERATURE / np.sqrt(2))  # cos D - sin D = sqrt(2) sin(pi/4 - D)
ANGLES = np.array([0, np.pi / 2, np.pi / 4, D])


def problem(vectors: np.ndarray) -> Problem:
    n, empty = len(vectors), np.zeros(0, dtype=np.int64)
    matrices = {"vectors": vectors.astype(np.float32)}
    return Problem("answer", empty, empty, empty, empty, [""] * n, [""] * n, matrices)


CIRCLE = problem(np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1))
# A was answered 0 once, B was answered 1 three times: the prior is (1/4, 3/4).
TRAIN = count(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 1]), 2)
# One pseudo-count of the prior smooths each: A (1 + 1/4) / 2, B (0 + 1/4) / 4.
A, B = 1.25 / 2, 0.25 / 4


def test_the_vote_by_hand() -> None:
    found = Neighbours().predict(CIRCLE, TRAIN, np.arange(4), 0)
    # Beside A, B is less similar by 1, twenty times the temperature: it counts 2e-9.
    assert found[0].tolist() == pytest.approx([A, 1 - A], abs=1e-6)
    assert found[1].tolist() == pytest.approx([B, 1 - B], abs=1e-6)
    # Half way both count the same, although B was seen three times as often.
    assert found[2].tolist() == pytest.approx([(A + B) / 2, 1 - (A + B) / 2], abs=1e-6)
    # One temperature nearer to A: B counts 1 / e.
    share = (A + B / np.e) / (1 + 1 / np.e)
    assert found[3].tolist() == pytest.approx([share, 1 - share], abs=1e-5)


def test_only_the_nearest_few_vote() -> None:
    # K contents at the north, all answered 0, and one hundred at the south, all answered 1.
    vectors = np.repeat([[0, 1], [0, -1]], [K, 100], axis=0)
    train = count(np.arange(K + 100), np.repeat([0, 1], [K, 100]), 2)
    found = Neighbours().predict(problem(vectors), train, np.array([0]), 0)
    prior = K / (K + 100)
    assert found[0, 0] == pytest.approx((1 + prior) / 2, abs=1e-6)


def test_nearest_are_positions_among_the_contents_that_were_given() -> None:
    similarity, index = nearest(CIRCLE, np.array([1, 2]), np.array([0]), 5)
    assert index.tolist() == [[1, 0]]  # content 2 at 45 degrees, then content 1 at 90
    assert similarity[0].tolist() == pytest.approx([np.sqrt(0.5), 0], abs=1e-6)
