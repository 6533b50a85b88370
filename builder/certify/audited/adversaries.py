"""Fit adversaries on a set in grouped folds and let them answer every item; the run folder keeps their answers."""

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
        run: The current build: its folder keeps all answers, and a stopped build resumes at the fold of the adversary
            at which it stopped.
        items: Item table sorted by id, with `group`.
        labels: Gold answers of the items.
        settings: The recipe's part on measuring.
        reads: Returns what the given baselines read of contents.
        key: Key of the stage that `items` follows from.
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
            names: Adversaries; the result lacks adversaries that apply to no item.
            keep: (n,) the set on which chance is counted.
            seed: Seed of the folds and the fits.
            on_removed: Whether adversaries are fitted on all other items instead of on the set.
        """
        table = self.table(names, ~keep if on_removed else keep, seed)
        fold = fold_of(self.items["group"], self.settings.folds, seed)
        code = pd.Index(self.labels.texts)
        answers = []
        for name in names:
            if f"{name}.prediction" not in table:
                continue
            applies = table[f"{name}.prediction"].notna().to_numpy()
            codes = code.get_indexer(pd.Index(table[f"{name}.prediction"])).astype(np.int64)
            confidence: Floats = table[f"{name}.confidence"].fillna(0).to_numpy(dtype=np.float64)
            predicted = Predicted(name, codes, confidence, applies, on_removed)
            answers.append(self.labels.scored(predicted, self.labels.given, fold, keep))
        return answers

    def table(self, names: list[str], fit_on: Bools, seed: int) -> pd.DataFrame:
        """Return measurements of adversaries fitted on some items, for all items (`twokeys.builder.measure.stage`)."""
        all_baselines = baselines()
        adversaries = {name: all_baselines[name] for name in names}
        fold = fold_of(self.items["group"], self.settings.folds, seed)
        how = CrossFit(dict.fromkeys(VIEWS, fold), adversaries, self.settings, self.reads(adversaries), held=True)
        return measure.named("panel")(self.run, KeyedTable(self.items, self.key), how, seed, fit_on).table
