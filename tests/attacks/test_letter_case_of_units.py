"""Claim: two golds are one answer only where they say the same.

Attack: units and formulas that differ in letter case alone (`mW` and `MW`), letters inside of names that are taken for
articles (`vitamin A deficiency`), factorials that are taken for exclamations (`5!`).

Before (ba22272, and when marking had been written anew): all letter case is dropped, `A` goes from every name, `!` from
every number: `5 MW` is right for `5 mW`, `vitamin deficiency` for `vitamin A deficiency`, `n/2` for `n! / 2`. Now: each
of these is two answers, as golds, as replies and among options; `BLUE` and `blue` are one.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.answers.letter_case import contradicts
from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.normal import compared, normalise
from twokeys.core.answers.parsing import token

TWO = [
    ("5 mW", "5 MW"), ("10 MHz", "10 mHz"), ("3 kB", "3 KB"), ("3 Mb", "3 MB"), ("7 mg", "7 Mg"), ("2 mm", "2 Mm"),
    ("5 m", "5 M"), ("1 nm", "1 nM"), ("4 meV", "4 MeV"), ("CO", "Co"), ("CO2", "Co2"), ("CoCl2", "COCl2"),
    ("HF", "Hf"), ("pH", "PH"), ("mW", "MW"), ("kB", "KB"), ("Pb", "PB"), ("5mW/cm2", "5MW/cm2"),
    ("about 5 mW", "about 5 MW"), ("vitamin A deficiency", "vitamin deficiency"),
    ("Hepatitis A virus", "hepatitis virus"), ("Type A blood", "type blood"),
    ("Influenza A strain", "influenza strain"), ("serum amyloid A protein", "serum amyloid protein"), ("5!", "5"),
    ("n!", "n"), ("n! / 2", "n / 2"), ("(n+1)!", "(n+1)"), ("5!/3!", "5/3"), ("2 · n!", "2 · n"),
]  # fmt: skip
ONE = [
    ("BLUE", "blue"), ("Blue", "blue"), ("TV", "tv"), ("Us", "US"), ("5 KG", "5 kg"), ("5 ml", "5 mL"),
    ("5 PM", "5 pm"), ("3D", "3d"), ("5G", "5g"), ("IN", "in"), ("H2O", "h2o"), ("BUS", "Bus"), ("A dog", "dog"),
    ("Once Upon A Time", "once upon a time"), ("A DOG ON A BED", "a dog on a bed"), ("Yes!", "yes"), ("wow!!", "wow"),
    ("hepatitis A virus", "Hepatitis a virus"), ("A!", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TWO)
def test_what_says_two_things_is_two_answers(one: str, other: str) -> None:
    assert compared("open", (), one) != compared("open", (), other)
    for gold, reply in ((one, other), (other, one)):
        assert right(gold, "open", (), gold)
        assert not right(reply, "open", (), gold)
        assert not right(f"The answer is {reply}", "open", (), gold)
        assert right(reply, "choice", (gold, reply), reply)
        assert not right(reply, "choice", (gold, reply), gold)
        assert not right(reply, "choice", (gold, "none of it"), gold)


@pytest.mark.parametrize(("one", "other"), ONE)
def test_what_says_one_thing_is_one(one: str, other: str) -> None:
    assert compared("open", (), one) == compared("open", (), other)
    assert right(one, "open", (), other)
    assert right(other, "open", (), one)


def test_a_letter_alone_is_two_golds_and_a_reply_may_write_it_either_way() -> None:
    assert compared("open", (), "m") != compared("open", (), "M")
    assert right("M", "open", (), "m")


def test_a_reply_without_letter_case_contradicts_nothing() -> None:
    assert right("5 mw", "open", (), "5 mW")
    assert right("ph", "open", (), "pH")


def test_an_exclamation_ends_a_sentence() -> None:
    assert right("There are 5!", "number", (), "5")
    assert right("It is red! And big!", "open", (), "red")
    assert token("There are 5! They are big.") == "5"


@given(st.sampled_from([gold for pair in (*TWO, *ONE) for gold in pair]), st.sampled_from([*TWO, *ONE]))
def test_no_reply_is_right_beyond_its_token(gold: str, pair: tuple[str, str]) -> None:
    for reply in pair:
        if right(reply, "open", (), gold):
            assert token(reply) in accepted("open", (), gold)
            assert not contradicts(reply, gold)


@given(st.text(st.sampled_from("aAnm5! ()+HWk"), max_size=9))
def test_a_second_pass_changes_nothing(text: str) -> None:
    plain = " ".join(normalise(text).split())
    assert normalise(plain) == plain
