"""The validation separates what holds across samples from what holds within them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.validation import CEILING, CLIPPED, EXACT, SIGNED, correlations, improved, measure
from twokeys.audit.games.game import Game
from twokeys.audit.games.synergy import Scores


def _rows(items, explainers, values):
    """Values are (items, explainers) per metric."""
    return pd.DataFrame([
        {"item": i, "explainer": f"e{e}", "metric": metric, "value": own[i, e], "passes": 1}
        for metric, own in values.items() for i in range(items) for e in range(explainers)
    ])  # fmt: skip


def test_scale_of_samples_alone_gives_pooled_but_no_within_correlation():
    rng = np.random.default_rng(0)
    scale = np.exp(2 * rng.normal(size=(200, 1)))
    exact, metric = (scale * (1 + 0.1 * rng.normal(size=(200, 8))) for _ in range(2))
    (found,) = correlations(_rows(200, 8, {EXACT: exact, "metric": metric}), resamples=200)
    assert found.pooled > 0.95
    assert abs(found.within) < 0.1
    assert found.within_low < 0 < found.within_high


def test_order_within_samples_without_scale_is_seen_too():
    rng = np.random.default_rng(1)
    exact = rng.normal(size=(100, 6))
    (found,) = correlations(_rows(100, 6, {EXACT: exact, "metric": exact**3}), resamples=100)
    assert (found.pooled, found.within) == (pytest.approx(1), pytest.approx(1))


def test_an_item_without_some_explainer_is_refused():
    table = _rows(3, 2, {EXACT: np.zeros((3, 2)), "metric": np.zeros((3, 2))})
    with pytest.raises(ValueError, match="lacks an explainer"):
        correlations(table.drop(index=7))


def test_metrics_of_one_item():
    rng = np.random.default_rng(2)
    weights = rng.normal(size=(16, 3))
    game = Game(lambda kept: 1 / (1 + np.exp(-np.sin(kept @ weights) @ np.array([3, -2, 2]))), 10, 6)
    scores = {f"e{e}": Scores(rng.random(10), rng.random(6)) for e in range(3)}
    rows = pd.DataFrame(measure(game, scores, [38, 138]))
    assert set(rows["metric"]) == {
        EXACT, CEILING, SIGNED, CLIPPED, "insertion only", "deletion only", improved(38), improved(138)
    }  # fmt: skip
    cost = rows.groupby("metric")["passes"].max()
    assert cost[SIGNED] <= 58
    assert cost[improved(38)] <= 38
    assert 500 < cost[EXACT] <= 9 * 256
    before = game.passes
    again = pd.DataFrame(measure(game, scores, [38, 138]))  # all is known now, and costs what it did
    assert again.equals(rows)
    assert game.passes == before
    alone = measure(game, {"e2": scores["e2"]}, [38, 138], again=False)
    assert {row["metric"] for row in alone} == set(rows["metric"]) - {CEILING}


def test_a_metric_of_fewer_items_is_compared_on_those():
    exact = np.random.default_rng(3).normal(size=(60, 5))
    table = _rows(60, 5, {EXACT: exact, "metric": exact, CEILING: exact})
    found = correlations(table[(table["metric"] != CEILING) | (table["item"] % 3 == 0)], resamples=50)
    assert [(one.metric, one.items) for one in found] == [("metric", 60), (CEILING, 20)]
    assert [one.within for one in found] == pytest.approx([1, 1])
