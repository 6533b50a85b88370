"""The models of the rules never see the item that they score."""

from __future__ import annotations

import numpy as np
import pytest

from twokeys.filters.held_out import forest_probabilities, linear_hits

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(60, 4))
LABELS = RNG.integers(0, 2, 60)
FOLDS = np.arange(60) % 5


def probabilities(labels: np.ndarray, folds: np.ndarray = FOLDS) -> np.ndarray:
    return forest_probabilities(NOISE, labels, folds, trees=10, seed=0)


def test_changing_an_items_own_label_only_turns_its_probability_round() -> None:
    before = probabilities(LABELS)
    flipped = LABELS.copy()
    flipped[7] = 1 - flipped[7]
    assert probabilities(flipped)[7] == pytest.approx(1 - before[7])


def test_items_of_one_fold_do_not_teach_each_other() -> None:
    twins = np.repeat(NOISE[:30], 2, axis=0)
    labels = np.repeat(LABELS[:30], 2)
    together = forest_probabilities(twins, labels, np.repeat(np.arange(30) % 5, 2), trees=10, seed=0)
    apart = forest_probabilities(twins, labels, np.arange(60) % 5, trees=10, seed=0)
    assert apart.mean() > 0.8 > together.mean()


def test_an_answer_that_only_one_fold_knows_gets_probability_zero() -> None:
    labels = LABELS.copy()
    labels[FOLDS == 0] = 2
    assert (probabilities(labels)[FOLDS == 0] == 0).all()


def test_one_fold_leaves_nothing_to_fit_on() -> None:
    assert np.isnan(probabilities(LABELS, np.zeros(60, dtype=int))).all()


def test_one_answer_everywhere_is_certain() -> None:
    assert (probabilities(np.zeros(60, dtype=int)) == 1).all()


def test_linear_models_are_asked_about_the_part_that_they_were_not_fitted_on() -> None:
    hits, asked = linear_hits(NOISE, LABELS, partitions=7, train=20, rng=np.random.default_rng(0))
    assert asked.sum() == 7 * 40
    assert (hits <= asked).all()


def test_linear_models_find_a_linear_cue_and_none_in_its_absence() -> None:
    cue = NOISE + 5 * LABELS[:, None]
    found, asked = linear_hits(cue, LABELS, partitions=10, train=30, rng=np.random.default_rng(0))
    missed, _ = linear_hits(NOISE, LABELS, partitions=10, train=30, rng=np.random.default_rng(0))
    assert found.sum() / asked.sum() > 0.95
    assert 0.3 < missed.sum() / asked.sum() < 0.7


def test_a_part_with_one_answer_predicts_it() -> None:
    hits, asked = linear_hits(NOISE, np.zeros(60, dtype=int), partitions=3, train=20, rng=np.random.default_rng(0))
    assert (hits == asked).all()
