"""A published folder in memory: its tiers, its removed rows, and all rows together."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from twokeys.builder.recipe import Recipe
from twokeys.core.columns import AUDITED, BALANCED, MEASUREMENTS, REMOVED, is_measurement, of_tier
from twokeys.core.items import question_key
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.published import PublishedFolder


class Folder(PublishedFolder):
    """A published folder with tables in memory, measurements joined to the items, and images on disk.

    Attributes:
        balanced: Rows of the `balanced` config with `split` and their measurements, sorted by id.
        removed: Rows of the `removed` config with `split`.
        audited: Rows of the `audited` config, like `balanced`; none when there is no such tier.
        measurements: Rows of the `measurements` config with `split`; none when they were not wanted.
    """

    balanced: pd.DataFrame
    removed: pd.DataFrame
    audited: pd.DataFrame
    measurements: pd.DataFrame

    @classmethod
    def read(cls, path: Path, manifest: Manifest, columns: Collection[str] | None = None) -> Folder:
        """Read the tables of a folder, with all columns, or with some and without measurements."""
        folder = cls(path, manifest)
        folder.measurements = folder._sorted(MEASUREMENTS, columns)
        folder.removed = folder._sorted(REMOVED, columns)
        folder.balanced = folder._measured(folder._sorted(BALANCED, columns), BALANCED)
        folder.audited = folder._measured(folder._sorted(AUDITED, columns), AUDITED)
        return folder

    def _sorted(self, config: str, columns: Collection[str] | None) -> pd.DataFrame:
        return self.rows_of(config, columns).sort_values("id", ignore_index=True)

    def _measured(self, rows: pd.DataFrame, tier: str) -> pd.DataFrame:
        """Rows of a tier with their measurements, except measurements that were fitted on the other tier."""
        names = [name for name in self.measurements if is_measurement(name) and of_tier(name, tier)]
        if not len(rows):
            return rows
        measured = self.measurements.drop_duplicates("id")[["id", *names]]
        return rows.merge(measured, on="id", how="left", validate="many_to_one")

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe that the manifest states."""
        return Recipe.model_validate(self.manifest.recipe)

    @cached_property
    def unbalanced(self) -> pd.DataFrame:
        """Items that are only in the audited tier, since balance dropped them."""
        apart = self.audited[~self.audited["id"].isin(set(self.balanced["id"]))]
        # What its adversaries said stands in `audited` alone.
        of_other_tiers = [name for name in apart if is_measurement(name) and not of_tier(name, BALANCED)]
        return apart.drop(columns=of_other_tiers).assign(stage="balance", rule=None, reason=None)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every usable row, published or removed, sorted by id; published rows have no `stage`."""
        published = self.balanced.assign(stage=None, rule=None, reason=None)
        removed = self.removed[self.removed["stage"] != "read"]
        tables = [table for table in (published, self.unbalanced, removed) if len(table)]
        every = pd.concat(tables or [published]).sort_values("id", ignore_index=True)
        optional = ("answer_source", "edit_of", "edit_kind", "question_asked")
        # `accepted` is of a config's rows as a whole; these are of several configs.
        return every.drop(columns="accepted", errors="ignore").assign(
            **{name: None for name in optional if name not in every}
        )

    @cached_property
    def items(self) -> pd.DataFrame:
        """All items as they were read: without constructed items, and in the wording of the source."""
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
        """The items that went on to balance: kept by the rules, or added by pairing, in the published wording."""
        return self.rows[self.rows["stage"].fillna("balance") == "balance"].reset_index(drop=True)
