"""Limits that are checked before an image is decoded."""

from __future__ import annotations

import sys
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_PIXELS = 178_956_970
"""Larger images are refused before decoding: by default Pillow opens none. Recipes may set a lower limit."""

MAX_BYTES = 512 * 2**20
"""Larger files are refused before they are read. Recipes may set a lower limit."""


class Images(BaseModel):
    """Limits that an image must keep before it is decoded, and how many an item may have."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    max_pixels: Annotated[int, Field(gt=0, le=MAX_PIXELS)] = 50_000_000
    """Width times height; larger images are bad rows."""
    max_bytes: Annotated[int, Field(gt=0, le=MAX_BYTES)] = 100_000_000
    """Size of a file; larger ones are bad rows."""
    max_per_item: Annotated[int, Field(gt=0)] = 16
    """Images that an item may have."""


WIDEST = Images(max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES, max_per_item=sys.maxsize)
"""Limits for code that reads a folder without its recipe: every image that some recipe allows is within them."""
