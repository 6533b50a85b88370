"""Evidence: everything that one adversary says about one set, as numbers that a certificate can hold."""

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
"""What the adversary was fitted on: the set itself in grouped folds, the items that selection removed, or nothing."""


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
    """What its answers score that have nothing to do with the items."""
    guess: float
    """What one over the number of answers that an item may have scores."""
    excess: float
    """Accuracy minus chance."""
    confidence: float
    interval: tuple[float, float]
    """Of the excess: t on cluster-robust variance."""
    bootstrap_interval: tuple[float, float]
    """Of the excess: percentiles over resampled groups. It knows nothing of what cross-fitting adds."""
    design_effect: float | None
    """Variance over that of as many independent answers; None with one group, as the next two."""
    margin: float
    p_two_sided: float
    """Of "no excess, in either direction"."""
    p_beyond: float
    """Of "the excess lies within the margin, and the accuracy no farther above a guess": small where it is proven to
    exceed either."""
    p_equivalence: float
    """Of "the excess, or the accuracy over a guess, is at or beyond the margin": small where both are proven to lie
    within."""
    bound: float | None
    """The smallest margin at which that would be proven; None where none would."""
    mde: float | None
    """Smallest excess that the set detects, two-sided at 1 - `confidence`, with power 0.8."""
    needed_items: int | None
    """Size from which a set without any excess is certified with power 0.8, all adversaries of the view together."""
    needed_items_as_observed: int | None
    """The same if the true excess is the observed one; None where that is not within the margin."""
    permuted: Permuted | None = None
    """Refits on permuted labels of the same set."""
    null: NullEvidence | None = None
    """Runs of selection and refits together on permuted labels."""


@dataclass(frozen=True, eq=False)
class Scored:
    """How one adversary did, item by item.

    Attributes:
        right: (n,) whether each item was answered right by a model that was fitted on neither it nor its group.
        chance: (n,) chance of each item: one over the number of options where it draws one, `unrelated_chance` where
            it names the answer.
        groups: (n,) group codes.
        guess: (n,) how often a guess is right on each item; None: chance.
    """

    right: Bools
    chance: Floats | float
    groups: Ints
    guess: Floats | float | None = None


@dataclass(frozen=True)
class Adversary:
    """One adversary, and what refits of it say.

    Attributes:
        view: What it sees.
        name: Its name.
        trained_on: What it was fitted on.
        permuted: Refits on permuted labels of the set. Without them, what was fitted on the set itself gets twice the
            variance (see `Excess.cross_fitted`).
        null: Runs of the whole pipeline on permuted labels.
    """

    view: str
    name: str
    trained_on: TrainedOn = "set"
    permuted: Permuted | None = None
    null: NullEvidence | None = None


@dataclass(frozen=True)
class Standard:
    """What evidence is held to.

    Attributes:
        margin: Largest excess, in either direction, that may be called chance.
        confidence: Of the intervals; 1 - confidence is the level of the tests.
        adversaries: How many are certified together on the view.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.
    """

    margin: float
    confidence: float = 0.95
    adversaries: int = 1
    resamples: int = 2000
    seed: int = 0


def weigh(scores: Scored, adversary: Adversary, terms: Standard) -> Evidence:
    """Gather the evidence of one adversary.

    Raises:
        ValueError: On no items.
    """
    right, chance, groups, guess = scores.right, scores.chance, scores.groups, scores.guess
    margin, permuted = terms.margin, adversary.permuted
    alpha, level = round(1 - terms.confidence, 9), chance if guess is None else guess

    def over(base: Floats | float, tested: float) -> Excess:
        found = excess(right, base, groups, tested)
        if adversary.trained_on != "set":
            return found
        return found.cross_fitted(*((permuted.spread, permuted.runs) if permuted else ()))

    def p_within(tested: float) -> float:
        return max(p_equivalence(over(chance, tested), tested), p_below(over(level, tested), tested))

    found, guessed = over(chance, margin), over(level, margin)
    # What frequent answers score over a guess is gone from the margin, whoever names them.
    room = margin - max(guessed.mean - found.mean, 0.0)
    truth = min(max(found.mean, -room), room) if room > 0 else 0.0
    mde = minimum_detectable(found, alpha)
    above = p_above(guessed, margin)
    return Evidence(
        view=adversary.view,
        adversary=adversary.name,
        trained_on=adversary.trained_on,
        items=found.items,
        groups=found.groups,
        accuracy=found.accuracy,
        chance=found.chance,
        guess=guessed.chance,
        excess=found.mean,
        confidence=terms.confidence,
        interval=found.interval(terms.confidence),
        bootstrap_interval=over_groups(
            *by_group(right - chance, groups), terms.confidence, terms.resamples, terms.seed
        ),
        design_effect=found.design_effect if np.isfinite(found.variance) else None,
        margin=margin,
        p_two_sided=found.p_beyond(),
        p_beyond=found.p_beyond(margin) if guess is None else min(1.0, 2 * min(found.p_beyond(margin), above)),
        p_equivalence=p_within(margin),
        bound=smallest_margin(p_within, alpha),
        mde=mde if np.isfinite(mde) else None,
        needed_items=needed_items(found, room, alpha=alpha, adversaries=terms.adversaries),
        needed_items_as_observed=needed_items(found, room, truth, alpha, adversaries=terms.adversaries),
        permuted=permuted,
        null=adversary.null,
    )


def exact(
    right: Floats, guess: Floats, groups: int, *, view: str, adversary: str, margin: float, confidence: float = 0.95
) -> Evidence:
    """State what was counted, not tried: there is no error, and no test.

    Args:
        right: (n,) how often the answer to each item is right.
        guess: (n,) how often a guess is.
        groups: Number of groups.
        view: What the adversary sees.
        adversary: Its name.
        margin: Largest excess over a guess that may be called chance.
        confidence: Of the intervals, which have no width.
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
