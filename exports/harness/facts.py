"""What an exported file says of its origin; `twokeys.exports.bundle` puts the values in."""

from __future__ import annotations

from typing import Any

FACTS: dict[str, Any] = {}
"""Name, version and fingerprint of the folder, its config and split, ceilings, and the version of the answer parser."""
