"""Claim: partners differ in their answers, and no answer is counted as two.

Attack: two spellings of one answer, of which one is read as a letter, a sentence or a number: `E. coli` beside `E
coli`, `F. Scott Fitzgerald` beside `F Scott Fitzgerald`, `The cat is white` beside `cat is white`. Two questions by two
images, the spellings a b / b a.

Before (84b1322): certified at 50 %, a quad of counterfactuals in which every answer is the same. Now: golds that
compare equal are one colour, and nothing of it is kept.
"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.blind import best_replies, item_table
from twokeys.builder.balance.select import select
from twokeys.builder.recipe import Balance
from twokeys.core.answers.normal import normalise
from twokeys.core.ceilings import ceilings
from twokeys.core.colours import colours, with_accepted

SPELLINGS = [
    ("E. coli", "E coli"), ("F. Scott Fitzgerald", "F Scott Fitzgerald"), ("U.S.A.", "USA"), ("He is up", "(he is up)"),
    ("The cat is white", "cat is white"), ("Yes we can", "yes-we-can"), ("A)", "a a)"),
]  # fmt: skip
GOLDS = ["E. coli", "E coli", "E", "the e", "F. Scott", "F Scott", "U.S.A.", "usa", "The cat is up", "cat is up", "red"]


def quad(one: str, other: str) -> pd.DataFrame:
    """Two questions by two images, the two golds crosswise."""
    rows = [(f"q{q}", f"i{i}", [], one if q == i else other) for q in range(2) for i in range(2)]
    return item_table(rows, "open")


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_are_no_counterfactuals(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
    table = quad(one, other)
    assert {ceilings(table)[view].share for view in ("question", "image")} == {1.0}
    assert select(table, Balance()).kept.empty


def test_two_answers_are() -> None:
    assert len(select(quad("E. coli", "salmonella"), Balance()).kept) == 4


def recounted(table: pd.DataFrame) -> dict[str, int]:
    """Ceilings by the lines of README, from the published column `accepted` alone."""
    items = with_accepted(table)
    items["picked"] = items["accepted"].str[-1]
    counted = (("question", "picked"), ("image", "accepted"))
    return {
        view: int(items.explode(reply).groupby([f"{view}_key", reply]).size().groupby(level=0).max().sum())
        for view, reply in counted
    }


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_whoever_counts_what_is_published_counts_the_certificate(one: str, other: str) -> None:
    options = item_table([("r0", "i0", [one, "red"], one), ("r1", "i0", ["red", other], other)], "choice")
    for table in (quad(one, other), pd.concat([quad(one, other), options], ignore_index=True)):
        found = ceilings(table)
        assert recounted(table) == {view: found[view].right for view in ("question", "image")}


def test_a_part_is_counted_as_the_whole_is() -> None:
    """`E. coli` in one split ties `E` and `E coli` of the other: the card and the ceiling of that split agree."""
    rows = [("q0", "i0", [], "E"), ("q1", "i0", [], "E coli"), ("q2", "i1", [], "E. coli")]
    items = with_accepted(item_table(rows, "open")).assign(split=["train", "train", "test"])
    part = items[items["split"] == "train"]
    right = part.explode("accepted").groupby(["image_key", "accepted"]).size().groupby(level=0).max().sum()
    assert ceilings(part)["image"].right == right == 2


@given(
    st.lists(st.tuples(st.sampled_from("qr"), st.sampled_from("ij"), st.sampled_from(GOLDS)), min_size=1, max_size=9)
)
def test_merged_colours_bound_every_reply(rows: list[tuple[str, str, str]]) -> None:
    table = item_table([(question, image, [], gold) for question, image, gold in rows], "open")
    found, colour = ceilings(table), colours(table)
    for view in ("question", "image"):
        assert best_replies(table, f"{view}_key", GOLDS) <= found[view].right
    assert recounted(table) == {view: found[view].right for view in ("question", "image")}
    plain = table["answer"].map(normalise)
    assert pd.Series(colour.text).groupby(plain.to_numpy()).nunique().max() == 1
