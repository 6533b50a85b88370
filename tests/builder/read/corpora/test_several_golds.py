"""Rows of a table with several golds: a set, of options by letter, index or text, or of answers without options."""

from __future__ import annotations

import pytest

from tests.builder.read.corpora.test_table import RECORDS, as_csv, as_lines
from twokeys.builder.read.golds import asked_of
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule


@pytest.mark.parametrize(
    ("answer_is", "answer"),
    [
        ("letter", "A, C"),
        ("letter", "a,c"),
        ("letter", "(C)(A)"),
        ("letter", "A and C"),
        ("letter", ["A", "C"]),
        ("letter", '["A","C"]'),
        ("index", "0, 2"),
        ("index", [2, 0]),
        ("text", ["three", "one"]),
        ("text", '["one", "three"]'),
    ],
)
def test_several_right_options_are_all_read(table, answer_is, answer):
    record = RECORDS[0] | {"a": answer, "o": ["one", "two", "three"]}
    (row,) = table({"test.jsonl": as_lines([record])}, {"choices": "o", "answer_is": answer_is})
    asked = asked_of(row, TextRule())
    assert (asked.choices, asked.answer, asked.answer_type) == ((), "A, C", "open")
    assert asked.question.endswith("(A) one (B) two (C) three")


@pytest.mark.parametrize(("answer_is", "answer"), [("letter", "A, E"), ("letter", []), ("text", ["one", "four"])])
def test_several_golds_of_which_one_is_no_option_are_a_bad_row(table, answer_is, answer):
    record = RECORDS[0] | {"a": answer, "o": ["one", "two", "three"]}
    (row,) = table({"test.jsonl": as_lines([record])}, {"choices": "o", "answer_is": answer_is})
    if not isinstance(row, BadInput):
        with pytest.raises(BadInput, match="four"):
            asked_of(row, TextRule())


def test_several_golds_without_options_are_one_answer(table):
    (row,) = table({"test.jsonl": as_lines([RECORDS[0] | {"a": ["cat", "dog", "cat"]}])}, {})
    assert asked_of(row, TextRule()).answer == "cat; dog"
    (bad,) = table({"test.jsonl": as_lines([RECORDS[0] | {"a": ["cat; cow", "dog"]}])}, {})
    with pytest.raises(BadInput, match="`;`"):
        asked_of(bad, TextRule())


@pytest.mark.parametrize("gold", ["[0, 1)", "[1, 2]", "[3]"])
def test_an_open_gold_in_brackets_is_one_answer_where_option_columns_are_empty(table, gold):
    records = [record | {"a": gold, "A": "", "B": ""} for record in RECORDS]
    (row, _) = table({"x.csv": as_csv(records)}, {"choices": ["A", "B"]})
    assert (row.answer, row.choices) == (gold, ())
