"""The audited tier in the manifest: the adversaries that tried the set, and the verdicts."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["certified", "not certified", "too small to tell"]


class Part(BaseModel):
    """Base class of the tier's parts: immutable, unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Judgement(Part):
    """The evidence of one adversary on the set; accuracies are shares."""

    adversary: str
    trained_on: Literal["set", "removed", "nothing"]
    """The set itself in grouped folds, the items that selection left out, or nothing (zero-shot)."""
    items: int
    accuracy: float
    low: float
    """Lower end of the accuracy's interval, clustered by group; it includes the variance of cross-fitting."""
    high: float
    chance: float
    """The accuracy that its answers would have if they were unrelated to the items."""
    guess: float
    """The accuracy of guessing among the possible answers of each item."""
    p_equivalence: float
    """P value of "the excess over chance is at or beyond the margin": small if it is proven to lie within."""
    null_median: float | None
    """Excess over chance of the whole pipeline on permuted labels; None if the pipeline was not run on them."""


class PartVerdict(Part):
    """The verdict on one part of the set, such as a split."""

    name: str
    items: int
    outcome: Outcome
    bound: float | None
    """The smallest margin at which the part would be certified."""
    needed_items: int | None
    """The size from which a verdict is possible; None if there is a verdict, or if no size suffices."""


class ViewVerdict(Part):
    """The verdict on one view; `nothing` is the view of a predictor that sees nothing and gives a constant answer."""

    view: str
    outcome: Outcome
    reasons: list[str]
    notes: list[str]
    bound: float | None
    """The smallest margin at which the view would be certified; None if there is none."""
    needed_items: int | None
    """The size of the set from which a verdict is possible; None if there is a verdict, or if no size suffices."""
    missing_items: int | None
    """The number of items that the set lacks to this size."""
    judgements: list[Judgement]
    parts: list[PartVerdict]


class SelectionRound(Part):
    """One round of selection."""

    kept: int
    worst: float
    """Largest distance of a selecting adversary above a guess or below chance, fitted on the kept or the other items;
    the distance in a part of the set is shrunk to what luck would leave of it on the whole set."""
    used: bool


class TriedSize(Part):
    """The tries of a planted cue of one size."""

    size: float
    """The distance above chance of a predictor that reads only the cue, as a share."""
    tries: int
    found: int


class ControlLine(Part):
    """A positive control: a cue of one kind, planted in copies of the set."""

    view: str
    kind: str
    judges: list[str]
    """The certifying adversaries that were tried on it."""
    attainable: float
    """The largest size that such a cue can have on the set."""
    tried: list[TriedSize]
    smallest: float | None
    """The smallest size that was found in four of five tries; None if no size was: the kind is not covered."""

    @property
    def power(self) -> float | None:
        """The share of tries in which the cue of the smallest tried size was found."""
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
    """Positive controls of the views that would be certified; empty if there is no such view."""
