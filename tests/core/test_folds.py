"""Folds never part a group, are nearly equal, and do not depend on the order of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.folds import fold_of, hashed_fold

GROUPS = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=40).map(pd.Series)


@given(GROUPS, st.integers(2, 5), st.integers(0, 3))
def test_folds_keep_groups_whole_and_are_nearly_equal(groups: pd.Series, folds: int, seed: int) -> None:
    fold = fold_of(groups, folds, seed)
    assert pd.Series(fold).groupby(groups.to_numpy()).nunique().max() == 1
    sizes = np.bincount(fold, minlength=folds)
    assert (len(sizes), sizes.sum()) == (folds, len(groups))
    # The last group of the fullest fold was dealt to it when it was the emptiest: no gap exceeds the largest group.
    assert sizes.max() - sizes.min() <= groups.value_counts().max()


@given(GROUPS, st.randoms())
def test_folds_do_not_depend_on_the_order_of_rows(groups: pd.Series, random: Any) -> None:
    order = random.sample(range(len(groups)), len(groups))
    assert fold_of(groups.iloc[order], 4, 0).tolist() == fold_of(groups, 4, 0)[order].tolist()


def test_single_items_are_dealt_evenly_and_by_seed() -> None:
    groups = pd.Series([f"g{place}" for place in range(103)])
    one, other = fold_of(groups, 5, 0), fold_of(groups, 5, 1)
    assert sorted(np.bincount(one).tolist()) == [20, 20, 21, 21, 21]
    assert (one != other).any()


def test_large_groups_by_hand() -> None:
    # Sizes 5 4 3 3 1 in two folds: 5 | 4, then 3 to the second (7), 3 to the first (8), 1 to the second (8).
    groups = pd.Series(list("aaaaabbbbcccdddE"))
    fold = dict(zip(groups, fold_of(groups, 2, 0).tolist(), strict=True))
    assert (fold["a"], fold["b"], fold["E"]) == (0, 1, 1)
    assert {fold["c"], fold["d"]} == {0, 1}
    assert sorted(np.bincount(fold_of(groups, 2, 0)).tolist()) == [8, 8]


@given(GROUPS, st.integers(2, 20), st.integers(0, 3))
def test_more_folds_than_groups_leave_folds_empty(groups: pd.Series, folds: int, seed: int) -> None:
    number = groups.nunique()
    fold = fold_of(groups, folds, seed)
    assert len(np.unique(fold)) == min(folds, number)
    if folds >= number:
        assert fold.tolist() == fold_of(groups, number, seed).tolist()


def test_a_hashed_fold_is_a_function_of_the_group_and_the_seed() -> None:
    folds = [hashed_fold(f"group{place}", 5, 42) for place in range(100)]
    assert folds == [hashed_fold(f"group{place}", 5, 42) for place in range(100)]
    assert set(folds) == set(range(5))
    assert folds != [hashed_fold(f"group{place}", 5, 1) for place in range(100)]
