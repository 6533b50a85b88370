"""The level of an answer that has nothing to do with its item."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from twokeys.builder.certify.audited.chance import unrelated_chance
from twokeys.core.intervals.excess import excess


def test_by_hand() -> None:
    # Cell 0 has golds a a b: b, said of the first item, is right on 1 of the 2 others; a, said of the second, on 1 of
    # 2; a, said of the third, on 2 of 2. The item of cell 1 is alone.
    found = unrelated_chance(np.array([1, 0, 0, 0]), np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), otherwise=0.3)
    assert found == pytest.approx([1 / 2, 1 / 2, 2 / 2, 0.3])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40), st.integers(0, 3))
def test_a_constant_answer_has_no_excess_in_any_cell(items: list[tuple[int, int]], constant: int) -> None:
    gold, cells = (np.array(column) for column in zip(*items, strict=True))
    level = unrelated_chance(np.full(len(gold), constant), gold, cells)
    assert ((level >= 0) & (level <= 1)).all()
    gain = (gold == constant) - level
    for cell in np.unique(cells):
        if (cells == cell).sum() > 1:
            assert gain[cells == cell].mean() == pytest.approx(0, abs=1e-12)


def test_the_average_over_all_labelings_is_zero_whatever_is_answered() -> None:
    rng = np.random.default_rng(0)
    predicted, gold, cells = rng.integers(0, 3, 30), rng.integers(0, 3, 30), np.repeat([0, 1], 15)
    gains = []
    for _ in range(4000):
        shuffled = np.concatenate([rng.permutation(gold[:15]), rng.permutation(gold[15:])])
        gains.append(((predicted == shuffled) - unrelated_chance(predicted, shuffled, cells)).mean())
    assert np.mean(gains) == pytest.approx(0, abs=4 * np.std(gains) / np.sqrt(4000))


def test_a_constant_on_a_balanced_set_is_below_the_overall_rate_by_cross_fitting_alone() -> None:
    # 2,000 balanced items in five folds: what is commoner outside a fold is rarer inside, by |delta| / 400 with
    # E |delta| = 0.8 * sqrt(400 / 4 * 0.8) = 7.1: -1.8 points.
    gains, allowed = [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        gold, fold = np.arange(2000) % 2, rng.permutation(2000) % 5
        inside = np.array([gold[fold != number].mean() > 0.5 for number in range(5)])
        predicted = inside[fold].astype(int)
        gains.append((predicted == gold).mean() - 0.5)
        allowed.append(((predicted == gold) - unrelated_chance(predicted, gold, fold)).mean())
    assert np.mean(gains) == pytest.approx(-0.018, abs=0.003)
    assert allowed == pytest.approx([0.0] * 100, abs=1e-12)


def test_who_knows_nothing_and_varies_its_answers_is_at_chance_and_not_below() -> None:
    rng = np.random.default_rng(0)
    gold = rng.choice(3, size=2000, p=[0.6, 0.25, 0.15])
    x, fold = rng.normal(size=(2000, 10)), rng.permutation(2000) % 5
    predicted = np.zeros(2000, dtype=int)
    for number in range(5):
        test = fold == number
        predicted[test] = KNeighborsClassifier(3).fit(x[~test], gold[~test]).predict(x[test])
    majority, own = (
        excess(predicted == gold, level, np.arange(2000)).cross_fitted()
        for level in (0.6, unrelated_chance(predicted, gold, fold))
    )
    assert majority.p_beyond(0.03) < 0.02  # "seven points below": an inverse cue that is not there
    assert own.p_beyond() > 0.05
