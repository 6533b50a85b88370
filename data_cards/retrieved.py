"""Texts on retrieved partners: the origin of their answers, the number of candidates, and how many balance needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.core.columns import RETRIEVED, is_retrieved
from twokeys.data_cards.tables import Cells, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.pairing import Pairing, PairKind, RetrievedKind

WHAT = (
    "A retrieved partner is an image partner that was found, not made: another real image about which the same "
    "question has another answer."
)
TOLD = "Its images can be told from those of the corpora, which would give answers away, so that no partner shows one."
"""The text on a pool that is left out."""
HEADER: Cells = (
    "kind", "understood", "balanced before", "balanced with", "checked", "agreed", "askable", "of these balanced",
    "added", "spare",
)  # fmt: skip
LEGEND = (
    "Understood: annotated items whose question the judge understands. Balanced before and with: those of them in the "
    "balanced set without any retrieved partner, and with them. Checked: those about whose own image it tells the "
    "answer. Agreed: those of these for which it tells the annotated answer; the others get no partner. Partners may "
    "be wrong more often than these: an image that is wrongly annotated has the rare answer that balance looks for. "
    "Askable: those of the agreed about whose question some image of the pool has another answer; if models tell the "
    "answers, items that got a candidate. Added: retrieved partners that went on to balance. Spare: sound candidates "
    "that balance does not need; they are not published."
)
"""The explanation of the table under `HEADER`."""


def rows(kinds: Sequence[RetrievedKind], edits: Sequence[PairKind]) -> list[Cells]:
    """Return one row for each kind, under `HEADER`.

    Args:
        kinds: The kinds of retrieved partners.
        edits: All kinds of edits, including the retrieved kinds.
    """
    added = {edit.kind: edit.added for edit in edits}
    return [
        (
            kind.kind,
            *map(count, (kind.understood, kind.before, kind.balanced, kind.checked, kind.agreed)),
            *map(count, (kind.askable, kind.met)),
            *map(count, (added.get(kind.kind, 0), kind.spare)),
        )
        for kind in kinds
    ]


def judge(kind: str) -> str:
    """Describe the origin of the answers of one kind.

    Example:
        >>> judge("retrieved.coco")
        'constructed, as it follows from annotations (coco)'
    """
    name = kind.removeprefix(RETRIEVED)
    return (
        "verified by models that agree" if name == "models" else f"constructed, as it follows from annotations ({name})"
    )


def answers(kinds: Sequence[RetrievedKind]) -> list[str]:
    """Describe for each kind the origin of the answers, and the meaning of absence."""
    return [f"{kind.kind}: the answer is {judge(kind.kind)}. {kind.absence}".rstrip() for kind in kinds]


def summary(pairing: Pairing) -> str:
    """Describe all kinds in one sentence; empty if no generator retrieves."""
    if not pairing.retrieved:
        return ""
    # Several generators may understand the same item, which a sum would count twice.
    added = sum(edit.added for edit in pairing.kinds if retrieved(edit))
    kinds = "; ".join(
        f"{count(kind.met)} of {count(kind.askable)} askable items are balanced with {kind.kind}; of all "
        f"{count(kind.understood)} that are understood {count(kind.balanced)}, {count(kind.before)} before"
        for kind in pairing.retrieved
    )
    return f"Retrieved partners: {count(added)} added; {kinds}."


def steps(pairing: Pairing) -> list[str]:
    """Describe the results of each kind in two sentences."""
    edits = {edit.kind: edit for edit in pairing.kinds}
    return [_step(kind, edits.get(kind.kind)) for kind in pairing.retrieved]


def _step(kind: RetrievedKind, edit: PairKind | None) -> str:
    refused, added, published = (sum(edit.refused.values()), edit.added, edit.published) if edit else (0, 0, 0)
    return (
        f"Retrieved partners of kind {kind.kind}: {count(refused + added + kind.spare)} candidates were found, of "
        f"which {count(refused)} were refused, {count(added)} added and {count(kind.spare)} not needed; "
        f"{count(published)} are published. Of {count(kind.understood)} items that are understood "
        f"{count(kind.checked)} could be checked, on {count(kind.agreed)} of which the judge agrees with the "
        f"annotated answer; {count(kind.balanced)} are balanced with retrieved partners, {count(kind.before)} without. "
        f"Of {count(kind.askable)} askable items {count(kind.met)} are balanced."
    )


def retrieved(edit: PairKind) -> bool:
    """Return whether a kind of edit replaces an item's image by another real image."""
    return is_retrieved(edit.kind)
