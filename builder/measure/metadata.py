"""Published metadata of an image and a question, as numbers: a predictor that reads it sees neither of them.

Numbers stay numbers. Names become their rank by frequency, -1 if missing, so labels are not used. Fields that name a
single row, like ids, have no rank; `twokeys.builder.measure.places` reads them.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.items import canonical_json

Floats = NDArray[np.float32]

PICTURE_FIELDS = ("bytes", "width", "height", "aspect ratio", "bytes per pixel", "contrast")
ROW_FIELDS = ("source", "source_revision", "split", "license", "answer_type", "answer_source")
"""Published columns that a reader of the question sees; the chance level uses the answer type, too."""


def of_pictures(pictures: pd.DataFrame, keys: pd.Index[str]) -> Floats:
    """(n, len(`PICTURE_FIELDS`)) metadata of image files.

    Args:
        pictures: Table with `image_key`, `size`, `width`, `height`, `contrast`, one row for each key.
        keys: Keys of the requested images.
    """
    part = pictures.set_index("image_key").loc[keys]
    size, width, height = (part[name].to_numpy(dtype=np.float64) for name in ("size", "width", "height"))
    ratio, density = width / np.maximum(height, 1), size / np.maximum(width * height, 1)
    columns = (size, width, height, ratio, density, part["contrast"].to_numpy(dtype=np.float64))
    return np.stack(columns, axis=1).astype(np.float32)


def of_items(items: pd.DataFrame) -> pd.DataFrame:
    """Return a column of numbers for each field in which rows differ, indexed by item id.

    Args:
        items: Item table; `meta` is JSON.
    """
    codes, texts = pd.factorize(items["meta"])
    meta = pd.DataFrame([_fields(text) for text in texts]).iloc[codes].set_axis(items.index)
    fields = {name: items[name] for name in ROW_FIELDS if name in items}
    fields |= {f"meta.{name}": meta[name] for name in sorted(map(str, meta))}
    columns = {name: column for name, values in fields.items() if (column := _numbers(values)) is not None}
    return pd.DataFrame(columns, index=items.index).set_index(pd.Index(items["id"])).astype(np.float32)


def _fields(text: str) -> dict[str, Any]:
    """Return the fields of a cell, with lists and objects as text."""
    fields = json.loads(text) if text else {}
    return {name: canonical_json(value) if isinstance(value, (list, dict)) else value for name, value in fields.items()}


def _numbers(values: pd.Series[Any]) -> NDArray[np.float64] | None:
    """Return a field as numbers; None if it is the same for all rows, or different for every row."""
    given = values.notna()
    distinct, present = values[given].astype(str).nunique(), int(given.sum())
    if distinct + (present < len(values)) < 2:
        return None
    numeric = all(isinstance(value, (int, float)) for value in values[given])
    measured = numeric and any(isinstance(value, float) and value != int(value) for value in values[given])
    if distinct == present and not measured:
        return None
    if numeric:
        number = values.astype(float).to_numpy(dtype=np.float64)
        return np.where(given, number, np.nanmin(number) - 1)
    names = values[given].astype(str)
    counts = names.value_counts()
    rank = {name: place for place, name in enumerate(sorted(counts.index, key=lambda name: (-counts[name], name)))}
    return values.where(given).astype(str).map(rank).where(given, -1).to_numpy(dtype=np.float64)
