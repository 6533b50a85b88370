"""The config `measurements`: what was measured of every published item, a row for each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from twokeys.core.columns import is_measurement


def measurement_rows(tiers: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Gather the measurements of the tiers.

    An item that is in two tiers has one row: what was measured before any tier was selected is the same in both, and
    what was fitted on the rows of one tier has columns of its own.

    Args:
        tiers: Rows of each tier, with `id`, `split` and `image_key`.

    Returns:
        A row for each item of any tier: `id`, `split`, `image_key`, and measurements under their names inside twokeys.
    """
    parts = [
        tier[["id", "split", "image_key", *(name for name in tier if is_measurement(name))]]
        for tier in tiers
        if len(tier)
    ]
    if len(parts) < 2:
        return (parts or [tiers[0][["id", "split", "image_key"]]])[0]
    every = pd.concat(parts, ignore_index=True)
    return every.groupby("id", sort=False, as_index=False).first()
