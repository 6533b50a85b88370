"""Content keys: what a value is, as JSON values. A stage's key follows from those of the arguments that its work gets.

Plain values are their own key, and so are parts of a recipe. Anything else that a stage may be given has a `key`: the
result of another stage, a table with the key of what it follows from, a model with the hash of its weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from twokeys.core.items import canonical_json


@dataclass(frozen=True, eq=False)
class KeyedTable:
    """A table with the key of what it follows from.

    Attributes:
        frame: The table.
        key: Key of the stage that the table follows from, when nothing but that stage decides what is in it.
    """

    frame: pd.DataFrame
    key: str


@dataclass(frozen=True)
class NamedModel:
    """A model as the recipe names it.

    Attributes:
        name: Its name in the recipe.
        key: Its name with what tells its weights from others: a version, or their hash.
    """

    name: str
    key: str


def content_key(value: Any) -> Any:
    """What a value is, as JSON values: equal ones mean equal contents, wherever and whenever the value was made.

    Raises:
        TypeError: When nothing tells the value from another one, such as a table or a path: it needs a key.

    Example:
        >>> content_key({"folds": 5, "model": NamedModel("packaged:minilm", "packaged:minilm@1.2")})
        {'folds': 5, 'model': 'packaged:minilm@1.2'}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(key := getattr(value, "key", None), str) and not isinstance(value, type):
        if not key:
            raise TypeError(f"{type(value).__name__} has an empty key: give stages only what a stage returned")
        return key
    if isinstance(value, Mapping):
        return {str(name): content_key(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [content_key(each) for each in value]
    if isinstance(value, AbstractSet):
        return sorted((content_key(each) for each in value), key=canonical_json)
    if isinstance(value, np.ndarray):
        return [str(value.dtype), list(value.shape), hashlib.sha256(np.ascontiguousarray(value).data).hexdigest()]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: content_key(getattr(value, each.name)) for each in fields(value)}
    kind = type(value).__name__
    raise TypeError(f"{kind} has no key: give the stage a value whose `key` says what it is, such as a KeyedTable")
