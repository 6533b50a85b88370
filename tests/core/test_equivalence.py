"""Equivalence tests, detectable effects and needed sizes: by formula, by library, by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, ttest_1samp

from twokeys.core.intervals.equivalence import (
    minimum_detectable,
    needed_items,
    p_equivalence,
    power_of_equivalence,
)
from twokeys.core.intervals.excess import Excess, excess


def known(items: int, p: float, mean: float = 0.0, deff: float = 1.0, freedom: float = 1e9) -> Excess:
    """An excess whose variance is that of a share p, times a design effect."""
    independent = p * (1 - p) / items
    return Excess(items, items, p + mean, p, mean, deff * independent, independent, freedom)


def test_equivalence_is_the_larger_of_two_one_sided_t_tests() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(800) < 0.51
    found = excess(right, 0.5, np.arange(800))
    above = ttest_1samp(right - 0.5, 0.05, alternative="less").pvalue
    below = ttest_1samp(right - 0.5, -0.05, alternative="greater").pvalue
    assert p_equivalence(found, 0.05) == pytest.approx(max(above, below))


def test_equivalence_by_hand() -> None:
    found = known(2500, 0.5, mean=0.004)  # error 0.01
    assert p_equivalence(found, 0.024) == pytest.approx(norm.sf(2.0), rel=1e-4)
    assert p_equivalence(found, 0.004) == pytest.approx(0.5)
    assert p_equivalence(known(2500, 0.5, mean=-0.034), 0.024) == pytest.approx(norm.cdf(1.0), rel=1e-4)


@given(st.floats(-0.2, 0.2), st.floats(0.001, 0.2), st.integers(10, 5000), st.integers(2, 500))
def test_equivalent_at_five_percent_is_a_ninety_percent_interval_within_the_margin(
    mean: float, margin: float, items: int, freedom: int
) -> None:
    found = known(items, 0.5, mean, freedom=freedom)
    low, high = found.interval(0.9)
    if abs(max(-low, high) - margin) > 1e-9 and margin < 0.5:
        assert (p_equivalence(found, margin) <= 0.05) == (-margin <= low and high <= margin)


@pytest.mark.parametrize(
    ("p", "effect", "items"), [(0.25, 0.02, 2900), (0.5, 0.02, 3860), (0.25, 0.05, 464), (0.5, 0.05, 620)]
)
def test_detectable_effects_of_the_usual_table(p: float, effect: float, items: int) -> None:
    # n = (1.645 + 0.842)^2 p (1 - p) / d^2, one-sided.
    assert minimum_detectable(known(items, p), sides=1) == pytest.approx(effect, rel=0.01)
    assert minimum_detectable(known(items, p), sides=2) == pytest.approx(effect * 2.802 / 2.487, rel=0.01)


def test_dependence_makes_effects_harder_to_detect_and_sets_larger() -> None:
    plain, grouped = known(1000, 0.5), known(1000, 0.5, deff=4)
    assert minimum_detectable(grouped) == pytest.approx(2 * minimum_detectable(plain))
    assert needed_items(grouped, 0.03) == pytest.approx(4 * (needed_items(plain, 0.03) or 0), abs=4)


def test_needed_items_by_formula() -> None:
    # At chance both sides must hold: n = ((1.6449 + 1.2816) / m)^2 / 4. Off chance the far side is free: + 0.8416.
    assert needed_items(known(1000, 0.5), 0.03) == math.ceil((2.92641 / 0.03) ** 2 / 4)
    assert needed_items(known(1000, 0.5), 0.03, truth=0.015) == math.ceil((2.48647 / 0.015) ** 2 / 4)
    # Three adversaries: each at the level 0.05, failures 0.2 / 3.
    quantiles = norm.isf(0.05) + norm.isf(0.2 / 6)
    assert needed_items(known(1000, 0.5), 0.03, adversaries=3) == math.ceil((quantiles / 0.03) ** 2 / 4)


def test_no_size_shows_what_is_not_so_or_what_one_group_hides() -> None:
    assert needed_items(known(1000, 0.5), 0.03, truth=0.03) is None
    assert needed_items(known(1000, 0.5), 0.03, truth=-0.05) is None
    assert needed_items(excess(np.ones(9, dtype=bool), 0.5, np.zeros(9, dtype=int)), 0.03) is None


@given(st.floats(0.01, 0.1), st.floats(0, 0.9), st.floats(1, 10), st.integers(3, 1000))
def test_needed_items_is_the_first_size_with_the_power(margin: float, part: float, deff: float, freedom: int) -> None:
    found = known(500, 0.3, deff=deff, freedom=freedom)
    needed = needed_items(found, margin, truth=part * margin)
    assert needed is not None
    assert power_of_equivalence(found, margin, needed, part * margin) >= 0.8
    assert needed == 2 or power_of_equivalence(found, margin, needed - 1, part * margin) < 0.8


# ------------------------------------------------------------------------------------------------------ error rates


def rate(truth: float, spread: float | None, size: int, margin: float, draws: int) -> float:
    """How often a set of the needed size is found equivalent; groups of `size` draw their share from a Beta."""
    rng = np.random.default_rng(0)

    def answers(groups: int) -> tuple[np.ndarray, np.ndarray]:
        code = np.repeat(np.arange(groups), size)
        share = np.full(groups, 0.5 + truth) if spread is None else rng.beta(spread, spread, groups) + truth
        return rng.random(len(code)) < share[code], code

    planned = needed_items(excess(answers(4000)[0], 0.5 + truth, np.repeat(np.arange(4000), size)), margin) or 0
    found = (excess(*(right, 0.5, code)) for right, code in (answers(-(-planned // size)) for _ in range(draws)))
    return float(np.mean([p_equivalence(one, margin) <= 0.05 for one in found]))


@pytest.mark.parametrize(("spread", "size"), [(None, 1), (2.0, 4)])
def test_sets_of_the_needed_size_pass_at_chance_and_fail_at_the_margin(spread: float | None, size: int) -> None:
    error = 3 * math.sqrt(0.05 * 0.95 / 800)
    assert rate(0.0, spread, size, 0.03, 800) >= 0.8 - 3 * math.sqrt(0.8 * 0.2 / 800)
    assert rate(0.03, spread, size, 0.03, 800) <= 0.05 + error
    assert rate(-0.03, spread, size, 0.03, 800) <= 0.05 + error
