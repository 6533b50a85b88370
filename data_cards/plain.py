"""The certificate of the audited tier in plain words, view by view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_cards import tables

if TYPE_CHECKING:
    from data_cards.audited import AuditedTier, ViewVerdict

MEANING = {
    "certified": "holds",
    "not certified": "fails",
    "too small to tell": "is open: the set is too small to tell",
}


def audited(tier: AuditedTier) -> list[str]:
    """One sentence on the verdict of each view."""
    return [_view(view, tier.margin) for view in sorted(tier.views, key=lambda view: tables.VIEWS.index(view.view))]


def _view(view: ViewVerdict, margin: float) -> str:
    """What the adversaries of a view reached, and what follows.

    The one that came farthest from chance speaks for all: the others were nearer.
    """
    claim = (
        f"“A model that sees only the {view.view} does no better and no worse than chance, within "
        f"{100 * margin:g} points” {MEANING[view.outcome]}."
    )
    if not view.judgements:
        return f"{claim} No adversary judged it."
    worst = max(view.judgements, key=lambda one: abs(one.accuracy - one.chance))
    tried = len({one.adversary for one in view.judgements})
    farthest = "It reached" if tried == 1 else f"The one that came farthest from chance, {worst.adversary}, reached"
    size = f" About {tables.count(view.needed_items)} items could tell." if view.needed_items else ""
    return (
        f"{claim} {tables.count(tried)} blind model{'s' if tried > 1 else ''} that took no part in selecting the set "
        f"tried to answer it. {farthest} {tables.percent(worst.accuracy)} "
        f"{tables.interval(worst.low, worst.high)} where chance is {tables.percent(worst.chance)}.{size}"
    )
