"""Adversaries, fitted on a set in grouped folds and asked about every item; their answers stay in the run folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.bounds import Answers, Bools, Floats
from twokeys.builder.certify.audited.labels import Labels, Predicted
from twokeys.builder.measure.baselines import VIEWS, Baseline, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.stage import CrossFit, measure
from twokeys.builder.recipe import Measure
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.folds import fold_of


@dataclass(frozen=True, eq=False)
class Adversaries:
    """Adversaries on one item table.

    Attributes:
        run: The build under way: its folder keeps all answers, and a stopped build goes on at the fold of the adversary
            where it stopped.
        items: Item table sorted by id, with `group`.
        labels: Its gold answers.
        settings: The recipe's part on measuring.
        reads: Says what some baselines read of contents.
        key: Key of what `items` follows from.
    """

    run: Run
    items: pd.DataFrame
    labels: Labels
    settings: Measure
    reads: Callable[[Mapping[str, Baseline]], Reads]
    key: str

    def ask(self, names: list[str], keep: Bools, seed: int, on_removed: bool = False) -> list[Answers]:
        """Fit and score all items.

        Args:
            names: Adversaries; those that apply to no item are left out.
            keep: (n,) the set on which they are judged.
            seed: For the folds and the fits.
            on_removed: Whether they are fitted on all other items; on the set when False.
        """
        said = self.table(names, ~keep if on_removed else keep, seed)
        fold = fold_of(self.items["group"], self.settings.folds, seed)
        code = pd.Index(self.labels.texts)
        found = []
        for name in names:
            if f"{name}.prediction" not in said:
                continue
            applies = said[f"{name}.prediction"].notna().to_numpy()
            codes = code.get_indexer(pd.Index(said[f"{name}.prediction"])).astype(np.int64)
            confidence: Floats = said[f"{name}.confidence"].fillna(0).to_numpy(dtype=np.float64)
            predicted = Predicted(name, codes, confidence, applies, on_removed)
            found.append(self.labels.judged(predicted, self.labels.given, fold, keep))
        return found

    def table(self, names: list[str], fit_on: Bools, seed: int) -> pd.DataFrame:
        """Measurements (`twokeys.builder.measure.stage`) of adversaries fitted on some items; rows as in `items`."""
        known = baselines()
        asked = {name: known[name] for name in names}
        fold = fold_of(self.items["group"], self.settings.folds, seed)
        how = CrossFit(dict.fromkeys(VIEWS, fold), asked, self.settings, self.reads(asked), held=True)
        return measure.named("panel")(self.run, KeyedTable(self.items, self.key), how, seed, fit_on).table
