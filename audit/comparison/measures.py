"""Measures for the comparison of runs: items, pairs and quads whose items must all be right, and other scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.audit.comparison.runs import RIGHT
from twokeys.audit.evaluation.pairs import among, guess_rate, named
from twokeys.audit.evaluation.rates import KINDS, SCORES
from twokeys.audit.published import ALL

Floats = NDArray[np.float64]
ACCURACY = "accuracy"
SCORE = "score."


@dataclass(frozen=True)
class Measure:
    """A measure, with a value of each run for each unit: an item, a pair or a quad.

    Attributes:
        name: `accuracy`, `question`, `image`, `group` or a score.
        title: The measure in words.
        values: (runs, units): 1 if all items of the unit are right, otherwise 0; or a score.
        groups: (units,) labels of groups.
        chance: How often uniform guesses are right; None for a score.
    """

    name: str
    title: str
    values: Floats
    groups: NDArray[np.object_]
    chance: float | None


def measures(tables: Sequence[pd.DataFrame], config: str) -> list[Measure]:
    """All measures that the items allow.

    Args:
        tables: The same items of each run, in the same order.
        config: The evaluated config; for all configs together, pairs are searched among the items.
    """
    items = tables[0]
    right = np.stack([table[RIGHT].to_numpy(dtype=bool) for table in tables])
    groups, guess = items["group"].to_numpy(dtype=object), guess_rate(items)
    measured = [Measure(ACCURACY, "accuracy, exact match", right.astype(np.float64), groups, float(guess.mean()))]
    for kind, units in (among(items) if config == ALL else named(items)).items():
        if len(units):
            whole = np.all(right[:, units], axis=2).astype(np.float64)
            chance = float(guess[units].prod(axis=1).mean())
            measured.append(Measure(kind, f"{kind} accuracy: {KINDS[kind]}", whole, groups[units[:, 0]], chance))
    for name, title in SCORES.items():
        if all(SCORE + name in table for table in tables):
            scores = np.stack([table[SCORE + name].to_numpy(dtype=np.float64) for table in tables])
            there = ~np.isnan(scores).any(axis=0)
            if there.any():
                measured.append(Measure(name, title, scores[:, there], groups[there], None))
    return measured
