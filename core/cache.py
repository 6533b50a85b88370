"""The user's cache folder: what is made once for all builds, and how large it may grow."""

from __future__ import annotations

import os
from pathlib import Path

from twokeys.core.errors import BadInput

FOLDER, SIZE = "TWOKEYS_CACHE", "TWOKEYS_CACHE_SIZE"
GIGABYTES = 10.0
"""What vectors may take if TWOKEYS_CACHE_SIZE does not say."""


def cache_folder() -> Path:
    """Folder of files that all runs share: TWOKEYS_CACHE, or `twokeys` in the user's cache folder."""
    if named := os.environ.get(FOLDER):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "twokeys"


def cache_bytes() -> int:
    """Bytes that kept vectors may take; 0 keeps none.

    Raises:
        BadInput: When TWOKEYS_CACHE_SIZE is no number of gigabytes.
    """
    given = os.environ.get(SIZE, str(GIGABYTES))
    try:
        size = float(given)
        return int(size * 10**9) if size >= 0 else int("")
    except (ValueError, OverflowError):
        allowed = f"a number of gigabytes such as {GIGABYTES:g}; 0 keeps nothing"
        raise BadInput(SIZE, None, f"{given!r} is no size", allowed, "correct it") from None
