"""The config `measurements`: a row of measurements for each published item."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from twokeys.core.columns import is_measurement


def measurement_rows(tiers: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Gather the measurements of the tiers.

    An item in two tiers has a single row: measurements before the selection of tiers are the same for both, and
    measurements that were fitted on the rows of a tier have separate columns.

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
