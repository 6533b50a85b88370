"""What `datasets` says of the columns of a file: a class label becomes the name that it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from twokeys.builder.read.corpora.opening import MEND, Record, SourceFile
from twokeys.core.errors import BadInput, short

Feature = Any
"""A feature as `Features.to_dict` writes it: an object with `_type`, an object of features, or a list of one."""
_NO_LABEL = -1
"""How `datasets` writes a label that is not known."""


def labelled(file: SourceFile, schema: pa.Schema | None) -> dict[str, Feature]:
    """Column -> its feature, of the columns that hold class labels at any depth.

    A Parquet or Arrow file tells them itself; what a file beside it says counts for the other columns.
    """
    stated = dict(file.features) | _own(schema)
    return {name: feature for name, feature in stated.items() if _has_labels(feature)}


def _own(schema: pa.Schema | None) -> dict[str, Feature]:
    """What a Parquet or Arrow file says itself; nothing if it says so in no form that is known."""
    raw = (schema.metadata or {}).get(b"huggingface") if schema is not None else None
    try:
        metadata = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    info = metadata.get("info") if isinstance(metadata, dict) else None
    features = info.get("features") if isinstance(info, dict) else None
    return features if isinstance(features, dict) else {}


def with_names(file: SourceFile, row: int, record: Record, features: Mapping[str, Feature]) -> Record | BadInput:
    """A record in which labels are names; a label that has no name makes a bad row."""
    try:
        return record | {name: _named(record[name], features[name], name) for name in features if name in record}
    except LookupError as error:
        name, value, names = error.args
        problem = f"the column {name!r} holds the class {short(value)}, and has {len(names)} classes"
        return BadInput(file.name, row, problem, f"0 to {len(names) - 1}, or a name of these: {short(names)}", MEND)


def _has_labels(feature: Feature) -> bool:
    if isinstance(feature, list):
        return any(map(_has_labels, feature))
    if not isinstance(feature, dict):
        return False
    if isinstance(feature.get("_type"), str):
        return feature["_type"] == "ClassLabel" or _has_labels(feature.get("feature"))
    return any(map(_has_labels, feature.values()))


def _named(value: Any, feature: Feature, column: str) -> Any:
    """The value with names in place of labels.

    Raises:
        LookupError: With column, value and names, when a label has no name.
    """
    if isinstance(feature, list):
        feature = {"_type": "List", "feature": feature[0]} if feature else None
    if value is None or not isinstance(feature, dict):
        return value
    kind = feature.get("_type")
    if isinstance(value, list):
        inner = feature.get("feature") if isinstance(kind, str) else feature
        return [_named(each, inner, column) for each in value]
    if kind == "ClassLabel":
        return _label(value, feature.get("names"), column)
    if not isinstance(value, dict):
        return value
    fields = feature.get("feature") if isinstance(kind, str) else feature  # a sequence of objects is an object of lists
    fields = fields if isinstance(fields, dict) else {}
    return {name: _spread(each, fields.get(name), column) for name, each in value.items()}


def _spread(value: Any, feature: Feature, column: str) -> Any:
    if isinstance(value, list) and isinstance(feature, dict) and feature.get("_type") == "ClassLabel":
        return [_named(each, feature, column) for each in value]
    return _named(value, feature, column)


def _label(value: Any, names: Any, column: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not isinstance(names, list):
        return value  # a name already: some files hold names where others hold numbers
    if value == _NO_LABEL:
        return None
    if not 0 <= value < len(names):
        raise LookupError(column, value, names)
    return names[value]
