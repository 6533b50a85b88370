"""Counts of the results of pairing: edits made, refused, added and published by kind; blindness before and after."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pandas as pd

from twokeys.builder.balance.select import retrieved, select
from twokeys.builder.measure.blindness import blindness
from twokeys.builder.pair.edit import Retrieval
from twokeys.builder.recipe import Balance
from twokeys.core.measured import PAIRED
from twokeys.data_cards.pairing import Pairing, PairKind, RetrievedKind

_NAMES = re.compile(r"(: \S+$)|(\(.*?\))|\d+(\.\d+)?")


def pairing(
    items: pd.DataFrame, paired: pd.DataFrame, refused: pd.DataFrame, balanced: pd.DataFrame, confidence: float
) -> Pairing:
    """Count the results of pairing.

    Args:
        items: Annotated items that no rule dropped, as they were read, with measurements.
        paired: The items that went on to balance.
        refused: Refused edits, and merged annotated items (no `edit_of`), with `reason`.
        balanced: The balanced set.
        confidence: Level of the intervals.
    """
    return Pairing(
        reworded=int(paired["question_asked"].notna().sum()),
        merged=int(refused["edit_of"].isna().sum()),
        kinds=kinds(paired, refused, balanced),
        before=blindness(items, confidence),
        after=blindness(paired, confidence, (PAIRED,)),
    )


def kinds(paired: pd.DataFrame, refused: pd.DataFrame, balanced: pd.DataFrame) -> list[PairKind]:
    """Count the edits of each kind that were refused, added and published; tables as for `pairing`."""
    out = refused[refused["edit_of"].notna()]
    # A folder without balanced rows does not have this column.
    added, published = (part.reindex(columns=["edit_kind"])["edit_kind"].value_counts() for part in (paired, balanced))
    return [
        PairKind(
            kind=str(kind),
            made=int((out["edit_kind"] == kind).sum() + added.get(kind, 0)),
            refused=_reasons(out["reason"][out["edit_kind"] == kind]),
            added=int(added.get(kind, 0)),
            published=int(published.get(kind, 0)),
        )
        for kind in sorted({*paired["edit_kind"].dropna(), *out["edit_kind"]})
    ]


def retrieved_kinds(
    retrievals: Sequence[Retrieval], spare: pd.DataFrame, paired: pd.DataFrame, kept: Collection[str], balance: Balance
) -> list[RetrievedKind]:
    """Count the items whose question a judge understands, and how many are balanced with and without partners.

    Args:
        retrievals: The results of each generator that retrieves.
        spare: Sound candidates that balance does not need.
        paired: The items that went on to balance.
        kept: Ids of the balanced set.
        balance: How the set is balanced.
    """
    before = set(select(paired[~retrieved(paired)], balance).kept["id"]) if retrievals else set()
    return [
        RetrievedKind(
            kind=each.kind,
            understood=len(each.understood),
            before=sum(identity in before for identity in each.understood),
            balanced=sum(identity in kept for identity in each.understood),
            checked=each.checked,
            agreed=each.agreed,
            askable=len(each.askable),
            met=sum(identity in kept for identity in each.askable),
            files=each.files,
            spare=int((spare["edit_kind"] == each.kind).sum()),
            absence=each.absence,
        )
        for each in retrievals
    ]


def _reasons(reasons: pd.Series[str]) -> dict[str, int]:
    """Count reasons without their ids, answers and numbers, so that equal reasons add up."""
    general = reasons.map(lambda reason: " ".join(_NAMES.sub(" ", reason).replace("%", "").split()))
    return {str(reason): int(number) for reason, number in sorted(general.value_counts().items())}
