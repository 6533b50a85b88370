"""Evidence: everything that one adversary says about one set, as numbers that a certificate can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from builder.audited.equivalence import bootstrap, minimum_detectable, needed_items, p_equivalence
from builder.audited.null import NullEvidence
from builder.audited.permutation import Permuted
from builder.audited.statistics import Bools, Floats, Ints, excess

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
    """Of "the excess lies within the margin": small where a cue is proven to exceed it."""
    p_equivalence: float
    """Of "the excess is at or beyond the margin": small where it is proven to lie within."""
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


def weigh(
    right: Bools,
    chance: Floats | float,
    groups: Ints,
    *,
    view: str,
    adversary: str,
    margin: float,
    trained_on: TrainedOn = "set",
    confidence: float = 0.95,
    adversaries: int = 1,
    resamples: int = 2000,
    seed: int = 0,
    permuted: Permuted | None = None,
    null: NullEvidence | None = None,
) -> Evidence:
    """Gather the evidence of one adversary.

    Args:
        right: (n,) whether each item was answered right by a model that was fitted on neither it nor its group.
        chance: (n,) chance of each item: one over the number of options where it draws one, `unrelated_chance` where
            it names the answer.
        groups: (n,) group codes.
        view: What the adversary sees.
        adversary: Its name.
        margin: Largest excess, in either direction, that may be called chance.
        trained_on: What it was fitted on.
        confidence: Of the intervals; 1 - confidence is the level of the tests.
        adversaries: How many are certified together on the view.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.
        permuted: Refits on permuted labels of this set. Without them, what was fitted on the set itself gets twice the
            variance (see `Excess.cross_fitted`).
        null: Runs of the whole pipeline on permuted labels.

    Raises:
        ValueError: On no items.
    """
    found, alpha = excess(right, chance, groups, margin), round(1 - confidence, 9)
    if trained_on == "set":
        found = found.cross_fitted(*((permuted.spread, permuted.runs) if permuted else ()))
    truth = min(max(found.mean, -margin), margin)
    mde = minimum_detectable(found, alpha)
    return Evidence(
        view=view,
        adversary=adversary,
        trained_on=trained_on,
        items=found.items,
        groups=found.groups,
        accuracy=found.accuracy,
        chance=found.chance,
        excess=found.mean,
        confidence=confidence,
        interval=found.interval(confidence),
        bootstrap_interval=bootstrap(right, chance, groups, confidence, resamples, seed),
        design_effect=found.design_effect if np.isfinite(found.variance) else None,
        margin=margin,
        p_two_sided=found.p_beyond(),
        p_beyond=found.p_beyond(margin),
        p_equivalence=p_equivalence(found, margin),
        mde=mde if np.isfinite(mde) else None,
        needed_items=needed_items(found, margin, alpha=alpha, adversaries=adversaries),
        needed_items_as_observed=needed_items(found, margin, truth, alpha, adversaries=adversaries),
        permuted=permuted,
        null=null,
    )
