"""`items.parquet`: the items of an evaluation, each with its reply, its marks, and what pairs and categories need.

Whoever compares evaluations reads it and needs neither the model nor the published folder.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.core.disk import whole

ITEMS = "items.parquet"


def write_items(path: Path, items: pd.DataFrame) -> None:
    """Write the items, whole."""
    with whole(path) as temporary:
        pq.write_table(pa.Table.from_pandas(items, preserve_index=False), temporary, compression="zstd")
