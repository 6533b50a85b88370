"""What moves when labels are permuted, and what stays as it was."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.certify.audited.exchange import exchange


def test_pairs_move_as_pairs() -> None:
    # Ten pairs with opposite labels: after any permutation each still holds both, and which comes first moves.
    labels = np.random.default_rng(0).permuted(np.tile([0, 1], (10, 1)), axis=1).ravel()
    how = exchange(np.zeros(20, dtype=int), np.repeat(np.arange(10), 2))
    drawn = [how.draw(labels, 0, run).reshape(10, 2) for run in range(50)]
    assert all((one.sum(axis=1) == 1).all() for one in drawn)
    assert len({one.tobytes() for one in drawn}) > 40


def test_blocks_keep_their_order_and_need_not_lie_together() -> None:
    # Groups 0..5 dealt in turn, labels tell the round: every first stays a first, every second a second.
    groups, labels = np.tile(np.arange(6), 2), np.repeat([0, 1], 6) * 10 + np.tile(np.arange(6), 2)
    drawn = exchange(np.zeros(12, dtype=int), groups).draw(labels, 0, 0)
    assert (drawn[:6] < 10).all()
    assert (drawn[6:] == drawn[:6] + 10).all()
    assert sorted(drawn[:6]) == [0, 1, 2, 3, 4, 5]


def test_sizes_that_are_rare_go_item_by_item() -> None:
    # Five pairs move as pairs; one group of three, and one pair in a stratum of its own, find no others like them.
    groups = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6])
    strata = np.array([0] * 13 + [1, 1])
    how = exchange(strata, groups)
    labels = np.arange(15)
    firsts = {tuple(how.draw(labels, 0, run)[:2]) for run in range(60)}
    assert firsts == {(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)}
    assert {tuple(sorted(how.draw(labels, 0, run)[10:13])) for run in range(20)} == {(10, 11, 12)}


def test_every_order_of_single_items_is_as_likely() -> None:
    how = exchange(np.zeros(3, dtype=int), np.arange(3))
    counts = Counter(tuple(how.draw(np.arange(3), 7, run)) for run in range(6000))
    assert len(counts) == 6
    assert all(abs(count - 1000) < 4 * np.sqrt(1000) for count in counts.values())


def test_a_draw_is_a_function_of_seed_and_run() -> None:
    how, labels = exchange(np.zeros(50, dtype=int), np.arange(50)), np.arange(50)
    assert (how.draw(labels, 1, 2) == how.draw(labels, 1, 2)).all()
    assert np.mean(how.draw(labels, 1, 2) != how.draw(labels, 1, 3)) > 0.8
    assert np.mean(how.draw(labels, 1, 2) != how.draw(labels, 2, 2)) > 0.8
    assert (labels == np.arange(50)).all()


def test_options_are_renamed_alike_within_a_group_and_apart_between_groups() -> None:
    # Groups of two items with the same four options and different golds, 0 and 1.
    groups, labels = np.repeat(np.arange(500), 2), np.tile([0, 1], 500)
    how = exchange(np.zeros(1000, dtype=int), groups, np.full(1000, 4), groups)
    drawn = how.draw(labels, 0, 0).reshape(500, 2)
    assert (drawn[:, 0] != drawn[:, 1]).all()
    assert np.bincount(drawn[:, 0], minlength=4) == pytest.approx([125] * 4, abs=45)
    apart = exchange(np.zeros(1000, dtype=int), groups, np.full(1000, 4)).draw(labels, 0, 0).reshape(500, 2)
    assert (apart[:, 0] == apart[:, 1]).mean() == pytest.approx(1 / 4, abs=0.08)


ITEMS = st.tuples(
    st.integers(0, 2), st.integers(0, 4), st.sampled_from([0, 0, 2, 4]), st.integers(0, 1), st.integers(0, 3)
)


@given(st.lists(ITEMS, min_size=1, max_size=60), st.integers(1, 3), st.integers(0, 5))
def test_strata_keep_their_labels_and_options_their_number(
    items: list[tuple[int, int, int, int, int]], fewest: int, run: int
) -> None:
    strata, groups, options, choices, labels = (np.array(column) for column in zip(*items, strict=True))
    labels = np.where(options > 0, labels % np.maximum(options, 1), labels)
    choices = choices * 5 + options  # equal options are equally many
    how = exchange(strata, groups, options, choices, fewest)
    drawn = how.draw(labels, 0, run)
    for stratum in np.unique(strata):
        inside = (strata == stratum) & (options == 0)
        assert Counter(drawn[inside].tolist()) == Counter(labels[inside].tolist())
    inside = options > 0
    assert ((drawn[inside] >= 0) & (drawn[inside] < options[inside])).all()
    for group, choice in {(g, c) for g, c, o in zip(groups, choices, options, strict=True) if o}:
        unit = (groups == group) & (choices == choice) & (options > 0)
        before, after = labels[unit], drawn[unit]
        assert ((before[:, None] == before) == (after[:, None] == after)).all()
