"""Labels move only where they may, and a chance level is counted on the set that is judged."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.certify.audited.items import mixed, table
from twokeys.builder.certify.audited.labels import Labels, Predicted
from twokeys.core.strata import STRATA


def test_labels_stand_for_the_answers_that_they_were_read_from() -> None:
    items = mixed(60, 0)
    labels = Labels.of(items)
    assert [labels.texts[code] for code in labels.gold(labels.given)] == items["answer"].tolist()


@given(st.integers(0, 50), st.integers(0, 5))
def test_permuted_labels_are_answers_that_the_item_could_have(seed: int, run: int) -> None:
    items = mixed(60, 1)
    labels = Labels.of(items)
    among = np.random.default_rng(seed).random(60) < 0.7
    permuted = labels.permuted(among, seed, run)
    assert (permuted[~among] == labels.given[~among]).all()
    said = [labels.texts[code] for code in labels.gold(permuted)]
    for text, options in zip(said, items["choices"], strict=True):
        assert not options or text in options
    named = items["choices"].map(len).to_numpy() == 0
    for kind in ("yes/no", "open"):
        rows = np.flatnonzero((items["answer_type"] == kind).to_numpy() & named)
        assert Counter(np.array(said)[rows].tolist()) == Counter(items["answer"].iloc[rows].tolist())


def test_chance_of_an_option_is_one_over_their_number_and_of_a_name_what_others_answer() -> None:
    items = table(
        ["which?"] * 2 + ["is it?"] * 4,
        ["a", "c", "yes", "yes", "no", "no"],
        [["a", "b"], ["b", "c", "d"], [], [], [], []],
    )
    labels = Labels.of(items)
    said = np.array([labels.texts.index(text) for text in ("a", "b", "yes", "yes", "yes", "yes")])
    every, fold = np.ones(6, dtype=bool), np.zeros(6, dtype=np.int64)
    found = labels.scored(Predicted("question.toy", said, np.zeros(6), every), labels.given, fold, every)
    assert found.right.tolist() == [True, False, True, True, False, False]
    # Who says yes to a yes has one other yes among three others; who says it to a no has two.
    assert found.chance.tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3])


def test_chance_of_an_adversary_that_sees_the_picture_alone_is_that_of_the_options() -> None:
    items = table(["which?", "is it?", "is it?"], ["a", "yes", "yes"], [["a", "b"], [], []])
    labels = Labels.of(items)
    said = np.array([labels.texts.index(text) for text in ("b", "yes", "yes")])
    every, fold = np.ones(3, dtype=bool), np.zeros(3, dtype=np.int64)
    found = labels.scored(Predicted("image.toy", said, np.zeros(3), every), labels.given, fold, every)
    assert found.chance.tolist() == pytest.approx([0.5, 1.0, 1.0])
    assert found.guess.tolist() == pytest.approx([0.5, 0.5, 0.5])


def test_chance_is_counted_in_each_split_unless_splits_are_judged_together() -> None:
    items = table(["what is it?"] * 8, ["a", "a", "a", "b", "c", "c", "c", "b"]).assign(
        split=["head"] * 4 + ["tail"] * 4
    )
    every, fold = np.ones(8, dtype=bool), np.zeros(8, dtype=np.int64)
    for apart, chance, guess in (
        (STRATA, [2 / 3] * 3 + [1.0], 1 / 2),
        (["source", "answer_type"], [2 / 7] * 3 + [3 / 7], 1 / 3),
    ):
        labels = Labels.of(items, apart)
        said = np.full(8, labels.texts.index("a"))
        found = labels.scored(Predicted("question.toy", said, np.zeros(8), every), labels.given, fold, every)
        assert found.chance[:4].tolist() == pytest.approx(chance)
        assert found.guess.tolist() == pytest.approx([guess] * 8)


def test_chance_is_counted_on_the_set_that_is_judged() -> None:
    items = table(["is it?"] * 6, ["yes", "yes", "yes", "no", "no", "no"])
    labels = Labels.of(items)
    said, fold = np.full(6, labels.texts.index("yes")), np.zeros(6, dtype=np.int64)
    among = np.array([True, True, False, True, False, False])
    found = labels.scored(
        Predicted("question.toy", said, np.zeros(6), np.ones(6, dtype=bool)), labels.given, fold, among
    )
    assert found.chance.tolist() == pytest.approx([1 / 2, 1 / 2, 2 / 3, 1.0, 2 / 3, 2 / 3])


def test_the_only_item_of_its_type_in_a_fold_is_compared_with_the_other_folds() -> None:
    items = table(["is it?"] * 4, ["yes", "yes", "yes", "no"])
    labels = Labels.of(items)
    said, fold, every = np.full(4, labels.texts.index("yes")), np.array([0, 1, 1, 1]), np.ones(4, dtype=bool)
    found = labels.scored(Predicted("question.toy", said, np.zeros(4), every), labels.given, fold, every)
    assert found.chance[0] == pytest.approx(2 / 3)
