"""Permutation tests: p-values by hand, and how often they cry wolf."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.certify.audited.drawing import drawn
from twokeys.builder.certify.audited.exchange import Exchange, exchange
from twokeys.builder.certify.audited.permutation import Permutation, summarise


def free(n: int) -> Exchange:
    """Items of one stratum, each a group of its own."""
    return exchange(np.zeros(n, dtype=int), np.arange(n))


def outcome(labels: np.ndarray, seen: np.ndarray, how: Exchange, runs: int, seed: int = 0) -> Permutation:
    """The test of guesses (a, n) or (n,) that are the same whatever the labels are."""
    return summarise(*drawn(labels, lambda given: (given == np.atleast_2d(seen)).mean(axis=1), how, runs, seed))


@pytest.mark.parametrize(
    ("observed", "p"),
    # Null 0.4 0.5 0.6; the middle is the median of all four.
    [(0.9, 1 / 4), (0.1, 1 / 4), (0.5, 4 / 4), (0.55, 4 / 4), (0.6, 4 / 4)],
)
def test_two_sided_by_hand(observed: float, p: float) -> None:
    assert summarise(np.array([observed]), np.array([[0.4], [0.5], [0.6]])).p == pytest.approx([p])


def test_several_adversaries_share_the_farthest_distance_by_hand() -> None:
    # Medians 0.5; standard deviations 0.172 and 0.194. Distances: A 0.4 / 0.172 = 2.33, B 0.1 / 0.194 = 0.52. Runs, the
    # farther of both: 0.58, 1.55, 1.55, 0.58. A is reached by none, B by all four.
    null = np.array([[0.6, 0.5], [0.5, 0.8], [0.5, 0.2], [0.4, 0.5]])
    found = summarise(np.array([0.9, 0.6]), null)
    assert found.centre == pytest.approx([0.5, 0.5])
    assert found.p == pytest.approx([1 / 5, 5 / 5])


def test_what_is_far_below_is_found_as_what_is_far_above() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 200)
    for hint in (labels, 1 - labels):
        seen = np.where(rng.random(200) < 0.7, hint, 1 - hint)
        found = outcome(labels, seen, free(200), 99)
        assert found.p == pytest.approx([1 / 100])
        assert (found.observed[0] > 0.5) == (hint is labels)


def test_one_adversary_that_knows_is_named_among_others_that_do_not() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 300)
    guesses = np.stack([rng.integers(0, 2, 300), np.where(rng.random(300) < 0.65, labels, 1 - labels), np.zeros(300)])
    found = outcome(labels, guesses, free(300), 199)
    assert found.p[1] == 1 / 200
    assert min(found.p[0], found.p[2]) > 0.05
    assert found.of(2).spread == pytest.approx(0)  # a constant scores the same on every permutation


def wolf(adversaries: int) -> float:
    """How often p <= 0.1 on labels that have nothing to do with what is seen."""
    cries = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        labels, seen = rng.integers(0, 2, 30), rng.integers(0, 2, (adversaries, 30))
        found = outcome(labels, seen, free(30), 39, seed)
        cries += found.p.min() <= 0.1
    return cries / 400


@pytest.mark.parametrize("adversaries", [1, 4])
def test_ten_percent_tests_cry_wolf_in_ten_percent_of_the_cases(adversaries: int) -> None:
    # Accuracies on 30 items are coarse and ties count as reached, so the rate is below its bound of 10 %.
    assert 0.03 <= wolf(adversaries) <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 400)


def test_labels_that_agree_within_groups_must_move_together() -> None:
    # 24 groups of five items with one label each, and content that is one thing per group: 24 draws, not 120.
    blocks = singles = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(24), 5)
        labels, seen = rng.integers(0, 2, 24)[groups], rng.integers(0, 2, 24)[groups]
        for by in (groups, np.arange(120)):
            how = exchange(np.zeros(120, dtype=int), by)
            cry = outcome(labels, seen, how, 39, seed).p[0] <= 0.05
            blocks += cry and by is groups
            singles += cry and by is not groups
    assert blocks / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert singles / 200 > 0.25


@given(
    st.integers(1, 3).flatmap(
        lambda a: st.tuples(
            st.lists(st.floats(0, 1), min_size=a, max_size=a),
            st.lists(st.lists(st.floats(0, 1), min_size=a, max_size=a), min_size=1, max_size=30),
        )
    )
)
def test_p_values_are_never_zero_and_never_above_one(drawn: tuple[list[float], list[list[float]]]) -> None:
    observed, null = np.array(drawn[0]), np.array(drawn[1])
    found = summarise(observed, null)
    assert ((found.p >= 1 / (len(null) + 1)) & (found.p <= 1)).all()
    # The order of runs, and swapping up and down, change nothing.
    assert summarise(observed, null[::-1]).p == pytest.approx(found.p)
    assert summarise(1 - observed, 1 - null).p == pytest.approx(found.p)
