"""Agreement of F_syn and its improved form with the exact interaction, and the cost of each.

There are two questions. Across samples: does a larger score mean more interaction, over all items and explainers? Items
differ in their total interaction, which alone makes any two metrics correlate. Within samples: does the metric rank the
explainers of one item like the exact interaction? Only this makes it a metric of explainers. The fraction k = 1 is left
out: there all explainers of an item have the same value, under every metric.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from twokeys.audit.games.estimator import estimate, trapezoid
from twokeys.audit.games.exact import Split, exact_interaction, split
from twokeys.audit.games.game import Floats, Game
from twokeys.audit.games.synergy import GRID, Scores, Synergy, Tops, second_difference, synergy, tops
from twokeys.core.intervals.bootstrap import over_rows
from twokeys.core.intervals.means import mean_interval

EXACT, CEILING, SIGNED, CLIPPED = "exact", "another split", "unclipped F_syn", "published F_syn"
PLAYERS = 6
"""Players of the background: eight in all."""
ENDS: Mapping[str, Callable[[Synergy], Floats]] = {
    "insertion only": lambda curves: curves.insertion,
    "deletion only": lambda curves: curves.deletion,
    SIGNED: lambda curves: curves.interaction,
}
"""Forms without normalisation, all from the passes of the published metric."""


@dataclass(frozen=True)
class Correlation:
    """Spearman's correlation of a metric with the exact interaction.

    Attributes:
        metric: The metric.
        pooled: Correlation over all items and explainers.
        pooled_low: Lower end of its 95 % interval, by bootstrap over items.
        pooled_high: Upper end.
        within: Correlation over the explainers of an item, mean over items.
        within_low: Lower end of its 95 % interval, by bootstrap over items.
        within_high: Upper end.
        error: Mean absolute difference from the exact interaction; NaN for normalised metrics.
        passes: Mean forward passes for each explainer and item; equal coalitions of one metric count once.
        items: Number of measured items.
    """

    metric: str
    pooled: float
    pooled_low: float
    pooled_high: float
    within: float
    within_low: float
    within_high: float
    error: float
    passes: float
    items: int


def improved(budget: int) -> str:
    """Return the name of the estimate at a budget."""
    return f"improved, {budget} passes"


def measure(
    game: Game,
    scores: Mapping[str, Scores],
    budgets: Sequence[int],
    again: bool = True,
    mixed: bool = False,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Evaluate the explainers of one item by every metric.

    A coalition that several metrics need is evaluated once and counted for each metric.

    Args:
        game: The game of the item.
        scores: Explainer -> its scores.
        budgets: Forward passes of the improved form.
        again: Whether to compute the exact interaction for another split of the background, too: the noise ceiling.
        mixed: Whether background players mix patches and tokens, as published, or hold one kind each.
        seed: Seed of the split, the draws and ties; the other split has the next seed.

    Returns:
        A row for each explainer and metric: `explainer`, `metric`, `value`, `passes`.
    """
    rows: list[dict[str, Any]] = []
    splits = [split(game, seed + more, PLAYERS, apart=not mixed) for more in range(2 if again else 1)]
    for name, explained in scores.items():
        for ask in _metrics(game, tops(explained, seed), budgets, splits, seed):
            game.bill()
            values = ask()
            rows.extend(
                {"explainer": name, "metric": metric, "value": value, "passes": game.asked}
                for metric, value in values.items()
            )
    return rows


def _metrics(
    game: Game, top: Tops, budgets: Sequence[int], splits: Sequence[Split], seed: int
) -> list[Callable[[], dict[str, float]]]:
    """Return functions that each evaluate metrics with common passes."""

    def exact(name: str, background: Split) -> dict[str, float]:
        return {name: _below_one(exact_interaction(game, top, background))}

    def ends() -> dict[str, float]:
        curves = synergy(game, top)
        clipped = np.clip([curves.insertion / curves.scale, curves.deletion / curves.scale], 0, 1).mean(axis=0)
        return {metric: _below_one(curve(curves)) for metric, curve in ENDS.items()} | {CLIPPED: _below_one(clipped)}

    def sampled(budget: int) -> dict[str, float]:
        value = estimate(game, top, splits[0], budget, seed).value
        # The cost of the estimate includes the passes of k = 1 already.
        last = second_difference(game, top.image[-1:], top.text[-1:], ~top.image[-1:])
        return {improved(budget): value - float(trapezoid(GRID)[-1] * last[0])}

    return [
        *(partial(exact, name, background) for name, background in zip((EXACT, CEILING), splits, strict=False)),
        ends,
        *(partial(sampled, budget) for budget in budgets),
    ]


def _below_one(curve: Floats) -> float:
    """Return the area under all fractions but the last."""
    return float(trapezoid(GRID)[:-1] @ curve[:-1])


def correlations(table: pd.DataFrame, resamples: int = 1000, seed: int = 0) -> list[Correlation]:
    """Correlate all metrics with the exact interaction.

    Args:
        table: Rows of `measure`, with the column `item`.
        resamples: Bootstrap samples.
        seed: Seed of the bootstrap.

    Raises:
        ValueError: If items have different explainers.
    """
    wide = {
        metric: part.pivot(index="item", columns="explainer", values="value")
        for metric, part in table.groupby("metric", sort=False)
    }
    if any(values.isna().to_numpy().any() for values in wide.values()):
        raise ValueError("an item lacks an explainer: all items must have the same")
    cost = table.groupby("metric")["passes"].mean()
    results = []
    for metric, values in wide.items():
        if metric == EXACT:
            continue
        scored, exact = values.to_numpy(), wide[EXACT].loc[values.index, values.columns].to_numpy()
        # If the metric or the exact interaction ranks all explainers of an item alike, the item has no correlation.
        of_items = np.array([_spearman(a, b) for a, b in zip(scored, exact, strict=True)])
        of_items = of_items[~np.isnan(of_items)]
        pooled = over_rows(
            lambda rows, scored=scored, exact=exact: _spearman(scored[rows].ravel(), exact[rows].ravel()),
            len(scored),
            resamples=resamples,
            seed=seed,
        )
        within = mean_interval(of_items, range(len(of_items)), resamples=resamples, seed=seed)
        error = float("nan") if metric == CLIPPED else float(np.abs(scored - exact).mean())
        results.append(
            Correlation(
                str(metric),
                _spearman(scored.ravel(), exact.ravel()),
                *pooled,
                within.estimate,
                within.low,
                within.high,
                error,
                float(cost[metric]),
                len(scored),
            )
        )
    return results


def _spearman(first: Floats, second: Floats) -> float:
    if len(np.unique(first)) < 2 or len(np.unique(second)) < 2:
        return float("nan")
    return float(stats.spearmanr(first, second).statistic)
