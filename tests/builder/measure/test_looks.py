"""Looks of published text, by hand; whatever is published, there is a number for it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.looks import LOOKS, option_looks, text_looks


def look(text: str, name: str) -> float:
    return float(text_looks([text])[0, LOOKS.index(name)])


def test_by_hand() -> None:
    text = "Is the Red box, is it 12 ?"
    assert look(text, "characters") == 26
    assert look(text, "words") == 7
    assert look(text, "capitals") == 2
    assert look(text, "words with a capital after the first") == 1
    assert look(text, "second word has a capital") == 0
    assert look(text, "space before a mark") == 1
    assert look(text, "count of ,") == 1
    assert look(text, "digits") == 2
    assert look(text, "words of digits") == 1


def test_what_lower_casing_and_splitting_hide_is_seen() -> None:
    plain = text_looks(["is the cat red?"])
    for other in ("is the Cat red?", "is the cat red ?", "is the cat red??", "is the cat red.", "is the  cat red?"):
        assert (text_looks([other]) != plain).any(), other


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_has_looks(texts: list[str]) -> None:
    found = text_looks(texts)
    assert found.shape == (len(texts), len(LOOKS))
    assert np.isfinite(found).all()


def test_options_are_set_beside_their_rivals() -> None:
    found = option_looks(["a cat", "A dog", "a hen"])
    capitals = len(LOOKS) + LOOKS.index("capitals")
    assert found[:, capitals].tolist() == [-0.5, 1.0, -0.5]
    assert found[:, -4:].tolist() == [[0, 3, 0, 3], [1, 2, 0, 3], [2, 1, 1, 3]]


@given(st.lists(st.text(max_size=8), min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_looks_of_an_option_follow_it_but_for_its_place(options: list[str], random: object) -> None:
    order = list(range(len(options)))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = option_looks([options[place] for place in order])
    np.testing.assert_allclose(moved[:, :-4], option_looks(options)[order, :-4], rtol=1e-4, atol=1e-4)
