"""Rank statistics: known answers, and names that play no part."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twokeys.audit.explanation.agreement import agreement
from twokeys.audit.explanation.comparison import against, friedman, means, mixed

NAMES = ["zebra", "random", "ant", "mole"]


def _table(levels, items=30, noise=0.01, seed=0):
    rng = np.random.default_rng(seed)
    values = np.asarray(levels, float) + noise * rng.normal(size=(items, len(levels))) + rng.normal(size=(items, 1))
    return pd.DataFrame(values, columns=NAMES[: len(levels)])


def test_equal_and_opposite_rankings_whatever_the_names():
    for order in itertools.islice(itertools.permutations(range(4)), 0, 24, 5):
        table = _table(order)
        assert agreement(table, table * 3 + 1, resamples=50).tau == 1
        assert agreement(table, -table[NAMES[::-1]], resamples=50).tau == -1


def test_the_exact_p_of_nine_explainers():
    # 17 concordant and 19 discordant pairs: tau = -2/36, two-sided exact p .919.
    first = np.arange(9.0)
    second = next(
        order
        for order in (np.random.default_rng(seed).permutation(np.arange(9.0)) for seed in range(1000))
        if stats.kendalltau(first, order).statistic == pytest.approx(-2 / 36)
    )
    names = [str(name) for name in range(9)]
    one, other = (pd.DataFrame([row, row + 0.5], columns=names) for row in (first, second))
    found = agreement(one, other, resamples=20)
    assert found.tau == pytest.approx(-2 / 36)
    assert found.p == pytest.approx(0.919, abs=0.001)
    assert (found.low, found.high) == (pytest.approx(found.tau), pytest.approx(found.tau))


def test_the_interval_is_wide_when_items_decide_and_narrow_when_they_do_not():
    sure = agreement(_table([0, 1, 2, 3]), _table([0, 1, 2, 3], seed=1), resamples=300)
    noisy = agreement(_table([0, 0, 0, 0], noise=1), _table([0, 0, 0, 0], noise=1, seed=1), resamples=300)
    assert (sure.low, sure.high) == (1, 1)
    assert noisy.high - noisy.low > 0.6


def test_tables_of_other_items_are_refused():
    with pytest.raises(ValueError, match="differ in items or explainers"):
        agreement(_table([0, 1]), _table([0, 1, 2]))
    gap = _table([0, 1])
    gap.iloc[3, 1] = np.nan
    with pytest.raises(ValueError, match="lacks the value of an explainer"):
        agreement(gap, gap)


def test_means_ranks_and_intervals():
    found = means(_table([0, 1, 2, 3]), resamples=200)
    assert list(found.index) == NAMES[::-1]
    assert found["rank"].tolist() == [1, 2, 3, 4]
    assert ((found["low"] < found["mean"]) & (found["mean"] < found["high"])).all()
    constant = means(pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, 3.0]}), resamples=50).loc["a"]
    assert (constant["low"], constant["high"]) == (1, 1)


def test_tests_find_what_is_there_and_nothing_else():
    apart, alike = _table([0, 0, 1, 0], items=60, noise=0.3), _table([0, 0, 0, 0], items=60, noise=0.3, seed=2)
    assert friedman(apart)[1] < 1e-6 < 0.01 < friedman(alike)[1]
    found = against(apart)
    assert found.loc["ant", "p_holm"] < 1e-6
    assert found.loc["zebra", "p_holm"] > 0.05
    assert (found["p_holm"] >= found["p"]).all()
    effects = mixed(apart).effects
    assert effects.loc["ant", "low"] > 0.7
    assert effects.loc["ant", "effect"] == pytest.approx((apart["ant"] - apart["random"]).mean(), abs=1e-6)
    assert effects.loc["zebra", "low"] < 0 < effects.loc["zebra", "high"]


def test_an_explainer_that_equals_the_reference():
    table = _table([0, 1, 2])
    table["ant"] = table["random"]
    assert against(table).loc["ant", "p"] == 1
    with pytest.raises(ValueError, match="'none' is none of zebra, random"):
        against(table, "none")
    with pytest.raises(ValueError, match="3 explainers or more, not 2"):
        friedman(table[["zebra", "random"]])
