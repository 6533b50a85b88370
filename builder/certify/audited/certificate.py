"""The certificate of the `audited` tier: verdicts view by view, with all the evidence, as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from twokeys.builder.certify.audited.controls import Control, controlled
from twokeys.builder.certify.audited.families import families
from twokeys.builder.certify.audited.judging import Weighed, by_part
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.builder.certify.audited.selection import Chosen
from twokeys.builder.certify.audited.verdict import Verdict, decide
from twokeys.builder.recipe import Recipe
from twokeys.data_cards.audited import (
    AuditedTier,
    ControlLine,
    Judgement,
    Outcome,
    PartVerdict,
    SelectionRound,
    ViewVerdict,
)

WORST: tuple[Outcome, ...] = ("not certified", "too small to tell", "certified")
"""The tier's verdict is the first of these that a view has."""


def audited_certificate(
    recipe: Recipe, items: pd.DataFrame, chosen: Chosen, weighed: Sequence[Weighed], unjudged: Mapping[str, int],
    controls: Sequence[Control],
) -> dict[str, Any]:  # fmt: skip
    """State the verdicts.

    Args:
        recipe: Its parts on the tier and on measuring; 1 - the confidence of intervals is the level of the tests.
        items: The items that selection chose from.
        chosen: What it chose.
        weighed: Evidence of all certifying adversaries, and of constant answers.
        unjudged: Kept items of each view that no adversary fitted on the set, or on nothing, was asked about.
        controls: Positive controls of the views that evidence would certify.
    """
    settings = recipe.audited
    assert settings is not None
    alpha = round(1 - recipe.measure.confidence, 9)
    verdicts = [
        controlled(one, controls) for one in verdicts_of(views_of(items), weighed, settings.margin, alpha, unjudged)
    ]
    return {
        "tier": "audited",
        "verdict": overall(verdicts),
        "reasons": reasons_of(verdicts),
        "margin": settings.margin,
        "items": int(chosen.keep.sum()),
        "chosen_from": len(items),
        "selected_against": families(settings)[0],
        "rounds": [
            six_digits({"kept": one.kept, "excess": one.excess, "worst": one.worst, "used": number == chosen.used})
            for number, one in enumerate(chosen.rounds)
        ],
        "views": {one.view: rounded(one) for one in verdicts},
        "controls": [six_digits(asdict(one)) for one in controls],
        "recount": "twokeys verify",
    }


def views_of(items: pd.DataFrame) -> list[str]:
    """The views to decide on: the view of constant answers comes first."""
    return [VIEW, "question", *(["choices"] if (items["choices"].map(len) > 0).any() else []), "image"]


def verdicts_of(
    views: Sequence[str], weighed: Sequence[Weighed], margin: float, alpha: float, unjudged: Mapping[str, int]
) -> list[Verdict]:
    """The verdict on each view; no view is certified on a part of its items."""
    found = []
    for view in views:
        own = [one for one in weighed if one.whole.view == view]
        verdict = decide(view, [one.whole for one in own], margin, alpha, by_part(own))
        if verdict.outcome == "certified" and (missing := unjudged.get(view, 0)):
            reason = f"{missing:,} items were judged by no adversary"
            verdict = replace(verdict, outcome="too small to tell", reasons=(reason,))
        found.append(verdict)
    return found


def reasons_of(verdicts: Sequence[Verdict]) -> list[str]:
    """Why the tier is not certified; empty if it is."""
    return [f"{one.view}: {reason}" for one in verdicts if one.outcome != "certified" for reason in one.reasons]


def overall(verdicts: Sequence[Verdict]) -> Outcome:
    """The worst verdict of a view is the verdict on the tier."""
    return next(outcome for outcome in WORST if any(one.outcome == outcome for one in verdicts))


def rounded(verdict: Verdict) -> Any:
    """A verdict as JSON values."""
    return six_digits(asdict(verdict))


def six_digits(value: Any) -> Any:
    """Six digits of every float: the rest differs from machine to machine."""
    if isinstance(value, dict):
        return {name: six_digits(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [six_digits(inner) for inner in value]
    return round(value, 6) if isinstance(value, float) else value


def tier(certificate: Mapping[str, Any]) -> AuditedTier:
    """The manifest's account of the tier."""
    views = []
    for view in certificate["views"].values():
        judgements = [
            Judgement(
                adversary=one["adversary"],
                trained_on=one["trained_on"],
                items=one["items"],
                accuracy=one["accuracy"],
                low=round(one["chance"] + one["interval"][0], 6),
                high=round(one["chance"] + one["interval"][1], 6),
                chance=one["chance"],
                guess=one["guess"],
                p_equivalence=one["p_equivalence"],
                null_median=one["null"]["median"] if one["null"] else None,
            )
            for one in view["evidence"]
        ]
        fields = ("view", "outcome", "reasons", "notes", "bound", "needed_items", "missing_items")
        named = ("name", "items", "outcome", "bound", "needed_items")
        parts = [PartVerdict(**{name: part[name] for name in named}) for part in view["parts"]]
        views.append(ViewVerdict(**{name: view[name] for name in fields}, judgements=judgements, parts=parts))
    rounds = [SelectionRound(kept=one["kept"], worst=one["worst"], used=one["used"]) for one in certificate["rounds"]]
    plain = {name: certificate[name] for name in ("verdict", "margin", "items", "chosen_from", "selected_against")}
    controls = [
        ControlLine(**{name: one[name] for name in ("view", "kind", "judges", "attainable", "tried", "smallest")})
        for one in certificate["controls"]
    ]
    return AuditedTier(**plain, rounds=rounds, views=views, controls=controls)
