"""Rows of the audited tier, and rows that are in neither tier."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from twokeys.builder.balance.select import threads
from twokeys.builder.certify.audited.tier import AuditedSet

SEPARATOR = "; audited tier: "
"""Separates the balanced tier's reason for removing an item from the audited tier's reason."""


def audited_rows(items: pd.DataFrame, tier: AuditedSet, within: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the config `audited`, with partners and quads as far as the set has them."""
    answers = tier.kept
    kept = items[items["id"].isin(set(answers["id"]))].reset_index(drop=True)
    threaded = kept.merge(threads(kept, within), on="id", validate="one_to_one")
    return threaded.merge(answers, on="id", validate="one_to_one")


def unpublished(removed: pd.DataFrame, tier: AuditedSet) -> pd.DataFrame:
    """Return the removed rows that the audited tier does not publish either, with both reasons."""
    kept = set(tier.kept["id"])
    reasons = tier.removed.set_index("id")["reason"]
    rows = removed[~removed["id"].isin(kept)].reset_index(drop=True)
    second = rows["id"].map(reasons)
    return rows.assign(reason=rows["reason"].where(second.isna(), rows["reason"] + SEPARATOR + second.fillna("")))
