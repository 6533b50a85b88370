"""What `twokeys verify` checks of configs: fingerprints, versions, columns, and measurements of all published items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.publish.fingerprint import Fingerprint
from twokeys.builder.publish.folder import Folder
from twokeys.core.columns import BALANCED, MEASUREMENTS, REMOVED, columns_of, features, is_measurement
from twokeys.core.item_images import KEYS
from twokeys.data_cards.published import parquet_rows, split_of


def fingerprints(folder: Folder) -> Checked:
    """Every config has the fingerprint, version, columns and number of rows that the manifest states."""
    if missing := {BALANCED, REMOVED, MEASUREMENTS} - set(folder.manifest.configs):
        yield f"the manifest has no config {', '.join(sorted(missing))}"
    rows = 0
    for name, config in folder.manifest.configs.items():
        total, splits = Fingerprint(), Counter[str]()
        try:
            for path in folder.files(name):
                total.add(parquet_rows(path), split_of(path))
                splits[split_of(path)] += pq.read_metadata(path).num_rows
                yield from _columns(path, name, folder.manifest.pairs is not None)
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        rows += splits.total()
        if total.value(measurements=False) != config.fingerprint:
            yield f"{name}: the rows' fingerprint is {total.value(measurements=False)}, not {config.fingerprint}"
        if total.version() != config.version:
            yield f"{name}: version {config.version} does not follow from the rows"
        if splits != config.splits:
            yield f"{name}: the splits hold {dict(splits)} rows, not {config.splits}"
    return counts(config=folder.manifest.configs, row=rows)


def _columns(path: Path, config: str, paired: bool) -> Iterator[str]:
    """A file has exactly the columns of its config, with the published types."""
    schema = pq.read_schema(path)
    measured = [name for name in schema.names if is_measurement(name)]
    names = columns_of(config, paired and "edit_of" in schema.names, measured, KEYS in schema.names)
    if names != schema.names:
        yield f"{config}: {path.name} has the columns {', '.join(schema.names)}; the config has {', '.join(names)}"
    elif not schema.equals(features(names).arrow_schema):
        yield f"{config}: the columns of {path.name} are not of the published types"


def measurements(folder: Folder) -> Checked:
    """There is one row of measurements for every published item, in the same split, and for no other item."""
    items = pd.concat([folder.balanced, folder.audited]).drop_duplicates("id").set_index("id")["split"]
    measured = folder.measurements.set_index("id")["split"]
    for identity in items.index.difference(measured.index)[:5]:
        yield f"{identity} is published, and has no measurements"
    for identity in measured.index.difference(items.index)[:5]:
        yield f"{identity} has measurements, and is not published"
    both = items.index.intersection(measured.index)
    for identity in both[(items[both] != measured[both]).to_numpy()][:5]:
        yield f"{identity} has its measurements in another split"
    return counts(row=measured)
