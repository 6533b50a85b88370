"""A panel of adversaries: fitted on a set in grouped folds, asked about every item, kept in the run folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from builder.audited.selection import Answers, Bools, Floats
from builder.baselines import VIEWS, baselines
from builder.groups import fold_of
from builder.measure import MEASUREMENTS, Represent, measure
from builder.recipe import Measure
from builder.stages import Run


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
        answers = self.items["answer"].to_numpy()
        return [
            Answers(
                name=name,
                right=np.asarray(table[f"{name}.prediction"] == answers, dtype=bool),
                confidence=table[f"{name}.confidence"].fillna(0).to_numpy(dtype=float),
                applies=table[f"{name}.prediction"].notna().to_numpy(),
            )
            for name in names
            if f"{name}.prediction" in table
        ]

    def chance(self, keep: Bools, view: str) -> Floats:
        """Each item's chance level on a set, (n,): see `builder.statistics.chance`.

        One over the number of options for who sees them; else the share of the most frequent answer: of the item's
        answer type for who sees the question, of all items for who sees the image alone.
        """
        part = self.items[keep]
        if view == "image":
            return np.full(len(self.items), _share(part["answer"]))
        level = self.items["answer_type"].map(
            {kind: _share(rows["answer"]) for kind, rows in part[part["choices"].map(len) == 0].groupby("answer_type")}
        )
        options = self.items["choices"].map(len).to_numpy()
        return np.where(options > 0, 1 / np.maximum(options, 1), level.fillna(0).to_numpy(dtype=float))


def _share(answers: pd.Series[str]) -> float:
    return float(answers.value_counts(normalize=True).iloc[0]) if len(answers) else 0.0
