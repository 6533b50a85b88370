"""Selection bounds adversaries from both sides, keeps as much as the bounds allow, and never overshoots for good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.certify.audited.bounds import SMALLEST_BIN, Answers, Bools, adversary_bounds
from twokeys.builder.certify.audited.selection import choose, excess, largest


def answers(right: Bools, confidence: np.ndarray | None = None, chance: float = 0.5) -> Answers:
    n = len(right)
    sure = np.zeros(n) if confidence is None else confidence
    return Answers("question.toy", right, sure, np.ones(n, dtype=bool), np.full(n, chance), np.full(n, chance))


def within(one: Answers, slack: float) -> Bools:
    """The largest set that bounds one adversary."""
    return largest(adversary_bounds(one, slack), np.ones(len(one.right)))[0]


def test_the_programme_keeps_as_many_right_as_wrong_answers_when_there_is_no_slack() -> None:
    # 70 right, 30 wrong, chance one half: 30 of each can stay, and no set of more than 60 is at chance.
    one = answers(np.arange(100) < 70)
    keep = within(one, 0.0)
    assert keep.sum() == 60
    assert excess(one, keep) == 0.0


def test_slack_lets_the_excess_through_that_it_names() -> None:
    # r right and 30 wrong with r / (r + 30) - 1/2 <= 0.1 gives r <= 45.
    one = answers(np.arange(100) < 70)
    keep = within(one, 0.1)
    assert keep.sum() == 75
    assert excess(one, keep) == pytest.approx(0.1)


def test_an_adversary_below_chance_is_bounded_too() -> None:
    one = answers(np.arange(100) < 20)
    keep = within(one, 0.0)
    assert keep.sum() == 40


def test_an_adversary_that_is_right_where_it_is_sure_is_bounded_though_its_average_is_at_chance() -> None:
    # Sure of the first half and right on all of it, wrong on the other: 50 % in all, and a perfect cue.
    right = np.arange(200) < 100
    one = answers(right, confidence=right.astype(float))
    assert excess(one, np.ones(200, dtype=bool)) == 0.0
    assert len(adversary_bounds(one, 0.0)) == 4  # two bins, from both sides
    assert not within(one, 0.0).any()


def test_bins_too_small_to_say_anything_are_not_bounded() -> None:
    few = np.ones(SMALLEST_BIN - 1, dtype=bool)
    assert adversary_bounds(answers(few), 0.0) == []


@given(st.lists(st.booleans(), min_size=40, max_size=120), st.floats(0.0, 0.2))
def test_what_is_kept_is_within_the_slack_up_to_one_fractional_item(right: list[bool], slack: float) -> None:
    one = answers(np.array(right))
    keep = within(one, slack)
    if keep.any():
        assert abs(excess(one, keep)) <= slack + 1 / keep.sum()


def test_a_set_at_chance_is_left_alone_after_one_round() -> None:
    right = np.arange(400) % 2 == 0
    chosen = choose(lambda keep: [answers(right)], 0.05, 8, np.ones(400))
    assert chosen.keep.all()
    assert len(chosen.rounds) == 1


def test_a_round_that_overshoots_is_rolled_back() -> None:
    # Fitted on everything the adversary is right on 60 %; fitted on any smaller set it falls to 20 %: bounding it once
    # plants the inverse cue, so the set before is the better one.
    n = 400

    def ask(keep: Bools) -> list[Answers]:
        return [answers(np.arange(n) % 10 < (6 if keep.all() else 2))]

    chosen = choose(ask, 0.05, 2, np.ones(n))
    assert chosen.keep.all()
    assert chosen.rounds[0].worst < chosen.rounds[1].worst


def test_items_that_left_can_come_back() -> None:
    # In the first round the adversary is right on the first half, in every later round at chance on all: the first cut
    # stays among the bounds, but the set that the next round is asked about need not shrink further.
    n, calls = 400, []

    def ask(keep: Bools) -> list[Answers]:
        calls.append(int(keep.sum()))
        return [answers(np.arange(n) < 300 if len(calls) == 1 else np.arange(n) % 2 == 0)]

    chosen = choose(ask, 0.05, 4, np.ones(n))
    assert calls[0] == n
    assert chosen.keep.sum() == calls[-1] < n
    assert chosen.rounds[-1].worst <= 0.025
