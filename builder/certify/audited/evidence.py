"""Evidence: the results of one adversary on one set, as numbers for a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from twokeys.builder.certify.audited.null import NullEvidence
from twokeys.builder.certify.audited.permutation import Permuted
from twokeys.core.intervals.bootstrap import by_group, over_groups
from twokeys.core.intervals.equivalence import (
    minimum_detectable,
    needed_items,
    p_above,
    p_below,
    p_equivalence,
    smallest_margin,
)
from twokeys.core.intervals.excess import Bools, Excess, Floats, Ints, excess

TrainedOn = Literal["set", "removed", "nothing"]
"""Data on which an adversary was fitted: the set itself in grouped folds, the removed items, or nothing."""


@dataclass(frozen=True)
class Evidence:
    """One adversary on one set; shares, not points; JSON by `dataclasses.asdict`."""

    view: str
    adversary: str
    trained_on: TrainedOn
    items: int
    groups: int
    accuracy: float
    chance: float
    """Accuracy of the same answers if they were unrelated to the items."""
    guess: float
    """Accuracy of a guess: one over the number of answers that an item may have."""
    excess: float
    """Accuracy minus chance."""
    confidence: float
    interval: tuple[float, float]
    """Interval of the excess: t on cluster-robust variance."""
    bootstrap_interval: tuple[float, float]
    """Interval of the excess: percentiles over resampled groups, without the variance that cross-fitting adds."""
    design_effect: float | None
    """Variance divided by the variance of as many independent answers; None if there is only one group."""
    margin: float
    p_two_sided: float
    """P-value of "no excess, in either direction"."""
    p_beyond: float
    """P-value of "the excess lies within the margin, and so does the accuracy over a guess": small if one of them is
    proven to be beyond the margin."""
    p_equivalence: float
    """P-value of "the excess, or the accuracy over a guess, is at or beyond the margin": small if both are proven to
    lie within."""
    bound: float | None
    """The smallest margin at which both would be proven to lie within; None if no margin would do."""
    mde: float | None
    """Smallest excess that the set detects, two-sided at 1 - `confidence`, with power 0.8; None with one group."""
    needed_items: int | None
    """Size from which a set without any excess is certified with power 0.8, all adversaries of the view together."""
    needed_items_as_observed: int | None
    """The same if the true excess equals the observed excess; None if that is not within the margin."""
    permuted: Permuted | None = None
    """Refits on permuted labels of the same set."""
    null: NullEvidence | None = None
    """Runs of selection and refits together on permuted labels."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Results of one adversary, item by item.

    Attributes:
        right: (n,) whether each item was answered right by a model that was fitted on neither it nor its group.
        chance: (n,) chance of each item: one over the number of options, or `unrelated_chance` if it has no options.
        groups: (n,) group codes.
        guess: (n,) how often a guess is right on each item; if None, it equals chance.
    """

    right: Bools
    chance: Floats | float
    groups: Ints
    guess: Floats | float | None = None


@dataclass(frozen=True)
class Adversary:
    """One adversary, with the results of its refits.

    Attributes:
        view: The view that it sees.
        name: Name of the adversary.
        trained_on: Data on which it was fitted.
        permuted: Refits on permuted labels of the set. Without them, an adversary that was fitted on the set itself
            gets twice the variance (see `Excess.cross_fitted`).
        null: Runs of the whole pipeline on permuted labels.
    """

    view: str
    name: str
    trained_on: TrainedOn = "set"
    permuted: Permuted | None = None
    null: NullEvidence | None = None


@dataclass(frozen=True)
class Standard:
    """The standard for evidence.

    Attributes:
        margin: Largest excess, in either direction, that counts as chance.
        confidence: Confidence of the intervals; 1 - confidence is the level of the tests.
        adversaries: Number of adversaries that certify the view together.
        resamples: Resamples of the bootstrap.
        seed: Seed of the bootstrap.
    """

    margin: float
    confidence: float = 0.95
    adversaries: int = 1
    resamples: int = 2000
    seed: int = 0


def weigh(scores: Scored, adversary: Adversary, terms: Standard) -> Evidence:
    """Compute the evidence of one adversary.

    Raises:
        ValueError: When there are no items.
    """
    right, chance, groups, guess = scores.right, scores.chance, scores.groups, scores.guess
    margin, permuted = terms.margin, adversary.permuted
    alpha, level = round(1 - terms.confidence, 9), chance if guess is None else guess

    def over(base: Floats | float, tested: float) -> Excess:
        measured = excess(right, base, groups, tested)
        if adversary.trained_on != "set":
            return measured
        return measured.cross_fitted(*((permuted.spread, permuted.runs) if permuted else ()))

    def p_within(tested: float) -> float:
        return max(p_equivalence(over(chance, tested), tested), p_below(over(level, tested), tested))

    over_chance, over_guess = over(chance, margin), over(level, margin)
    # The gain of frequent answers over a guess uses up a part of the margin.
    room = margin - max(over_guess.mean - over_chance.mean, 0.0)
    truth = min(max(over_chance.mean, -room), room) if room > 0 else 0.0
    mde = minimum_detectable(over_chance, alpha)
    above = p_above(over_guess, margin)
    return Evidence(
        view=adversary.view,
        adversary=adversary.name,
        trained_on=adversary.trained_on,
        items=over_chance.items,
        groups=over_chance.groups,
        accuracy=over_chance.accuracy,
        chance=over_chance.chance,
        guess=over_guess.chance,
        excess=over_chance.mean,
        confidence=terms.confidence,
        interval=over_chance.interval(terms.confidence),
        bootstrap_interval=over_groups(
            *by_group(right - chance, groups), terms.confidence, terms.resamples, terms.seed
        ),
        design_effect=over_chance.design_effect if np.isfinite(over_chance.variance) else None,
        margin=margin,
        p_two_sided=over_chance.p_beyond(),
        p_beyond=over_chance.p_beyond(margin)
        if guess is None
        else min(1.0, 2 * min(over_chance.p_beyond(margin), above)),
        p_equivalence=p_within(margin),
        bound=smallest_margin(p_within, alpha),
        mde=mde if np.isfinite(mde) else None,
        needed_items=needed_items(over_chance, room, alpha=alpha, adversaries=terms.adversaries),
        needed_items_as_observed=needed_items(over_chance, room, truth, alpha, adversaries=terms.adversaries),
        permuted=permuted,
        null=adversary.null,
    )


def exact(
    right: Floats, guess: Floats, groups: int, *, view: str, adversary: str, margin: float, confidence: float = 0.95
) -> Evidence:
    """Make evidence of counts, which have no error and need no test.

    Args:
        right: (n,) how often the answer to each item is right.
        guess: (n,) how often a guess is right.
        groups: Number of groups.
        view: The view that the adversary sees.
        adversary: Name of the adversary.
        margin: Largest excess over a guess that counts as chance.
        confidence: Confidence of the intervals, which have no width.
    """
    accuracy, level = float(right.mean()), float(guess.mean())
    over = accuracy - level
    outside = over > margin
    return Evidence(
        view=view, adversary=adversary, trained_on="nothing", items=len(right), groups=groups, accuracy=accuracy,
        chance=level, guess=level, excess=over, confidence=confidence, interval=(over, over),
        bootstrap_interval=(over, over), design_effect=None, margin=margin, p_two_sided=1.0,
        p_beyond=0.0 if outside else 1.0, p_equivalence=1.0 if outside else 0.0, bound=round(max(over, 0.0) + 5e-4, 3),
        mde=None, needed_items=None, needed_items_as_observed=None,
    )  # fmt: skip
