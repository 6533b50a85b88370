"""The selection-aware null: order statistics by hand, and what pruning does to noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.certify.audited.drawing import drawn
from twokeys.builder.certify.audited.exchange import exchange
from twokeys.builder.certify.audited.null import compare


@pytest.mark.parametrize(
    ("runs", "low", "high", "level"),
    [(19, 1, 19, 0.90), (39, 1, 39, 0.95), (99, 2, 98, 0.96), (79, 2, 78, 0.95), (3, 1, 3, 0.5)],
)
def test_ends_are_order_statistics_by_hand(runs: int, low: int, high: int, level: float) -> None:
    null = np.random.default_rng(0).permutation(np.arange(1.0, runs + 1))[:, None] / 1000
    found = compare(np.array([0.2]), null)
    assert (found.low[0], found.high[0], found.median[0]) == (low / 1000, high / 1000, (runs + 1) / 2000)
    assert found.level == pytest.approx(level)
    assert found.adjusted == pytest.approx([0.2 - (runs + 1) / 2000])
    one = found.of(0)
    assert one.adjusted_interval == pytest.approx((0.2 - high / 1000, 0.2 - low / 1000))
    assert (one.runs, one.p) == (runs, pytest.approx(1 / (runs + 1)))


def test_the_interval_of_the_shift_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = []
    for _ in range(1000):
        low, high = compare(0.03 + rng.gamma(2, 0.01, 1), rng.gamma(2, 0.01, (19, 1))).adjusted_interval
        held.append(low[0] <= 0.03 <= high[0])
    assert np.mean(held) == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / 1000))


def test_the_pipeline_sees_permuted_labels_of_the_same_kinds() -> None:
    labels, strata = np.array([0, 0, 1, 1, 2, 2, 2, 3]), np.repeat([0, 1], 4)
    seen: list[list[int]] = []

    def pipeline(given: np.ndarray) -> np.ndarray:
        seen.append(given.tolist())
        return np.array([given[0] / 10, 0.0])

    found = compare(*drawn(labels, pipeline, exchange(strata, np.arange(8)), runs=9))
    assert seen[0] == labels.tolist()
    assert all(sorted(one[:4]) == [0, 0, 1, 1] and sorted(one[4:]) == [2, 2, 2, 3] for one in seen)
    assert found.null.shape == (9, 2)
    assert found.null[:, 0] == pytest.approx([one[0] / 10 for one in seen[1:]])


def test_dropping_what_a_fixed_guess_gets_right_explains_all_of_its_deficit() -> None:
    # The guess knows nothing: 200 of 400 are right. Dropping 100 of those leaves 100 right of 300, on any labels.
    rng = np.random.default_rng(0)
    labels, guess = rng.permutation(np.arange(400) % 2), rng.permutation(np.arange(400) % 2)

    def pipeline(given: np.ndarray) -> np.ndarray:
        right = guess == given
        keep = ~right | (np.cumsum(right) > 100)
        return np.array([right[keep].mean() - 0.5])

    found = compare(*drawn(labels, pipeline, exchange(np.zeros(400, dtype=int), np.arange(400)), runs=39))
    assert found.observed[0] < -0.1
    assert found.median[0] == pytest.approx(100 / 300 - 0.5, abs=0.02)
    low, high = found.of(0).adjusted_interval
    assert low < 0 < high
    assert found.p[0] > 0.05


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50), st.floats(-1, 1), st.sampled_from([0.5, 0.9, 0.95]))
def test_intervals_hold_what_they_are_about(null: list[float], observed: float, confidence: float) -> None:
    found = compare(np.array([observed]), np.array(null)[:, None], confidence)
    one = found.of(0)
    assert one.interval[0] <= one.median <= one.interval[1]
    assert one.adjusted_interval[0] - 1e-12 <= one.adjusted <= one.adjusted_interval[1] + 1e-12
    assert 0 < one.p <= 1
