"""What a manifest is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Base of the manifest's parts: immutable, unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
