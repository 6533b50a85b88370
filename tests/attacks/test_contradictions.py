"""Claim: every item of a balanced set has an image partner and a question partner, and both keys open it.

Attack: the same question about the same image, once with "yes" and once with "no". Each is the other's counterfactual
in nothing but the gold.

Before (ba22272): without a rule against it both are kept and certified 50/50, while who holds both keys is right on one
half, and items have no partners. Now: they are left out with a reason of their own, and a set that holds them is not
certified.
"""

from __future__ import annotations

import pytest

from tests.attacks.blind import best_replies, item_table, kept
from twokeys.builder.balance.select import REASONS, select
from twokeys.builder.certify.balanced import certify
from twokeys.builder.recipe import Balance
from twokeys.core.ceilings import ceilings
from twokeys.core.colours import contradicted

CONTRADICTED = [(f"q{place}?", f"i{place}", [], answer) for place in range(20) for answer in ("yes", "no")]
QUADS = [
    (f"r{quad}{side}?", f"j{quad}{image}", [], ("yes", "no")[side ^ image])
    for quad in range(10)
    for side in (0, 1)
    for image in (0, 1)
]


def test_contradictory_golds_are_left_out_and_all_that_stays_has_both_partners() -> None:
    table = item_table([*CONTRADICTED, *QUADS], "yes/no")
    found = select(table, Balance(within=[]))
    assert len(found.kept) == len(QUADS)
    assert set(found.removed["reason"]) == {REASONS[0]}
    assert found.kept[["image_partner", "question_partner"]].notna().all(axis=None)
    both = table["question_key"] + table["image_key"]
    published = kept(table.assign(both=both), found.kept)
    assert best_replies(published, "both", ["yes", "no"]) == len(published)


def test_a_set_with_contradictory_golds_is_not_bounded() -> None:
    said = certify(item_table(CONTRADICTED, "yes/no"), 0.5, [], "")
    assert said["verdict"] == "not bounded"
    assert said["reasons"] == ["question and image together determine 20 of 40 answers, not all"]


def test_contradictions_across_splits_count_too() -> None:
    table = item_table(CONTRADICTED, "yes/no")
    table["split"] = ["train", "test"] * 20
    assert set(select(table, Balance()).removed["reason"]) == {REASONS[0]}


@pytest.mark.parametrize(("one", "other"), [("3 m", "3 cm"), ("E. coli", "E. faecalis"), ("$5", "5%")])
def test_golds_that_share_a_token_and_no_reply_contradict_each_other(one: str, other: str) -> None:
    rows = [(q, i, [], gold) for q, i in (("q", "i"), ("r", "j")) for gold in (one, other)]
    table = item_table(rows, "open")
    assert contradicted(table).all()
    assert ceilings(table)["both"].right < len(table)
    assert len(select(table, Balance(within=["split"])).kept) == 0
