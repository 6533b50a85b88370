"""Figures of a report can be read: names of points do not lie on one another, and ticks are plain numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from twokeys.audit.drawing import saved
from twokeys.audit.explanation.explain import DEFAULT
from twokeys.audit.explanation.figures import cost, ranks

NAMES = [*DEFAULT, "kernel-shap", "a-method-of-a-plug-in"]


def table(seed: int, spread: float) -> pd.DataFrame:
    mean = np.random.default_rng(seed).normal(0, spread, len(NAMES))
    return pd.DataFrame({"mean": mean, "low": mean - 0.01, "high": mean + 0.01}, index=NAMES)


def drawn(seed: int, spread: float) -> list[Figure]:
    """The two figures with a name at every point; with no spread, all points lie on one another."""
    seconds = np.exp(np.random.default_rng(seed).normal(0, 3 * spread, len(NAMES)))
    costs = pd.DataFrame({"seconds": seconds, "passes": 1.0}, index=NAMES)
    return [cost(table(seed, spread), costs), ranks(table(seed, spread), table(seed + 1, spread))]


@pytest.mark.parametrize("spread", [0.0, 0.02, 1.0])
def test_names_of_points_do_not_overlap_and_ticks_hold_no_tex(spread: float) -> None:
    for figure in drawn(3, spread):
        saved(figure)
        (axes,) = figure.axes
        named = [text for text in axes.texts if isinstance(text, Annotation)]
        assert len(named) >= len(NAMES) - 1
        boxes = [Text.get_window_extent(text) for text in named]  # without the lines
        assert not [1 for one, other in combinations(boxes, 2) if one.overlaps(other)]
        ticks = [label.get_text() for label in (*axes.get_xticklabels(which="both"), *axes.get_yticklabels())]
        assert any(ticks)
        assert not [tick for tick in ticks if "$" in tick or "\\" in tick]
