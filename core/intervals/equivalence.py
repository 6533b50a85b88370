"""Equivalence: is an accuracy at chance, up to a margin, in both directions?

A test that finds no difference proves nothing; a small set finds none either. So the burden is turned round: the null
hypothesis is that the accuracy lies a margin or more from chance, and only a set that is large enough can reject it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import stdtr, stdtrit
from scipy.stats import t

from twokeys.core.intervals.excess import Excess

LARGEST = 10**12
"""Sizes from here on are no plan: they count as none at all."""


def p_equivalence(found: Excess, margin: float) -> float:
    """P-value of "the true excess is at or beyond the margin": the larger of two one-sided tests (TOST).

    Schuirmann, A Comparison of the Two One-Sided Tests Procedure, J. Pharmacokin. Biopharm. 1987. It is at most alpha
    exactly when the interval of confidence 1 - 2 alpha lies within +- margin.
    """
    return max(p_below(found, margin), p_below(replace(found, mean=-found.mean), margin))


def p_below(found: Excess, margin: float) -> float:
    """P-value of "the true excess is the margin or more": one of the two tests."""
    room = margin - found.mean
    if found.error == 0:
        return float(room <= 0)
    return float(t.sf(room / found.error, found.freedom))


def p_above(found: Excess, margin: float) -> float:
    """P-value of "the true excess is the margin or less"."""
    room = found.mean - margin
    if found.error == 0:
        return float(room <= 0)
    return float(t.sf(room / found.error, found.freedom))


def minimum_detectable(found: Excess, alpha: float = 0.05, power: float = 0.8, sides: int = 2) -> float:
    """Smallest excess that a set of this size and dependence detects with that power (Miller 2024, Card et al. 2020).

    (t at 1 - alpha / sides + t at power) standard errors; infinite with fewer than two groups.
    """
    quantiles = t.ppf(np.array([1 - alpha / sides, power]), found.freedom)
    return float(quantiles.sum()) * found.error


def power_of_equivalence(found: Excess, margin: float, items: int, truth: float = 0.0, alpha: float = 0.05) -> float:
    """Chance that a set of `items` such items, grouped alike, is found equivalent when the true excess is `truth`."""
    error = np.sqrt(found.variance * found.items / items)
    freedom = max((found.freedom + 1) * items / found.items - 1, 1.0)
    needed = stdtrit(freedom, 1 - alpha)  # t's quantile and, below, its distribution function, without checks
    above, below = (margin - truth) / error - needed, -(margin + truth) / error + needed
    return max(0.0, float(stdtr(freedom, above) - stdtr(freedom, below)))


def needed_items(
    found: Excess, margin: float, truth: float = 0.0, alpha: float = 0.05, power: float = 0.8, adversaries: int = 1
) -> int | None:
    """Size of a set, of such items and grouped alike, that is found equivalent with that power.

    Args:
        found: Where variance and dependence are taken from.
        margin: Margin of equivalence.
        truth: The true excess.
        alpha: Level of the test.
        power: Chance that all adversaries are found equivalent.
        adversaries: How many share failures; split evenly, which covers any dependence between them. That all are
            within the margin has the level of each single test.

    Returns:
        Number of items, or None when no set can do: the truth is not within the margin, or there is one group only.
    """
    if abs(truth) >= margin or not np.isfinite(found.variance):
        return None
    goal = 1 - (1 - power) / adversaries
    enough = 2
    while power_of_equivalence(found, margin, enough, truth, alpha) < goal:
        enough *= 2
        if enough > LARGEST:
            return None
    short = enough // 2
    while enough - short > 1:
        middle = (short + enough) // 2
        if power_of_equivalence(found, margin, middle, truth, alpha) < goal:
            short = middle
        else:
            enough = middle
    return enough


def smallest_margin(p: Callable[[float], float], alpha: float) -> float | None:
    """The smallest margin at which a test of equivalence comes out, rounded up to a thousandth; None below 1.

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
