"""What statements mean: truths that a person reads off small scenes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.pair.generators.nlvr.toy import scattered, towers
from twokeys.builder.pair.generators.nlvr.spelling import plain
from twokeys.builder.pair.generators.nlvr.statement import parse

TOWERS = towers("kbyb", "yk", "y")
THINGS = scattered("yc20@0,30 ks10@50,50", "bt30@40,70 bs10@5,5 kc10@60,30", "yc10@90,90")
CASES = [
    (TOWERS, "There is a tower with four blocks.", {True}),
    (TOWERS, "There is a tower with three blocks.", {True, False}),
    (TOWERS, "There is a tower with a blue block at the top", {True}),
    (TOWERS, "There is no blue block as the top of a tower.", {False}),
    (TOWERS, "There are exactly two towers with a yellow block at the base", {True, False}),  # is one block a tower?
    (TOWERS, "There is a tower with a blue block over a yellow block", {True}),
    (TOWERS, "There is a tower with a blue block over a black block", {True}),
    (TOWERS, "There is a tower with a yellow block over a black block", {True, False}),  # not right over it
    (TOWERS, "There is a yellow tower.", {True, False}),
    (TOWERS, "There are two blue blocks", {True}),
    (TOWERS, "There are 2 yellow blocks", {True, False}),  # there are three
    (TOWERS, "There are at most two yellow blocks", {False}),
    (TOWERS, "There is a tower which has blocks of all three colors", {True}),
    (TOWERS, "the tower with four blocks has a blue block at the top", {True}),
    (TOWERS, "All 3 towers have at least 1 yellow block", {True}),
    (TOWERS, "There is a tower with 2 blue blocks stacked together", {False}),
    (THINGS, "There is a yellow circle touching the edge", {True}),
    (THINGS, "there are exactly two black items not touching any edge", {True}),
    (THINGS, "There is a blue triangle closely touching the bottom of a box.", {True}),
    (THINGS, "There is a yellow circle touching the corner", {True}),
    (THINGS, "none of the black circles are touching any edge", {True}),
    (THINGS, "There is a box with a yellow circle and exactly one black square.", {True}),
    (THINGS, "There is a box with only blue and yellow items.", {True, False}),  # the third: only yellow
    (THINGS, "There is a box with three items.", {True}),
    (THINGS, "each grey box contains atleast one yellow object", {False}),
    (THINGS, "there is a small black square", {True}),
]


@pytest.mark.parametrize(("scene", "statement", "truths"), CASES)
def test_readings_give_the_truths_that_people_may_mean(scene, statement, truths):
    parsed = parse(statement)
    assert parsed is not None
    assert {parsed.truth(scene, reading) for reading in parsed.readings()} == truths


@pytest.mark.parametrize("statement", ["The sky is blue.", "There is a tower", "There is a red block", "", "blue"])
def test_what_the_grammar_does_not_cover_has_no_meaning(statement):
    parsed = parse(statement)
    assert parsed is None or statement == "There is a tower"


def test_a_tower_in_a_scattered_scene_is_neither_true_nor_false():
    parsed = parse("There is a tower with a blue block at the top")
    assert {parsed.truth(THINGS, reading) for reading in parsed.readings()} == {None}


def test_misspellings_are_mended():
    assert (
        plain("T least one of the Grey  Squares has a bule squere.")
        == "at least one of the grey boxes has a blue square"
    )


BOXES = st.lists(st.text("ykb", min_size=1, max_size=4), min_size=3, max_size=3)


@given(BOXES, st.sampled_from([statement for scene, statement, _ in CASES if scene is TOWERS]))
def test_no_order_of_the_boxes_changes_a_truth(boxes, statement):
    parsed = parse(statement)
    for reading in parsed.readings():
        assert len({parsed.truth(towers(*order), reading) for order in itertools.permutations(boxes)}) == 1


@given(BOXES, st.sampled_from(["tower with two blocks", "yellow block above a blue block", "black block"]))
def test_no_is_the_contrary_of_a(boxes, what):
    some, none = parse(f"There is a {what}"), parse(f"There is no {what}")
    for reading in some.readings():
        assert some.truth(towers(*boxes), reading) != none.truth(towers(*boxes), reading)
