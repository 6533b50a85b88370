"""What pairing made, before it is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Work:
    """What pairing made, before it is measured.

    Attributes:
        reworded: The source's items alone, in the wording of paraphrases.
        items: Annotated and constructed items, sorted by id.
        refused: Edits that were refused and items that were merged, with `reason`.
        pictures: One row per image key, those of constructed pictures included.
        folder: Root of the constructed pictures.
        key: Hash of everything that this depends on.
    """

    reworded: pd.DataFrame
    items: pd.DataFrame
    refused: pd.DataFrame
    pictures: pd.DataFrame
    folder: Path
    key: str


def together(items: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Annotated and constructed items in one table, sorted by id."""
    return pd.concat([items, added]).sort_values("id", ignore_index=True) if len(added) else items
