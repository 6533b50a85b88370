"""The part of a recipe that asks for the audited tier."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from twokeys.builder.sources import Part

FEWEST_RUNS = 19
"""Permutations from which an interval of 90 % can be told."""
FEWEST_TRIES = 5
"""Tries from which four of five can be told."""


class Audited(Part):
    """The audited tier, see `twokeys.builder.certify.audited`."""

    margin: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """Largest excess over chance, in either direction, that still counts as chance."""
    select: list[str] | None = None
    """Adversaries that selection bounds; when None, quick ones."""
    certify: list[str] | None = None
    """Adversaries of other families that judge the set; when None, one for each kind of cue that selection ignores."""
    rounds: Annotated[int, Field(ge=2, le=50)] = 6
    """Rounds of refitting at most, the first of which only asks."""
    permutations: Annotated[int, Field(ge=0)] = 39
    """Refits of the quick certifying adversaries on permuted labels of the set."""
    null_draws: Annotated[int, Field(ge=0)] = 19
    """Runs of selection and certification together on permuted labels; fewer than 19 say nothing at 90 %."""
    controls: Annotated[int, Field(ge=0)] = 10
    """Tries of each planted cue at each size, before a view is certified; without any, none is."""
    weight: str | None = None
    """Measurement to maximise the sum of; None counts items."""
    together: list[str] = []
    """`source`, `split`, or a category that `balance.within` names: its values are judged together as one set. Nothing
    is claimed of each by itself, and chance is counted over all of them."""

    @field_validator("controls")
    @classmethod
    def _enough_tries(cls, tries: int) -> int:
        if 0 < tries < FEWEST_TRIES:
            raise ValueError(f"give 0 or at least {FEWEST_TRIES}: fewer tries cannot show that four of five find a cue")
        return tries

    @field_validator("permutations", "null_draws")
    @classmethod
    def _enough(cls, runs: int) -> int:
        if 0 < runs < FEWEST_RUNS:
            raise ValueError(f"give 0 or at least {FEWEST_RUNS}: fewer runs say nothing")
        return runs
