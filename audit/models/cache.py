"""Keys and values that sequences share."""

from __future__ import annotations

import copy
from typing import Any

from torch import Tensor


def selected(cache: Any, rows: Tensor) -> Any:
    """A copy of the cache with these rows of the batch."""
    chosen = copy.copy(cache)
    chosen.layers = [copy.copy(layer) for layer in cache.layers]
    chosen.batch_select_indices(rows)
    return chosen
