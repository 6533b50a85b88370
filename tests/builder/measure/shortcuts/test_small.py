"""Few items: exact tests find what is there, tell nothing of random answers, and say where nothing can be found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twokeys.builder.measure.shortcuts.cues import Cue
from twokeys.builder.measure.shortcuts.options import LONGEST, mine_options
from twokeys.builder.measure.shortcuts.small import _p_values
from twokeys.builder.measure.shortcuts.wordings import count, mine

Rows = list[tuple[str, str, str]]


def table(rows: Rows, choices: list[list[str]] | None = None) -> pd.DataFrame:
    """An item table of (question, answer, group)."""
    items = pd.DataFrame(rows, columns=["question", "compared", "group"])
    kind = "yes/no" if choices is None else "choice"
    return items.assign(answer=items["compared"], answer_type=kind, choices=choices or [[]] * len(items))


def planted(count: int, cued: int, seed: int = 0) -> Rows:
    """Yes/no questions with random answers, of which the cued ones are answered yes."""
    rng = np.random.default_rng(seed)
    rows = [(f"is no thing{n} here", "yes", f"g{n}") for n in range(cued)]
    return rows + [(f"can a thing{n} be", str(rng.choice(["yes", "no"])), f"g{n}") for n in range(cued, count)]


def test_a_cue_of_fifteen_items_in_sixty_is_found_and_counted_on_all() -> None:
    found = mine(table(planted(60, 15)))
    told = [str(one.cue) for one in found.shortcuts if one.answer == "yes"]
    assert told == ["begin with “is”"]
    (one,) = [one for one in found.shortcuts if one.answer == "yes"]
    assert (one.found.right, one.found.items) == (15, 15)
    assert one.found.low > 0.5
    assert found.searched == found.halved == 0
    assert found.tested is not None
    assert found.tested.items == 60


def test_where_nothing_can_be_found_a_line_says_so() -> None:
    found = mine(table(planted(8, 4)))
    assert found.shortcuts == []
    assert found.tested is not None
    assert found.tested.words("wording") == (
        "Too few to tell: in 8 items no wording could stand out, however they are answered."
    )


def test_random_answers_have_hardly_ever_a_shortcut() -> None:
    """All tests of a run hold together in 95 %, so at most about 5 % of runs may tell anything at all."""
    rng = np.random.default_rng(0)
    openings = ["is no", "is a", "can the", "see any"]
    wrong = 0
    for _ in range(60):
        rows = [
            (f"{openings[n % 4]} thing{n % 7} here", str(rng.choice(["yes", "no"])), f"g{n // 2}") for n in range(80)
        ]
        wrong += bool(mine(table(rows)).shortcuts)
    assert wrong <= 6


def test_items_of_one_group_that_say_the_same_count_once() -> None:
    rows = planted(40, 0) + [("odd wording", "yes", "one group")] * 200
    assert not any("odd" in str(one.cue) for one in mine(table(rows)).shortcuts)


def test_fishers_p_value_by_hand() -> None:
    # All 3 items with the cue have the answer, of the 3 others none has it: 1 of the 20 ways to deal three of six.
    p, least = _p_values(tuple(np.array([n]) for n in (3, 0, 0, 3)), np.array([0.5]))
    assert least[0] == pytest.approx(1 / 20)
    assert p[0] == pytest.approx(1 / 8)  # three draws of one half: the larger p-value counts


def closer(count: int, share: float, seed: int = 0) -> pd.DataFrame:
    """Items with two options, A is closer among ten kinds of options, right as often as `share`."""
    rng = np.random.default_rng(seed)
    rows, choices = [], []
    for n in range(count):
        other = f"{'BCDEFGHIJK'[n % 10]} is closer"
        cued = n % 2 == 0
        pair = ["A is closer", other] if cued else [f"{n % 9} things", f"{n % 7 + 20} things"]
        right = pair[0] if rng.random() < (share if cued else 0.5) else pair[1]
        rows.append((f"which thing{n % 5} is closer" if cued else f"how many thing{n % 5}", right, f"g{n}"))
        choices.append(pair)
    return table(rows, choices)


@pytest.mark.parametrize("items", [300, 2000])
def test_an_answer_that_is_offered_beside_one_other_is_expected_in_half_of_the_items(items: int) -> None:
    one = count(closer(items, 0.36), Cue(begins="which"), "A is closer", "choice", 0.95)
    assert one.share == pytest.approx(0.36, abs=0.09)
    assert one.expected == pytest.approx(0.5)
    assert not [one for one in mine(closer(items, 0.36)).shortcuts if one.answer == "A is closer"]


def test_an_answer_that_is_right_more_often_wherever_it_is_offered_is_no_shortcut_of_a_wording() -> None:
    items = closer(1000, 0.8)
    asked = [text.replace("is closer", "lies near") if n % 4 == 0 else text for n, text in enumerate(items["question"])]
    # That it is right in 80 % is told by the mark `is "A is closer"`.
    assert not [one for one in mine(items.assign(question=asked)).shortcuts if one.answer == "A is closer"]


def marked(count: int, share: float, twins: int = 1) -> pd.DataFrame:
    """Items with four options, of which the longest is right as often as `share`."""
    rng = np.random.default_rng(0)
    choices, rows = [], []
    for n in range(count):
        own = [f"{one:06d}x" for one in rng.choice(10**6, 4, replace=False)]
        gold = int(rng.integers(4))
        own[gold if rng.random() < share else (gold + 1) % 4] += "longer"
        choices.append(own)
        rows.append((f"what is {n}", own[gold], f"g{n // twins}"))
    return table(rows, choices)


def test_in_twenty_items_an_option_that_is_always_right_is_found() -> None:
    found = mine_options(marked(20, 1.0))
    assert [one.mark for one in found.shortcuts] == [LONGEST]
    assert (found.shortcuts[0].found.right, found.shortcuts[0].found.items) == (20, 20)
    assert found.shortcuts[0].found.low > 0.25


def test_in_three_items_no_mark_can_stand_out_and_a_line_says_so() -> None:
    found = mine_options(marked(3, 1.0))
    assert found.tested is not None
    assert found.tested.words("mark").startswith("Too few to tell: in 3 items no mark could stand out")


def test_twenty_items_of_one_image_are_one() -> None:
    assert mine_options(marked(20, 1.0, twins=10)).shortcuts == []


def test_large_types_are_halved_beside_small_ones_that_are_not() -> None:
    rows = table(planted(900, 0)), table(planted(60, 15)).assign(answer_type="open")
    found = mine(pd.concat(rows, ignore_index=True))
    assert (found.items, found.halved, found.tested and found.tested.items) == (960, 900, 60)
    assert {one.answer_type for one in found.shortcuts} == {"open"}
