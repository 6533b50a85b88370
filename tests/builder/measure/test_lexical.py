"""Plain features by hand."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import texts
from twokeys.builder.measure.lexical import OPTION_FEATURES, WORDS, option_features, text_features

TEXTS = st.lists(texts(), min_size=1, max_size=6)
OPTIONS = st.lists(
    st.one_of(texts(8), st.sampled_from(["3", "-2.5", "$7", "50%", "10", "not red", "red car"])),
    min_size=2, max_size=5, unique=True,
)  # fmt: skip


def test_text_features_by_hand() -> None:
    # Words of the corpus by frequency, ties by spelling: is 2, not 2, red 2, or 1 -> ranks 0, 1, 2, 3 of
    # is (0), not (1), red (2), 2 (3), it (4), or (5): "2", "it" and "or" occur once each.
    found = text_features(["Is it not red?", "is red or not 2"])
    # length, words, length per word, rank of the first, second and last word, largest rank, numbers, negations, "or"
    assert found[0, :10].tolist() == [14, 4, 3.5, 0, 4, 2, 4, 0, 1, 0]
    assert found[1, :10].tolist() == [15, 5, 3, 0, 2, 3, 5, 1, 1, 1]
    # Then one indicator per frequent word, in the order of ranks.
    assert found[:, 10:].tolist() == [[1, 1, 1, 0, 1, 0], [1, 1, 1, 1, 0, 1]]


def test_a_text_without_words_has_no_first_word() -> None:
    assert text_features(["?!", ""])[:, :10].tolist() == [
        [2, 0, 2, -1, -1, -1, -1, 0, 0, 0],
        [0, 0, 0, -1, -1, -1, -1, 0, 0, 0],
    ]


def test_only_the_most_frequent_words_get_a_column() -> None:
    assert text_features([" ".join(f"w{n}" for n in range(WORDS + 30))]).shape == (1, 10 + WORDS)


@given(TEXTS, st.randoms())
def test_a_text_has_the_same_features_wherever_it_stands(corpus: list[str], random) -> None:
    order = random.sample(range(len(corpus)), len(corpus))
    shuffled = text_features([corpus[place] for place in order])
    assert np.array_equal(shuffled, text_features(corpus)[order])
    assert np.isfinite(shuffled).all()


def feature(found: np.ndarray, name: str) -> list[float]:
    return pytest.approx(found[:, OPTION_FEATURES.index(name)].tolist())


def test_option_features_by_hand() -> None:
    found = option_features("Is the red car old?", ["red car", "a not so red bus", "no."])
    assert found.shape == (3, len(OPTION_FEATURES))
    assert feature(found, "characters") == [7, 16, 3]
    assert feature(found, "words") == [2, 5, 1]
    assert feature(found, "length rank") == [1 / 3, 2 / 3, 0]
    assert feature(found, "is the longest") == [0, 1, 0]
    assert feature(found, "is the shortest") == [0, 0, 1]
    assert feature(found, "length relative to the mean") == [7 / (26 / 3), 16 / (26 / 3), 3 / (26 / 3)]
    assert feature(found, "numeric rank") == [-1, -1, -1]
    # {red, car} are both asked about; of five words only red is; "no" is not.
    assert feature(found, "words shared with the question") == [1, 1 / 5, 0]
    # {red, car} and {a, not, so, red, bus} share 1 of 6 words, each shares none with {no}: mean of 1/6 and 0.
    assert feature(found, "words shared with the other options") == [1 / 12, 1 / 12, 0]
    assert feature(found, "negations") == [0, 1, 1]
    assert feature(found, "number of options") == [3, 3, 3]
    assert feature(found, "ends in a mark") == [0, 0, 1]


def test_numbers_are_ranked_when_all_options_are_numbers() -> None:
    assert feature(option_features("", ["$30", "-2.5", "4 ", "50%"]), "numeric rank") == [0.5, 0, 0.25, 0.75]
    assert feature(option_features("", ["30", "red"]), "numeric rank") == [-1, -1]


def test_options_of_one_length_have_no_longest_and_no_shortest() -> None:
    found = option_features("", ["red", "tan"])
    assert feature(found, "is the longest") == [0, 0]
    assert feature(found, "is the shortest") == [0, 0]


@given(st.data(), texts(), OPTIONS)
@example(None, "", ["", "?"])
def test_what_an_option_is_like_does_not_depend_on_where_it_stands(data, context: str, options: list[str]) -> None:
    order = data.draw(st.permutations(range(len(options)))) if data else [1, 0]
    one, other = option_features(context, options), option_features(context, [options[place] for place in order])
    assert other == pytest.approx(one[order], rel=1e-5)
    assert np.isfinite(one).all()


def test_no_feature_can_depend_on_a_label() -> None:
    # Nothing but texts goes in, so the same matrix serves all folds.
    assert list(inspect.signature(text_features).parameters) == ["texts"]
    assert list(inspect.signature(option_features).parameters) == ["context", "options"]
