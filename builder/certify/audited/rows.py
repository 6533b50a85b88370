"""Rows of the audited tier: what is published in it, and what is published in neither tier."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from twokeys.builder.balance.select import threads
from twokeys.builder.certify.audited.tier import AuditedSet

SEPARATOR = "; audited tier: "
"""Between the reason why the balanced tier left an item out, and the audited tier's."""


def audited_rows(items: pd.DataFrame, tier: AuditedSet, within: Sequence[str]) -> pd.DataFrame:
    """Rows of the config `audited`, with partners and quads where the set has them."""
    said = tier.kept
    kept = items[items["id"].isin(set(said["id"]))].reset_index(drop=True)
    return kept.merge(threads(kept, within), on="id", validate="one_to_one").merge(said, on="id", validate="one_to_one")


def unpublished(removed: pd.DataFrame, tier: AuditedSet) -> pd.DataFrame:
    """Removed rows that the audited tier does not publish either, with both reasons."""
    kept = set(tier.kept["id"])
    reasons = tier.removed.set_index("id")["reason"]
    left = removed[~removed["id"].isin(kept)].reset_index(drop=True)
    second = left["id"].map(reasons)
    return left.assign(reason=left["reason"].where(second.isna(), left["reason"] + SEPARATOR + second.fillna("")))
