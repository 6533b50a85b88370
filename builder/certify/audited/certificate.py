"""The certificate of the `audited` tier: the verdict on each view, with all evidence, as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from twokeys.builder.certify.audited.controls import Control, controlled
from twokeys.builder.certify.audited.families import families
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.builder.certify.audited.selection import Chosen
from twokeys.builder.certify.audited.verdict import Verdict, decide
from twokeys.builder.certify.audited.weighing import Weighed, by_part
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
"""Verdicts from worst to best; the tier's verdict is the worst verdict on a view."""


def audited_certificate(
    recipe: Recipe, items: pd.DataFrame, chosen: Chosen, weighed: Sequence[Weighed], unanswered: Mapping[str, int],
    controls: Sequence[Control],
) -> dict[str, Any]:  # fmt: skip
    """Write the certificate.

    Args:
        recipe: The recipe; 1 - the confidence of its intervals is the level of the tests.
        items: The items that selection chose from.
        chosen: The selected set.
        weighed: Evidence of all certifying adversaries, and of constant answers.
        unanswered: View -> number of kept items that no adversary answered, among adversaries fitted on the set or on
            nothing.
        controls: Positive controls of the views that evidence would certify.
    """
    settings = recipe.audited
    assert settings is not None
    alpha = round(1 - recipe.measure.confidence, 9)
    plain = verdicts_of(views_of(items), weighed, settings.margin, alpha, unanswered)
    verdicts = [controlled(verdict, controls) for verdict in plain]
    return {
        "tier": "audited",
        "verdict": overall(verdicts),
        "reasons": reasons_of(verdicts),
        "margin": settings.margin,
        "items": int(chosen.keep.sum()),
        "chosen_from": len(items),
        "selected_against": families(settings)[0],
        "rounds": [
            six_digits({"kept": each.kept, "excess": each.excess, "worst": each.worst, "used": number == chosen.used})
            for number, each in enumerate(chosen.rounds)
        ],
        "views": {verdict.view: rounded(verdict) for verdict in verdicts},
        "controls": [six_digits(asdict(control)) for control in controls],
        "recount": "twokeys verify",
    }


def views_of(items: pd.DataFrame) -> list[str]:
    """Return the views that need a verdict; the view of constant answers comes first."""
    return [VIEW, "question", *(["choices"] if (items["choices"].map(len) > 0).any() else []), "image"]


def verdicts_of(
    views: Sequence[str], weighed: Sequence[Weighed], margin: float, alpha: float, unanswered: Mapping[str, int]
) -> list[Verdict]:
    """Return the verdict on each view; no view is certified on a part of its items."""
    verdicts = []
    for view in views:
        of_view = [each for each in weighed if each.whole.view == view]
        verdict = decide(view, [each.whole for each in of_view], margin, alpha, by_part(of_view))
        if verdict.outcome == "certified" and (missing := unanswered.get(view, 0)):
            reason = f"{missing:,} items were answered by no adversary"
            verdict = replace(verdict, outcome="too small to tell", reasons=(reason,))
        verdicts.append(verdict)
    return verdicts


def reasons_of(verdicts: Sequence[Verdict]) -> list[str]:
    """Return why the tier is not certified; empty if it is certified."""
    failed = [verdict for verdict in verdicts if verdict.outcome != "certified"]
    return [f"{verdict.view}: {reason}" for verdict in failed for reason in verdict.reasons]


def overall(verdicts: Sequence[Verdict]) -> Outcome:
    """Return the verdict on the tier: the worst verdict on a view."""
    return next(outcome for outcome in WORST if any(verdict.outcome == outcome for verdict in verdicts))


def rounded(verdict: Verdict) -> Any:
    """Return a verdict as JSON values."""
    return six_digits(asdict(verdict))


def six_digits(value: Any) -> Any:
    """Round every float to six digits: further digits differ between machines."""
    if isinstance(value, dict):
        return {name: six_digits(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [six_digits(inner) for inner in value]
    return round(value, 6) if isinstance(value, float) else value


def tier(certificate: Mapping[str, Any]) -> AuditedTier:
    """Return the part of a certificate that the manifest repeats."""
    views = []
    for view in certificate["views"].values():
        judgements = [
            Judgement(
                adversary=evidence["adversary"],
                trained_on=evidence["trained_on"],
                items=evidence["items"],
                accuracy=evidence["accuracy"],
                low=round(evidence["chance"] + evidence["interval"][0], 6),
                high=round(evidence["chance"] + evidence["interval"][1], 6),
                chance=evidence["chance"],
                guess=evidence["guess"],
                p_equivalence=evidence["p_equivalence"],
                null_median=evidence["null"]["median"] if evidence["null"] else None,
            )
            for evidence in view["evidence"]
        ]
        fields = ("view", "outcome", "reasons", "notes", "bound", "needed_items", "missing_items")
        named = ("name", "items", "outcome", "bound", "needed_items")
        parts = [PartVerdict(**{name: part[name] for name in named}) for part in view["parts"]]
        views.append(ViewVerdict(**{name: view[name] for name in fields}, judgements=judgements, parts=parts))
    rounds = [
        SelectionRound(kept=each["kept"], worst=each["worst"], used=each["used"]) for each in certificate["rounds"]
    ]
    plain = {name: certificate[name] for name in ("verdict", "margin", "items", "chosen_from", "selected_against")}
    controls = [
        ControlLine(**{name: control[name] for name in ("view", "kind", "judges", "attainable", "tried", "smallest")})
        for control in certificate["controls"]
    ]
    return AuditedTier(**plain, rounds=rounds, views=views, controls=controls)
