"""Limits that a picture must keep before it is decoded."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from twokeys.core.pictures.decoding import MAX_PIXELS


class Images(BaseModel):
    """Limits that a picture must keep before it is decoded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_pixels: Annotated[int, Field(gt=0, le=MAX_PIXELS)] = 100_000_000
    max_bytes: Annotated[int, Field(gt=0)] = 100_000_000
