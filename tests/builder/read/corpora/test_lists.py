"""Lists in cells, however they were printed; nothing in them is run, and nothing is joined that was apart."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.read.corpora.lists import absent, as_list, printed
from twokeys.builder.read.corpora.opening import SourceFile
from twokeys.core.errors import BadInput

FILE = SourceFile(None, "t.csv")  # type: ignore[arg-type]


def listed(value):
    return as_list(value, "answers", FILE, 1)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("['yes' 'no']", ["yes", "no"]),
        ("['yes'\n 'no'\n 'yes']", ["yes", "no", "yes"]),
        ('["don\'t know" \'no\']', ["don't know", "no"]),
        ("['a, b' 'c']", ["a, b", "c"]),
        ("['a' None nan 'b']", ["a", None, None, "b"]),
        ("[1 2 3]", [1, 2, 3]),
        ("[ 1 -1  2]", [1, -1, 2]),
        ("[0.5 1. ]", [0.5, 1.0]),
        ("[True False]", [True, False]),
        ("[['a' 'b']\n ['c' 'd']]", [["a", "b"], ["c", "d"]]),
        ("[{'answer': 'a', 'answer_id': 1}\n {'answer': 'b', 'answer_id': 2}]",
         [{"answer": "a", "answer_id": 1}, {"answer": "b", "answer_id": 2}]),
        ("[('a', 1) ('b', 2)]", [("a", 1), ("b", 2)]),
        ("['one']", ["one"]),
        ("['yes', 'no']", ["yes", "no"]),
        ('["yes", null]', ["yes", None]),
        ("  ['it''s' 'x']", ["it", "s", "x"]),
        ("[]", []),
    ],
)  # fmt: skip
def test_a_printed_list_has_its_members(text, members):
    assert listed(text) == members


@pytest.mark.parametrize(
    "text",
    [
        "['a' ... 'z']",
        "[0 1 2 ... 97 98 99]",
        "[yes, no]",
        "[yes no]",
        "[array(['a'], dtype=object)]",
        "['a' 'b'",
        "[__import__('os').getcwd()]",
        "[" * 5000,
        "['a'] + ['b']",
    ],
)
def test_what_only_begins_like_a_list_is_refused_and_cut_short(text):
    with pytest.raises(BadInput, match="a list as JSON, Python or numpy writes it") as error:
        listed(text)
    assert len(str(error.value)) < 300


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))), max_size=6))
def test_what_numpy_and_python_print_is_read_back(members):
    with np.printoptions(threshold=10_000, linewidth=30):
        assert listed(str(np.array(members, dtype=object))) == members
    assert listed(str(members)) == members
    assert listed(json.dumps(members)) == members


@given(st.lists(st.integers(-(2**60), 2**60), max_size=8))
def test_numbers_that_numpy_prints_are_read_back(members):
    assert listed(str(np.array(members, dtype=np.int64))) == members


@pytest.mark.parametrize("value", [None, "", math.nan, "nan", "NaN", " nan ", "<NA>"])
def test_what_is_missing_is_an_empty_list(value):
    assert absent(value)
    assert listed(value) == []


@pytest.mark.parametrize("value", ["none", "None", "null", "NA", "n/a", "naan", "0", 0, False, "no"])
def test_words_that_people_answer_are_not_missing(value):
    assert not absent(value)


def test_what_is_no_list_is_a_list_of_one():
    assert (listed("a"), listed(5), listed(("a", "b")), listed({"a": 1})) == (["a"], [5], ["a", "b"], [{"a": 1}])
    assert printed("(half") == "(half"
