"""A panel of adversaries: fitted on a set in grouped folds, asked about every item, kept in the run folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from builder.audited.selection import Answers, Bools, Floats
from builder.baselines import VIEWS, baselines
from builder.groups import fold_of
from builder.measure import MEASUREMENTS, Represent, measure
from builder.recipe import Measure
from builder.stages import Run

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Panel:
    """Adversaries on one item table.

    Attributes:
        run: The build under way: what was asked once is not asked again.
        items: Item table sorted by id, with `group`.
        settings: The recipe's part on measuring.
        represent: Makes what baselines read of contents.
        key: Hash of what `items` was made from.
    """

    run: Run
    items: pd.DataFrame
    settings: Measure
    represent: Represent
    key: str

    def ask(self, names: list[str], keep: Bools, seed: int) -> list[Answers]:
        """Fit on the items in `keep` and score all.

        Args:
            names: Adversaries; those that apply to no item are left out.
            keep: (n,) items that may be fitted on.
            seed: For the folds and the fits.
        """
        known = baselines()
        fold = fold_of(self.items["group"], min(self.settings.folds, self.items["group"].nunique()), seed)
        made = measure(
            self.run, "panel", self.items, dict.fromkeys(VIEWS, fold), {name: known[name] for name in names},
            self.settings, seed, self.represent, self.key, fit_on=keep,
        )  # fmt: skip
        table = made.table(MEASUREMENTS).to_pandas()
        return [
            self._answers(name, table[f"{name}.prediction"], table[f"{name}.confidence"], fold, keep)
            for name in names
            if f"{name}.prediction" in table
        ]

    def _answers(self, name: str, said: pd.Series[str], confidence: pd.Series[Any], fold: Ints, keep: Bools) -> Answers:
        items, applies = self.items, said.notna().to_numpy()
        options = items["choices"].map(len).to_numpy()
        draws = (options > 0) & (not name.startswith("image."))
        # Who sees the picture alone does not know the answer type.
        kind = np.zeros(len(items)) if name.startswith("image.") else items["answer_type"].to_numpy()
        cell = pd.factorize(pd.MultiIndex.from_arrays([kind, fold]))[0]
        named = _unrelated(said.fillna("").to_numpy(), items["answer"].to_numpy(), cell, keep & applies)
        return Answers(
            name=name,
            right=applies & (said == items["answer"]).to_numpy(dtype=bool),
            confidence=confidence.fillna(0).to_numpy(dtype=np.float64),
            applies=applies,
            chance=np.where(draws, 1 / np.maximum(options, 1), named),
        )


def _unrelated(said: Objects, gold: Objects, cell: Ints, keep: Bools) -> Floats:
    """Share of the cell's other kept items whose gold is what was said, see `builder.audited.chance`."""
    kept = pd.DataFrame({"cell": cell, "answer": gold})[keep]
    counts = kept.groupby(["cell", "answer"]).size()
    asked = pd.MultiIndex.from_arrays([cell, said])
    same = counts.reindex(asked).fillna(0).to_numpy() - (keep & (said == gold))
    others = kept["cell"].value_counts().reindex(cell).fillna(0).to_numpy() - keep
    return np.where(others > 0, same / np.maximum(others, 1), 0.0)
