"""Shortcuts in options: planted ones are found and counted right, random ones are not told of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.shortcuts.options import (
    AT,
    HOLDS,
    IS,
    LARGEST,
    LIKE,
    LONGEST,
    SHORTEST,
    SMALLEST,
    UNLIKE,
    Mark,
    marks,
    mine_options,
)
from twokeys.builder.publish.report.compose import option_marks

WORDS = ["cat", "dog", "tree", "house", "bird", "stone", "river", "cloud"]


def items(choices: list[list[str]], gold: list[int]) -> pd.DataFrame:
    """An item table, each item in a group of its own."""
    answers = [own[place] if own else "" for own, place in zip(choices, gold, strict=True)]
    groups = [f"g{number}" for number in range(len(choices))]
    return pd.DataFrame({"choices": choices, "answer": answers, "group": groups})


def drawn(count: int, options: int, seed: int) -> tuple[list[list[str]], np.random.Generator]:
    """Items with options of random words, all of one length."""
    rng = np.random.default_rng(seed)
    return [[f"{one:06d}x" for one in rng.choice(10**6, options, replace=False)] for _ in range(count)], rng


def test_the_longest_option_is_found_with_its_count() -> None:
    choices, rng = drawn(400, 4, 0)
    gold = rng.integers(0, 4, 400)
    long = np.where(rng.random(400) < 0.7, gold, (gold + 1) % 4)  # the longest is right in 70 %
    for own, place in zip(choices, long, strict=True):
        own[place] += " and more"
    found = mine_options(items(choices, list(gold)))
    (one,) = [one for one in found.shortcuts if one.mark == LONGEST]
    assert found.shortcuts[0] == one
    assert one.chance == 0.25
    assert one.found.items == found.items - found.searched
    assert one.found.low < 0.7 < one.found.high
    assert one.json()["option_that"] == "is the longest"


def test_an_option_that_is_never_right_is_found() -> None:
    choices, rng = drawn(300, 3, 1)
    gold = rng.integers(0, 3, 300)
    for own, place in zip(choices, gold, strict=True):
        own[(place + 1) % 3] = "none of the above"
    found = mine_options(items(choices, list(gold)))
    assert [str(one.mark) for one in found.shortcuts] == ["is “none of the above”"]
    assert [one.share for one in found.shortcuts] == [0.0]


def test_of_two_options_the_longest_and_the_shortest_are_one_shortcut() -> None:
    choices, rng = drawn(300, 2, 2)
    gold = rng.integers(0, 2, 300)
    for own, place in zip(choices, gold, strict=True):
        own[place] += " more"
    assert len({LONGEST, SHORTEST} & {one.mark for one in mine_options(items(choices, list(gold))).shortcuts}) == 1


@pytest.mark.parametrize("options", [2, 4])
def test_random_answers_give_hardly_any_shortcut(options: int) -> None:
    told = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        choices = [list(rng.choice(WORDS, options, replace=False)) for _ in range(200)]
        told += bool(mine_options(items(choices, list(rng.integers(0, options, 200))), seed=seed).shortcuts)
    assert told <= 4  # intervals hold at 95 %, and only what stood out in the other half is counted


def test_what_was_searched_gives_no_number() -> None:
    choices, rng = drawn(200, 4, 3)
    table = items(choices, list(rng.integers(0, 4, 200)))
    for own, answer in zip(table["choices"], table["answer"], strict=True):
        own[own.index(answer)] = f"{answer} long"
    table["answer"] = [next(one for one in own if one.endswith("long")) for own in table["choices"]]
    found = mine_options(table)
    assert all(one.found.items <= found.items - found.searched for one in found.shortcuts)
    assert [one.share for one in found.shortcuts if one.mark == LONGEST] == [1.0]


def test_marks_of_an_item() -> None:
    found = marks(["a red cat", "a red dog", "a blue elephant"])
    assert found[LONGEST] == 2
    assert SHORTEST not in found  # two are equally short
    assert found[UNLIKE] == 2
    assert LIKE not in found
    assert found[Mark(HOLDS, "dog")] == 1
    assert found[Mark(HOLDS, "blue")] == 2
    assert Mark(HOLDS, "red") not in found
    assert found[Mark(IS, "a red cat")] == 0
    numbers = marks(["1,200", "7", "-3"])
    assert (numbers[LARGEST], numbers[SMALLEST]) == (0, 2)
    assert LARGEST not in marks(["7", "seven"])
    for word in ("nan", "inf", "1_000", "1e999", "1,2", "٣", ""):
        assert LARGEST not in marks(["7", word])
    assert [marks(["-.5", text])[LARGEST] for text in ("+3", " 0.25 ", "1,234,567.", "2e-3")] == [1] * 4


@given(st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=6, unique=True), st.randoms())
def test_marks_do_not_depend_on_the_order_of_options(options: list[str], random: object) -> None:
    shuffled = list(options)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {mark: options[place] for mark, place in marks(options).items()}.keys() == marks(shuffled).keys()
    texts = {mark: options[place].lower() for mark, place in marks(options).items() if mark.kind != AT}
    assert texts == {mark: shuffled[place].lower() for mark, place in marks(shuffled).items() if mark.kind != AT}


def test_items_without_options_and_too_few_groups_give_nothing() -> None:
    table = items([["a", "b"]] * 3, [0, 1, 0])
    assert mine_options(table.assign(group="g")).shortcuts == []
    assert mine_options(pd.DataFrame({"choices": [[], []], "answer": ["a", "b"], "group": ["g", "h"]})).items == 0


def test_of_very_many_items_a_sample_is_looked_at_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twokeys.builder.measure.shortcuts.options.MOST_ITEMS", 60)
    monkeypatch.setattr("twokeys.builder.measure.shortcuts.options.SMALL", 0)
    choices, rng = drawn(100, 4, 5)
    table = items([*choices, []], [*rng.integers(0, 4, 100), 0])
    found = mine_options(table)
    assert (found.all, found.items) == (100, 60)
    assert 0 < found.searched < 60
    assert option_marks("all", found).all == 100
    assert (mine_options(table[:60]).all, mine_options(table[:60]).items) == (60, 60)
