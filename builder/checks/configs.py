"""What `twokeys verify` asks of configs: fingerprints, versions, columns, and that published items were measured."""

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


def fingerprints(known: Folder) -> Checked:
    """Fingerprints, versions, columns and row counts of every config."""
    if missing := {BALANCED, REMOVED, MEASUREMENTS} - set(known.manifest.configs):
        yield f"the manifest has no config {', '.join(sorted(missing))}"
    rows = 0
    for name, config in known.manifest.configs.items():
        total, splits = Fingerprint(), Counter[str]()
        try:
            for path in known.files(name):
                total.add(parquet_rows(path), split_of(path))
                splits[split_of(path)] += pq.read_metadata(path).num_rows
                yield from _columns(path, name, known.manifest.pairs is not None)
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
    return counts(config=known.manifest.configs, row=rows)


def _columns(path: Path, config: str, paired: bool) -> Iterator[str]:
    """A file has just the columns of its config, of the published types."""
    there = pq.read_schema(path)
    measured = [name for name in there.names if is_measurement(name)]
    names = columns_of(config, paired and "edit_of" in there.names, measured, KEYS in there.names)
    if names != there.names:
        yield f"{config}: {path.name} has the columns {', '.join(there.names)}; the config has {', '.join(names)}"
    elif not there.equals(features(names).arrow_schema):
        yield f"{config}: the columns of {path.name} are not of the published types"


def measurements(known: Folder) -> Checked:
    """There is one row of measurements for every published item, in its split, and for no other."""
    items = pd.concat([known.balanced, known.audited]).drop_duplicates("id").set_index("id")["split"]
    measured = known.measurements.set_index("id")["split"]
    for identity in items.index.difference(measured.index)[:5]:
        yield f"{identity} is published, and has no measurements"
    for identity in measured.index.difference(items.index)[:5]:
        yield f"{identity} has measurements, and is not published"
    both = items.index.intersection(measured.index)
    for identity in both[(items[both] != measured[both]).to_numpy()][:5]:
        yield f"{identity} has its measurements in another split"
    return counts(row=measured)
