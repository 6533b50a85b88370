"""Shortcuts that were planted are found with the numbers that they were planted with; where none is, none is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twokeys.builder.measure.shortcuts.cues import Cue
from twokeys.builder.measure.shortcuts.wordings import count, mine
from twokeys.core.folds import fold_of

NOUNS = [f"thing{number}" for number in range(30)]


def table(rows, answer_type="yes/no"):
    items = pd.DataFrame(rows, columns=["question", "compared", "group"])
    return items.assign(id=[f"i{n:06d}" for n in range(len(items))], answer_type=answer_type, choices=[[]] * len(items))


def asked(rng, count=3000, cue="is no", share=0.9):
    """Yes/no questions about things; those with the cue are answered yes in so many, all others at random."""
    rows = []
    for number in range(count):
        planted = number % 5 == 0
        noun = NOUNS[rng.integers(len(NOUNS))]
        question = f"{cue} {noun} here" if planted else f"{['is a', 'see any', 'can a'][number % 3]} {noun} here"
        rows.append((question, "yes" if rng.random() < (share if planted else 0.45) else "no", f"g{number // 2}"))
    return table(rows)


def test_a_planted_shortcut_is_found_and_counted_on_the_other_half():
    items = asked(np.random.default_rng(0))
    found = mine(items)
    assert found.searched + 2 > len(items) / 2 > found.searched - 2
    (one,) = found.shortcuts
    assert (str(one.cue), one.answer) == ("begin with “is no”", "yes")
    assert one.found.items == pytest.approx(300, abs=30)
    assert one.share == pytest.approx(0.9, abs=0.05)
    assert one.found.low < 0.9 < one.found.high
    # Four fifths of chance and one fifth of 90 %.
    assert found.together.right / found.together.items == pytest.approx(0.8 * 0.55 + 0.2 * 0.9, abs=0.04)
    assert found.chance == pytest.approx(0.54, abs=0.03)


def test_answering_by_shortcuts_is_held_out():
    """In one half both planted cues say yes; in the other one does, and the other always says no.

    It does not hold there, so it is not told of. It was found all the same, and its errors count: of the other half all
    is right but the 200 of 800 that it answers.
    """
    groups = pd.Series([f"g{n}" for n in range(1600)])
    half = fold_of(groups, 2, 0)
    rows = []
    for side in (0, 1):
        for n, group in enumerate(groups[half == side]):
            cue = ("is no", "can a", "see any", "see any")[n % 4]
            yes = cue == "is no" or (cue == "can a" and side == 0)
            rows.append((f"{cue} {NOUNS[n % 30]} here", "yes" if yes else "no", group))
    found = mine(table(rows))
    told = [str(one.cue) for one in found.shortcuts]
    assert any("is" in cue for cue in told)
    assert not any("can" in cue for cue in told)
    assert (found.together.items, found.together.right) == (800, 600)


def test_what_is_reported_is_what_a_count_by_hand_gives():
    items = asked(np.random.default_rng(1))
    one = count(items, Cue(begins="is no"), "yes", "yes/no", 0.95)
    part = items[items["question"].str.startswith("is no")]
    assert (one.found.items, one.found.right) == (len(part), int((part["compared"] == "yes").sum()))
    assert one.usual == pytest.approx((items["compared"] == "yes").mean())
    assert one.answers == 2


def test_the_order_of_rows_changes_nothing():
    items = asked(np.random.default_rng(2), 1200)
    shuffled = items.sample(frac=1, random_state=3)
    assert mine(items).shortcuts == mine(shuffled).shortcuts


def test_random_answers_have_hardly_ever_a_shortcut():
    """All intervals of a run hold together in 95 %, so at most about 5 % of runs may report anything at all."""
    wrong = sum(bool(mine(asked(np.random.default_rng(seed), 600, share=0.45)).shortcuts) for seed in range(60))
    assert wrong <= 5


def test_a_cue_of_one_group_says_nothing_of_others():
    """A group with one wording and one answer is in one half: it is searched or it is counted, never both."""
    rng = np.random.default_rng(4)
    rows = [(f"is a {NOUNS[n % 30]} here", rng.choice(["yes", "no"]), f"g{n}") for n in range(600)]
    rows += [("odd wording", "yes", "one group")] * 200
    assert not any("odd" in str(one.cue) for one in mine(table(rows)).shortcuts)


def test_asking_for_a_kind_of_answer_is_no_shortcut_to_one_of_them():
    rng = np.random.default_rng(5)
    shapes, colours = ["circle", "square", "triangle"], [f"colour{n}" for n in range(12)]
    rows = [("which shape is it", rng.choice(shapes), f"g{n}") for n in range(1500)]
    rows += [(f"which colour has thing {n % 9}", rng.choice(colours), f"h{n}") for n in range(1500)]
    assert mine(table(rows, "open")).shortcuts == []
    biased = [
        (text, "circle" if text.startswith("which shape") and n % 2 else a, g) for n, (text, a, g) in enumerate(rows)
    ]
    (one,) = mine(table(biased, "open")).shortcuts
    assert (one.answer, one.answers) == ("circle", 3)
    assert one.expected == pytest.approx(1 / 3)


def test_a_narrower_wording_is_told_only_where_it_says_more():
    rng = np.random.default_rng(6)
    rows = []
    for n in range(6000):
        noun = NOUNS[n // 2 % 30]
        no = "is no" if n % 2 else "is a"
        share = 0.95 if no == "is no" and noun == "thing3" else 0.7 if no == "is no" else 0.4
        rows.append((f"{no} {noun} here", "yes" if rng.random() < share else "no", f"g{n}"))
    told = {str(one.cue) for one in mine(table(rows)).shortcuts}
    assert told == {"begin with “is no”", "begin with “is no thing3”"}


def test_one_group_cannot_be_halved():
    found = mine(table([("is it", "yes", "g")] * 100))
    assert (found.searched, found.tried, found.shortcuts) == (0, 0, [])


def test_large_sets_are_sampled(monkeypatch):
    monkeypatch.setattr("twokeys.builder.measure.shortcuts.wordings.MOST_ITEMS", 1000)
    found = mine(asked(np.random.default_rng(7)))
    assert found.items == 1000
    assert found.together.items == 500
    assert [one.answer for one in found.shortcuts] == ["yes"]
