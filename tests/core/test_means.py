"""Cluster bootstrap: known answers, and that clusters widen the interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twokeys.core.intervals.means import mean_interval


def test_one_value_has_no_spread_and_one_group_no_interval() -> None:
    found = mean_interval([0.5] * 10, range(10))
    assert (found.estimate, found.low, found.high, found.n, found.groups) == (0.5, 0.5, 0.5, 10, 10)
    assert math.isnan(mean_interval([0.0, 1.0], ["a", "a"]).low)
    assert math.isnan(mean_interval([], []).estimate)


def test_independent_items_have_the_normal_interval() -> None:
    values = np.tile([0.0, 1.0], 200)
    found = mean_interval(values, range(400))
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_items_that_stand_and_fall_together_count_once() -> None:
    values = np.repeat(np.tile([0.0, 1.0], 20), 10)
    found = mean_interval(values, np.repeat(np.arange(40), 10))
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(40), rel=0.15)
    assert found == mean_interval(values, np.repeat(np.arange(40), 10))
