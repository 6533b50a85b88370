"""The base class of a manifest's parts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Base class of the manifest's parts: immutable, unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
