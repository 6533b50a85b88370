"""Cues against a reading of the text word by word, and by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.shortcuts.cues import Cue, cues, split

words = st.lists(st.sampled_from(["is", "a", "cat", "not", "red"]), max_size=7).map(" ".join)


def found(texts, weights=None, support=1):
    weights = np.ones(len(texts), dtype=np.int64) if weights is None else np.asarray(weights)
    names, matrix = cues(texts, weights, support)
    return {name: set(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]) for row, name in enumerate(names)}


def test_words_are_small_letters_without_punctuation():
    assert split("Isn't there a well-lit X-ray, at 3?") == ["isn't", "there", "a", "well-lit", "x-ray", "at", "3"]


def test_cues_of_three_questions_by_hand():
    texts = ["Is a cat red?", "Is a dog red?", "Where is it?"]
    by_cue = found(texts, support=2)
    # Of all that hold for the first two (`a`, `red`, `is a`, `is a ... red`), the fewest words at an edge is kept.
    assert by_cue == {Cue(begins="is"): {0, 1}, Cue(holds="is"): {0, 1, 2}}


def test_a_rare_cue_is_left_out_and_weights_are_items():
    texts = ["is it red", "is it blue"]
    assert Cue(ends="red") not in found(texts, [1, 5], support=2)
    assert found(texts, [2, 5], support=2)[Cue(ends="red")] == {0}


def test_a_text_that_says_a_phrase_twice_counts_once():
    assert found(["red or red", "blue"], [1, 1], support=2) == {}


def test_a_cue_in_words():
    assert str(Cue("is a", "present")) == "begin with “is a” and end in “present”"
    assert str(Cue(holds="not a red")) == "contain “not a red”"


def test_a_beginning_and_an_ending_do_not_overlap():
    assert not Cue("is it", "it red").matches("is it red")
    assert Cue("is it", "red").matches("is it red")


@given(st.lists(words, min_size=1, max_size=8, unique=True), st.data())
def test_every_cue_holds_for_exactly_the_texts_that_match_it(texts, data):
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(texts), max_size=len(texts)))
    support = data.draw(st.integers(1, 4))
    for cue, rows in found(texts, weights, support).items():
        assert rows == {row for row, text in enumerate(texts) if cue.matches(text)}
        assert sum(weights[row] for row in rows) >= support


@given(st.lists(words, min_size=1, max_size=6, unique=True))
def test_no_frequent_phrase_is_missed(texts):
    by_texts = {frozenset(rows) for rows in found(texts).values()}
    for text in texts:
        own = split(text)
        for at in range(len(own)):
            for end in range(at + 1, min(at + 3, len(own)) + 1):
                cue = Cue(holds=" ".join(own[at:end]))
                assert frozenset(row for row, other in enumerate(texts) if cue.matches(other)) in by_texts
