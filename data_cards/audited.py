"""The audited tier, as the manifest states it: which adversaries judged the set, and what came out."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["certified", "not certified", "too small to tell"]


class Part(BaseModel):
    """Base of the tier's parts: immutable, unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Judgement(Part):
    """One adversary on the set; accuracies as shares."""

    adversary: str
    trained_on: Literal["set", "removed", "nothing"]
    """The set itself in grouped folds, what selection left out, or nothing (zero-shot)."""
    items: int
    accuracy: float
    low: float
    """Lower end of the accuracy's interval: clustered by group, with what cross-fitting adds."""
    high: float
    chance: float
    """What its answers score that have nothing to do with the items."""
    guess: float
    """What one over the number of answers that an item may have scores."""
    p_equivalence: float
    """Of "the excess over chance is at or beyond the margin": small where it is proven to lie within."""
    null_median: float | None
    """Excess over chance that the whole pipeline ends with on permuted labels; None where it was not run."""


class PartVerdict(Part):
    """What is said of one part of the set, such as a split."""

    name: str
    items: int
    outcome: Outcome
    bound: float | None
    """The smallest margin at which it would be certified."""
    needed_items: int | None
    """Size from which it could be told; None where it is, or where no size would."""


class ViewVerdict(Part):
    """The verdict on one view; `nothing` is the view of a predictor that sees nothing and gives one answer."""

    view: str
    outcome: Outcome
    reasons: list[str]
    notes: list[str]
    bound: float | None
    """The smallest margin at which the view would be certified; None where there is none."""
    needed_items: int | None
    """Size from which the set could tell; None where it does, or where no size would."""
    missing_items: int | None
    """How many more that are than the set has."""
    judgements: list[Judgement]
    parts: list[PartVerdict]


class SelectionRound(Part):
    """One round of selection."""

    kept: int
    worst: float
    """Largest distance of a selecting adversary, fitted on that set or on what it left out, above a guess or below
    chance; in a part of the set as much of it as luck would leave of it on all."""
    used: bool


class TriedSize(Part):
    """Tries of a planted cue of one size."""

    size: float
    """How far above chance a predictor is that reads the cue alone, as a share."""
    tries: int
    found: int


class ControlLine(Part):
    """A positive control: one kind of cue, planted in copies of the set."""

    view: str
    kind: str
    judges: list[str]
    """Certifying adversaries that were tried on it."""
    attainable: float
    """Largest size that such a cue can have on the set."""
    tried: list[TriedSize]
    smallest: float | None
    """Smallest size that was found in four of five tries; None where none was: the kind is not covered."""

    @property
    def power(self) -> float | None:
        """Share of tries that found the cue at the smallest size tried."""
        return self.tried[0].found / self.tried[0].tries if self.tried else None


class AuditedTier(Part):
    """The audited tier."""

    verdict: Outcome
    margin: float
    items: int
    chosen_from: int
    selected_against: list[str]
    rounds: list[SelectionRound]
    views: list[ViewVerdict]
    controls: list[ControlLine]
    """Positive controls of the views that would be certified; empty where none would."""
