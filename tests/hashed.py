"""Tables of images that tests lay out by hand, with the hashes that a build reads them by."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd


def hashed(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The table, with SHA-256 of each image's file in `bytes_sha256`."""
    files = [folder / locator.removeprefix("file:") for locator in table["image"]]
    return table.assign(bytes_sha256=[hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
