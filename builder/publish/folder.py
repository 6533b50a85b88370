"""A published folder as it lies there: its claims, and its rows without the pictures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from twokeys.builder.publish.rows import split_of
from twokeys.builder.recipe import Recipe
from twokeys.core.columns import KEPT_COLUMNS, PICTURES, REMOVED_COLUMNS
from twokeys.core.items import question_key
from twokeys.data_cards.manifest import Manifest

AUDITED_MARKS = (".refit.", ".unkept.", "adversaries.")
"""In names of columns that say what adversaries fitted for a tier said."""


@dataclass(frozen=True)
class Folder:
    """A published folder with its claims and its rows, pictures left on disk.

    Attributes:
        path: The folder.
        manifest: Its claims.
        balanced: Rows of the `balanced` config with `split`, without the pictures.
        removed: Rows of the `removed` config with `split`.
        audited: Rows of the `audited` config, like `balanced`; none where there is no such tier.
    """

    path: Path
    manifest: Manifest
    balanced: pd.DataFrame
    removed: pd.DataFrame
    audited: pd.DataFrame

    @classmethod
    def read(cls, path: Path, manifest: Manifest, columns: Collection[str] | None = None) -> Folder:
        """Read the rows of a folder, of all their columns or of some."""
        return cls(path, manifest, *(_rows(path, config, columns) for config in ("balanced", "removed", "audited")))

    def files(self, config: str) -> list[Path]:
        """Every Parquet file of a config."""
        return sorted((self.path / config).glob("*.parquet"))

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe that the manifest states."""
        return Recipe.model_validate(self.manifest.recipe)

    @cached_property
    def unbalanced(self) -> pd.DataFrame:
        """Items of the audited tier alone: balance left them out, and the other tier took them."""
        apart = self.audited[~self.audited["id"].isin(set(self.balanced["id"]))]
        # What its adversaries said stands in `audited` alone.
        own = [name for name in apart if any(mark in str(name) for mark in AUDITED_MARKS)]
        return apart.drop(columns=own).assign(stage="balance", rule=None, reason=None)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every row that could be used, published or removed, sorted by id; `stage` is missing where published."""
        published = self.balanced.assign(stage=None, rule=None, reason=None)
        removed = self.removed[self.removed["stage"] != "read"]
        tables = [table for table in (published, self.unbalanced, removed) if len(table)]
        every = pd.concat(tables or [published]).sort_values("id", ignore_index=True)
        said = ("answer_source", "edit_of", "edit_kind", "question_asked")
        return every.assign(**{name: None for name in said if name not in every})

    @cached_property
    def items(self) -> pd.DataFrame:
        """All items that were read, as they were read: no constructed ones, and no wording of a paraphrase."""
        items = self.rows[self.rows["edit_of"].isna()].reset_index(drop=True)
        reworded = np.flatnonzero(items["question_asked"].notna())
        for name, values in (
            ("answer_source", ["annotated"] * len(reworded)),
            ("question", items["question_asked"].iloc[reworded].tolist()),
            ("question_key", [question_key(text, []) for text in items["question_asked"].iloc[reworded]]),
        ):
            column = items[name].to_numpy(dtype=object).copy()
            column[reworded] = values
            items[name] = column
        return items

    @cached_property
    def paired(self) -> pd.DataFrame:
        """The items that went on to balance: what the rules left, what pairing added, in its wording."""
        return self.rows[self.rows["stage"].fillna("balance") == "balance"].reset_index(drop=True)


def _rows(folder: Path, config: str, wanted: Collection[str] | None) -> pd.DataFrame:
    tables = []
    for path in sorted((folder / config).glob("*.parquet")):
        names = [name for name in pq.read_schema(path).names if name not in PICTURES and (not wanted or name in wanted)]
        table: pd.DataFrame = pq.read_table(path, columns=names).to_pandas()
        tables.append(table.assign(split=split_of(path)))
    if not tables:
        columns = REMOVED_COLUMNS if config == "removed" else KEPT_COLUMNS
        return pd.DataFrame(columns=[*columns, "split"], dtype=object)
    return pd.concat(tables, ignore_index=True).sort_values("id", ignore_index=True)
