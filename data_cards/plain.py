"""The certificates of both tiers in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.core.views import VIEWS
from twokeys.data_cards import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.audited import AuditedTier, ControlLine, ViewVerdict
    from twokeys.data_cards.blindness import Blindness
    from twokeys.data_cards.manifest import Manifest

MEANING = {
    "certified": "holds",
    "not certified": "fails",
    "too small to tell": "is open: the set is too small to tell",
}


def bounded(manifest: Manifest) -> str:
    """Describe the balanced tier: its bound, the best trained adversary, and chance."""
    bound = max(manifest.after.ceiling(view).share for view in ("question", "image"))
    best = manifest.after.best()
    bound_sentence = f"bounded by {tables.percent(bound)}: no predictor that sees one side alone is right on more"
    if best is None:
        return f"{bound_sentence}; no adversary was trained on it"
    return (
        f"{bound_sentence}; the best trained adversary, {best.name}, is right on {tables.percent(best.accuracy)} "
        f"{tables.interval(best.low, best.high)}, chance is {tables.percent(best.chance)}"
    )


def empty(manifest: Manifest) -> str:
    """Explain why no item is in the balanced tier."""
    balance = manifest.funnel[-1]
    went = balance.left + balance.removed
    if not went:
        return "No item is in the balanced tier: the rules removed all of them."
    return (
        f"No item is in the balanced tier: none of the {tables.count(went)} items that went on to balance can be kept. "
        f"{lacking(manifest.before)}"
    )


def lacking(read: Blindness) -> str:
    """Explain what is missing if no item can be balanced, and how to add it."""
    question, image = (read.ceiling(view) for view in ("question", "image"))
    return (
        "An item is kept if its question is asked of another image with another answer, and its image with another "
        f"question and another answer. {tables.count(question.items)} items were read; they ask "
        f"{tables.count(question.keys)} questions of {tables.count(image.keys)} images. Counterfactual partners add "
        "what is missing (`pair` in the recipe); an audited tier selects without exact balance."
    )


def audited(tier: AuditedTier) -> list[str]:
    """Write one sentence on the verdict of each view."""
    order = ("nothing", *VIEWS)
    return [_view(view, tier.margin) for view in sorted(tier.views, key=lambda view: order.index(view.view))]


def controls(tier: AuditedTier) -> list[str]:
    """Write one sentence for each view on the planted cues that its adversaries find, and on those that they miss."""
    sentences = []
    for view in sorted({control.view for control in tier.controls}, key=VIEWS.index):
        of_view = [control for control in tier.controls if control.view == view]
        sentences.append(_planted(view, of_view, tier.margin))
    return sentences


def _planted(view: str, controls: Sequence[ControlLine], margin: float) -> str:
    covered = []
    for size in sorted({control.smallest for control in controls if control.smallest is not None}):
        kinds = ", ".join(control.kind for control in controls if control.smallest == size)
        covered.append(f"of {100 * size:.1f} points{' and no smaller ones' if size > margin else ''} for {kinds}")
    unfound = [control for control in controls if control.smallest is None]
    impossible = [control.kind for control in unfound if control.judges and control.attainable < margin]
    missed = [control.kind for control in unfound if control.kind not in impossible]
    coverage = f"the verdict covers cues {'; '.join(covered)}" if covered else "no planted cue is found"
    sentences = [f"{view}: {coverage}."]
    if missed:
        sentences.append(f"Not covered: {', '.join(missed)}.")
    if impossible:
        sentences.append(f"No cue can be as large as the margin: {', '.join(impossible)}.")
    return " ".join(sentences)


def _view(view: ViewVerdict, margin: float) -> str:
    """Describe the accuracies of the adversaries of a view, and the verdict.

    Only the adversary that is farthest from chance is named.
    """
    sees = "nothing" if view.view == "nothing" else f"only the {view.view}"
    claim = (
        f"“A model that sees {sees} does no better and no worse than chance, within {100 * margin:g} points” "
        f"{MEANING[view.outcome]}."
    )
    if not view.judgements:
        return f"{claim} No adversary was tried on it."
    if view.view == "nothing":
        (constant,) = view.judgements
        return (
            f"{claim} The most frequent answer of every source, split and answer type is right on "
            f"{tables.percent(constant.accuracy)}, a guess on {tables.percent(constant.guess)}: this is a count."
        )
    worst = max(view.judgements, key=lambda evidence: abs(evidence.accuracy - evidence.chance))
    tried = len({evidence.adversary for evidence in view.judgements})
    farthest = "It reached" if tried == 1 else f"The farthest from chance, {worst.adversary}, reached"
    return (
        f"{claim} {tables.count(tried)} blind model{'s' if tried > 1 else ''} that took no part in selecting the set "
        f"tried to answer it. {farthest} {tables.percent(worst.accuracy)} "
        f"{tables.interval(worst.low, worst.high)}; chance is {tables.percent(worst.chance)} and a guess is right "
        f"on {tables.percent(worst.guess)}. {_proven(view, margin)}"
    ).strip()


def _proven(view: ViewVerdict, margin: float) -> str:
    """State the margin that is proven, the items that are missing, and the parts with a verdict."""
    sentences = []
    if view.outcome != "certified":
        if view.bound is not None:
            sentences.append(f"A margin of {100 * view.bound:.1f} points is proven.")
        if view.needed_items is not None:
            needed, missing = tables.count(view.needed_items), tables.count(view.missing_items or 0)
            sentences.append(f"The margin asked for needs about {needed} items, {missing} more.")
    proven = [part.name for part in view.parts if part.outcome == "certified"]
    small = [part.name for part in view.parts if part.outcome == "too small to tell"]
    if view.outcome == "certified" and proven:
        sentences.append(f"The same is proven for each of these parts: {', '.join(proven)}.")
    if view.outcome == "certified" and small:
        sentences.append(f"These parts are too small to tell: {', '.join(small)}.")
    return " ".join(sentences)
