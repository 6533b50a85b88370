"""Excess: accuracy minus chance on items that come in groups, with a variance that allows for the groups.

Chance differs from item to item (one over the number of options, the rate of an answer), so everything is computed on
the differences d_i = right_i - chance_i. Their mean is the accuracy minus the mean chance. Their spread inside and
between groups gives the precision of that mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from twokeys.core.intervals.clusters import cluster_variance, numbered

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PAIRS_SPEAK_TWICE = 2.0
"""Variance of a cross-fitted accuracy over that of as many independent answers, if no permutations measured it."""


@dataclass(frozen=True)
class Excess:
    """A mean excess over chance, and its error.

    Attributes:
        items: Number of items.
        groups: Number of groups.
        accuracy: Share of right answers.
        chance: Mean chance.
        mean: Accuracy minus chance.
        variance: Cluster-robust variance of the mean; infinite with fewer than two groups.
        independent: The variance that as many independent items would have.
        freedom: Degrees of freedom of the t distribution of (mean - truth) / error.
    """

    items: int
    groups: int
    accuracy: float
    chance: float
    mean: float
    variance: float
    independent: float
    freedom: float

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return float(np.sqrt(self.variance))

    @property
    def design_effect(self) -> float:
        """Number of these items that one independent item would replace; at least 1."""
        return self.variance / self.independent if self.independent > 0 else 1.0

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Two-sided t interval, cut to accuracies between 0 and 1."""
        half = float(t.ppf(0.5 + confidence / 2, self.freedom)) * self.error
        return max(self.mean - half, -self.chance), min(self.mean + half, 1 - self.chance)

    def cross_fitted(self, spread: float | None = None, runs: int = 0) -> Excess:
        """Add the variance that cross-fitting causes.

        In cross-fitting, item i helps to fit the model that answers item j, and j the model that answers i. If their
        contents are alike, both answers are right if their labels agree and wrong if they differ. So answers to
        *independent* items correlate. Near chance no signal outweighs this, and it does not fade with size: on pure
        noise (1,000 items, five folds) the variance is 1.1 times the binomial variance for a forest, 1.2 for three
        neighbours, 1.5 for logistic regression and 1.8 for naive Bayes, whose "95 %" intervals miss in 12 % of the
        cases. Intervals for cross-validation (Bayle et al., NeurIPS 2020) need a stability that fails near chance.
        Effects of pairs count at most twice, so twice the variance covers them.

        Args:
            spread: Standard deviation of the accuracy over refits on permuted labels of the same set; if None, the
                variance is doubled instead.
            runs: Number of refits.
        """
        if spread is None:
            return replace(self, variance=self.variance * PAIRS_SPEAK_TWICE)
        if spread**2 <= self.variance:
            return self
        return replace(self, variance=spread**2, freedom=max(1.0, min(self.freedom, runs - 1)))

    def p_beyond(self, margin: float = 0.0) -> float:
        """P-value of "the true excess lies within +- margin"; with margin 0 the two-sided test of no excess.

        Hodges and Lehmann, Testing the Approximate Validity of Statistical Hypotheses, JRSS B 1954: the chance of a
        mean at least as far from 0, on either side, if the truth is at the margin.
        """
        if self.error == 0:
            return float(abs(self.mean) <= margin)
        tails = t.sf(np.array([abs(self.mean) - margin, abs(self.mean) + margin]) / self.error, self.freedom)
        return min(1.0, float(tails.sum()))


def excess(right: Bools, chance: Floats | float, groups: Ints, margin: float = 0.0) -> Excess:
    """Measure the excess over chance.

    The variance over groups is the variance of `twokeys.core.intervals.clusters`. It is never below the variance of
    independent items: the variance in the sample, at chance level, or a margin from chance, whichever is largest. So
    groups whose errors cancel count like their items, and twenty wrong answers out of twenty do not rule out an
    accuracy of 5 %, although chance is 0.

    The variance is itself an estimate. It rests on few numbers if there are few groups, or if a few groups hold most
    items. The degrees of freedom count these numbers: Satterthwaite's for group totals of variance
    w_g = n_g (1 + (n_g - 1) rho), that is (sum w)^2 / sum w^2 - 1, with an estimate of the correlation rho inside
    groups (the idea of Imbens and Kolesár, Robust Standard Errors in Small Samples, 2016). Groups of one size give
    G - 1. If one group outweighs all others, the result is little more than 1, and the interval is wide.

    Args:
        right: (n,) whether each item was answered right.
        chance: (n,) chance of each item, or one number for all items.
        groups: (n,) group code of each item.
        margin: Distance from chance against which the excess will be tested.

    Raises:
        ValueError: When there are no items.
    """
    n = len(right)
    if n == 0:
        raise ValueError("the excess over chance needs at least one item; found none")
    level = np.broadcast_to(np.asarray(chance, dtype=np.float64), (n,))
    difference = right - level
    mean = float(difference.mean())
    residual = difference - mean
    code = numbered(groups)
    sizes = np.bincount(code)
    count = len(sizes)
    totals = np.bincount(code, weights=residual)
    inside, between = float(residual @ residual), float(totals @ totals)
    tested = [np.clip(level + side, 0, 1) for side in (-margin, 0.0, margin)]
    at_chance = max(float((rate * (1 - rate)).sum()) for rate in tested) / n**2
    independent = max(inside / (n * max(n - 1, 1)), at_chance)
    variance = max(cluster_variance(residual, code), independent) if count > 1 else float("inf")
    pairs = float((sizes * (sizes - 1)).sum())
    rho = min(max((between - inside) / (inside / n * pairs), 0.0), 1.0) if inside * pairs > 0 else 0.0
    weights = sizes * (1 + (sizes - 1) * rho)
    freedom = max(float(weights.sum() ** 2 / (weights @ weights)) - 1, 1.0)
    accuracy = float(np.mean(right))
    return Excess(n, count, accuracy, float(level.mean()), mean, variance, independent, freedom)
