"""Equivalence: is an accuracy at chance, up to a margin, in both directions?

A test that detects no difference proves nothing, since no test on a small set detects any. So the burden of proof is
reversed: the null hypothesis is that the accuracy lies a margin or more from chance, and only a large enough set can
reject it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import stdtr, stdtrit
from scipy.stats import t

from twokeys.core.intervals.excess import Excess

LARGEST = 10**12
"""Larger sizes are of no practical use: they count as "no size is enough"."""


def p_equivalence(excess: Excess, margin: float) -> float:
    """P-value of "the true excess is at or beyond the margin": the larger of two one-sided tests (TOST).

    Schuirmann, A Comparison of the Two One-Sided Tests Procedure, J. Pharmacokin. Biopharm. 1987. It is at most alpha
    exactly when the interval of confidence 1 - 2 alpha lies within +- margin.
    """
    return max(p_below(excess, margin), p_below(replace(excess, mean=-excess.mean), margin))


def p_below(excess: Excess, margin: float) -> float:
    """P-value of "the true excess is the margin or more": one of the two tests."""
    room = margin - excess.mean
    if excess.error == 0:
        return float(room <= 0)
    return float(t.sf(room / excess.error, excess.freedom))


def p_above(excess: Excess, margin: float) -> float:
    """P-value of "the true excess is the margin or less"."""
    room = excess.mean - margin
    if excess.error == 0:
        return float(room <= 0)
    return float(t.sf(room / excess.error, excess.freedom))


def minimum_detectable(excess: Excess, alpha: float = 0.05, power: float = 0.8, sides: int = 2) -> float:
    """Smallest excess that a set of this size and dependence detects with that power (Miller 2024, Card et al. 2020).

    (t at 1 - alpha / sides + t at power) standard errors; infinite with fewer than two groups.
    """
    quantiles = t.ppf(np.array([1 - alpha / sides, power]), excess.freedom)
    return float(quantiles.sum()) * excess.error


def power_of_equivalence(excess: Excess, margin: float, items: int, truth: float = 0.0, alpha: float = 0.05) -> float:
    """Chance that a set of `items` such items, grouped alike, passes as equivalent if the true excess is `truth`."""
    error = np.sqrt(excess.variance * excess.items / items)
    freedom = max((excess.freedom + 1) * items / excess.items - 1, 1.0)
    needed = stdtrit(freedom, 1 - alpha)  # t's quantile and, below, its distribution function, without checks
    above, below = (margin - truth) / error - needed, -(margin + truth) / error + needed
    return max(0.0, float(stdtr(freedom, above) - stdtr(freedom, below)))


def needed_items(
    excess: Excess, margin: float, truth: float = 0.0, alpha: float = 0.05, power: float = 0.8, adversaries: int = 1
) -> int | None:
    """Size of a set, of such items and grouped alike, that passes as equivalent with the given power.

    Args:
        excess: Measured excess that gives the variance and the dependence of items.
        margin: Margin of equivalence.
        truth: The true excess.
        alpha: Level of the test.
        power: Chance that all adversaries pass as equivalent.
        adversaries: Number of adversaries. Each gets an equal share of the chance to fail, which covers any dependence
            between them. The claim that all are within the margin has the level of each single test.

    Returns:
        Number of items, or None if no size is enough: the truth is not within the margin, or there is only one group.
    """
    if abs(truth) >= margin or not np.isfinite(excess.variance):
        return None
    goal = 1 - (1 - power) / adversaries
    enough = 2
    while power_of_equivalence(excess, margin, enough, truth, alpha) < goal:
        enough *= 2
        if enough > LARGEST:
            return None
    short = enough // 2
    while enough - short > 1:
        middle = (short + enough) // 2
        if power_of_equivalence(excess, margin, middle, truth, alpha) < goal:
            short = middle
        else:
            enough = middle
    return enough


def smallest_margin(p: Callable[[float], float], alpha: float) -> float | None:
    """The smallest margin at which a test of equivalence passes, rounded up to a thousandth; None if 1 does not pass.

    Args:
        p: Margin -> p-value, which falls with the margin.
        alpha: Level of the test.
    """
    low, high = 0, 1000
    if p(1.0) > alpha:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if p(middle / 1000) <= alpha else (middle, high)
    return high / 1000
