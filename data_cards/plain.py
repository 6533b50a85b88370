"""The certificate of the audited tier in plain words, view by view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_cards import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_cards.audited import AuditedTier, ControlLine, ViewVerdict

MEANING = {
    "certified": "holds",
    "not certified": "fails",
    "too small to tell": "is open: the set is too small to tell",
}


def audited(tier: AuditedTier) -> list[str]:
    """One sentence on the verdict of each view."""
    return [_view(view, tier.margin) for view in sorted(tier.views, key=lambda view: tables.VIEWS.index(view.view))]


def controls(tier: AuditedTier) -> list[str]:
    """One sentence a view on the planted cues that its judges find, and on those that they do not."""
    views = sorted({one.view for one in tier.controls}, key=tables.VIEWS.index)
    return [_planted(view, [one for one in tier.controls if one.view == view]) for view in views]


def _planted(view: str, controls: Sequence[ControlLine]) -> str:
    sizes = sorted({one.smallest for one in controls if one.smallest is not None})
    parts = [
        f"cues of {100 * size:.1f} points: {', '.join(one.kind for one in controls if one.smallest == size)}"
        for size in sizes
    ]
    missed = [one.kind for one in controls if one.smallest is None]
    parts += [f"not covered: {', '.join(missed)}"] if missed else []
    return f"{view}: cues were planted in copies of the set, and its judges find {'; '.join(parts)}."


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
