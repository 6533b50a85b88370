"""Golds of a table: as texts, as letters and indices, and as what most people said; what is unclear is asked for."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import asked_of
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule

OPTIONS = ["red", "blue", "green"]


@pytest.fixture
def read(tmp_path):
    """Write records as JSON Lines, and read them."""

    def read(records, **columns):
        usual = {"question": "What is it?", "image": "a.png"}
        text = "".join(f"{json.dumps(usual | record)}\n" for record in records)
        (tmp_path / "test.jsonl").write_text(text, encoding="utf-8")
        corpus = Corpus(format="table", name="t", path=".", revision="r", license="mit", columns=Columns(**columns))
        return list(reader("table").read(corpus, tmp_path, "test"))

    return read


# ---------------------------------------------------------------------------------------------- several people


def test_what_most_people_said_is_the_gold_if_no_column_holds_one(read):
    records = [
        {"answers": ["dog", "cat", "The cat"]},
        {"answers": [{"answer": "2", "answer_confidence": "yes"}, {"answer": "two"}, {"answer": "3"}]},
        {"answers": "['yes' 'no'\n 'yes']"},
        {"answers": {"answer": ["a", "b", "b"], "answer_id": [1, 2, 3]}},
    ]
    rows = read(records, answer=None, answers="answers")
    assert [row.answer for row in rows] == ["cat", "2", "yes", "b"]
    assert rows[1].answers == ("2", "two", "3")


def test_a_tie_goes_to_the_answer_that_comes_first(read):
    rows = read([{"a": ["x", "y", "y", "x", "z"]}, {"a": ["y", "x"]}], answer=None, answers="a")
    assert [row.answer for row in rows] == ["x", "y"]


def test_annotators_without_an_answer_do_not_count(read):
    full, none, empty = read(
        [{"a": [None, float("nan"), "nan", "", "left", "NaN"]}, {"a": [None, "nan"]}, {"a": []}],
        answer=None,
        answers="a",
    )
    assert (full.answer, full.answers) == ("left", ("left",))
    assert none.problem == empty.problem == "no annotator answered"


def test_a_gold_by_majority_needs_the_column_of_annotators(read):
    with pytest.raises(BadInput, match=r"columns\.answers: `answer` is null"):
        list(map(raised, read([{}], answer=None)))


def test_a_majority_that_is_no_option_is_a_bad_row(read):
    (row,) = read([{"a": ["red", "red", "blue"], "o": ["blue", "green"]}], answer=None, answers="a", choices="o")
    with pytest.raises(BadInput, match="the gold answer is 'red'"):
        asked_of(row, TextRule())


def raised(row):
    """Raise what is wrong with a row."""
    if isinstance(row, BadInput):
        raise row
    return row


# --------------------------------------------------------------------------------------------------- no gold


@pytest.mark.parametrize("value", [None, float("nan"), "nan", "NaN", ""])
@pytest.mark.parametrize("options", [None, OPTIONS])
def test_a_missing_gold_is_never_published(read, value, options):
    (bad,) = read([{"answer": value, "o": options}], choices="o")
    assert bad.problem == "the answer is missing"
    assert "`answer: null`" in bad.remedy


def test_a_float_column_with_holes_is_read_up_to_its_holes(read, tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"question": ["How many?"] * 3, "image": ["a.png"] * 3, "answer": [2, None, 3.5]})
    corpus = Corpus(format="table", name="t", path=".", revision="r", license="mit")
    for name, write in {"a.parquet": frame.to_parquet, "b.csv": frame.to_csv}.items():
        write(tmp_path / name, index=False)
        first, hole, last = reader("table").read(corpus, tmp_path, name[0])
        assert (float(first.answer), float(last.answer)) == (2, 3.5)
        assert hole.problem == "the answer is missing"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_reader_can_publish_what_is_no_number(value):
    from twokeys.builder.read.cells import cell
    from twokeys.core.items import Row

    with pytest.raises(BadInput, match="of type float"):
        cell(Row("f", 1, "s", "1", "name:a", "q", value), "answer", value, TextRule())


# ------------------------------------------------------------------------------------------- letters, indices


@pytest.mark.parametrize("mark", ["B", "b", "B.", "(B)", "b)", " B: ", "B. blue", "(B) blue", "b) blue"])
def test_letters_in_any_dress(read, mark):
    (row,) = read([{"answer": mark, "o": OPTIONS}], choices="o", answer_is="letter")
    assert row.answer == "blue"


@pytest.mark.parametrize("mark", ["B. green", "D", "F", "E. red", "blue", "2", "BC"])
def test_a_letter_that_does_not_fit_is_a_bad_row(read, mark):
    (bad,) = read([{"answer": mark, "o": OPTIONS}], choices="o", answer_is="letter")
    assert isinstance(bad, BadInput)


@pytest.mark.parametrize(("said", "golds"), [("index", [0, 1, 2]), ("index from 1", [1, 2, 3])])
@pytest.mark.parametrize("as_", [int, str, float])
def test_indices_are_counted_as_the_recipe_says(read, said, golds, as_):
    rows = read([{"answer": as_(gold), "o": OPTIONS} for gold in golds], choices="o", answer_is=said)
    assert [row.answer for row in rows] == OPTIONS


def test_golds_that_run_from_1_are_not_taken_as_counted_from_0(read):
    records = [{"answer": gold, "o": OPTIONS} for gold in (1, 2, 3, 2)]
    with pytest.raises(BadInput, match="answer_is: index from 1"):
        read(records, choices="o", answer_is="index")


def test_nor_the_other_way_round(read):
    records = [{"answer": gold, "o": OPTIONS} for gold in (0, 2, 0)]
    with pytest.raises(BadInput, match="Write `answer_is: index` if"):
        read(records, choices="o", answer_is="index from 1")


def test_one_slip_beside_golds_that_count_right_is_a_bad_row(read):
    *rows, bad = read([{"answer": gold, "o": OPTIONS} for gold in (0, 1, 2, 3)], choices="o", answer_is="index")
    assert [row.answer for row in rows] == OPTIONS
    assert "the index of an option" in bad.allowed


@pytest.mark.parametrize(
    "golds",
    [["B", "A", "c"], ["(B)", "A."], [1, 0], ["1", "3"], [1.0, 2.0], [["A", "C"], "red"], ['["B"]'], ["red", "B"]],
)
def test_golds_that_could_be_letters_or_indices_are_asked_for_not_guessed(read, golds):
    records = [{"answer": gold, "o": OPTIONS} for gold in golds]
    with pytest.raises(BadInput, match=r"columns\.answer_is: .*no option, but could be") as error:
        read(records, choices="o")
    assert "index from 1" in error.value.allowed


def test_a_recipe_that_says_text_gets_bad_rows_instead(read):
    good, stray = read([{"answer": "red", "o": OPTIONS}, {"answer": "B", "o": OPTIONS}], choices="o", answer_is="text")
    assert good.answer == "red"
    with pytest.raises(BadInput, match="the gold answer is 'B'"):
        asked_of(stray, TextRule())


@pytest.mark.parametrize("options", [["2", "3", "1"], ["B", "A", "C"], [3, 2, 1], ["Red", "b", "a"]])
def test_options_that_are_letters_or_numbers_themselves_are_texts(read, options):
    rows = read([{"answer": gold, "o": options} for gold in options], choices="o")
    assert [row.answer for row in rows] == options


@pytest.mark.parametrize("gold", ["A", "3", "I"])
def test_an_open_gold_may_be_a_letter_or_a_number(read, gold):
    (row,) = read([{"answer": gold, "o": []}], choices="o")
    assert row.answer == gold


def test_options_in_columns_of_which_the_last_are_nan(read):
    record = {"A": "red", "B": "blue", "C": float("nan"), "D": "nan", "answer": "B"}
    (row,) = read([record], choices=["A", "B", "C", "D"], answer_is="letter")
    assert (row.choices, row.answer) == (("red", "blue"), "blue")


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize(
    ("scores", "gold"),
    [
        ({"artist": 1, "guell": 0.667, "toscano": 0.667}, "artist"),
        ({"high": 1, "high end": 1}, "high"),  # a tie: the first
        ({"ride": 0.5, "a race": 0.4, "race": 0.4}, "a race"),  # one normal form: 0.8
        ({"ride": 0, "race": 0.3}, "race"),
    ],
)
def test_soft_labels_give_the_answer_with_the_highest_score(tmp_path, form, scores, gold):
    record = {"question_id": 7, "sent": "Who designed it?", "label": scores, "img_id": "COCO_val2014_000000011511"}
    columns = Columns(question="sent", answer=None, answers="label", image="{img_id}.jpg", id="question_id")
    folder = tmp_path / "soft"
    folder.mkdir()
    if form == "json":
        (folder / "val.json").write_text(json.dumps([record]))
    else:
        pd.DataFrame([record | {"label": json.dumps(scores)}]).to_csv(folder / "val.csv", index=False)
    corpus = Corpus(format="table", name="soft", path="soft", revision="1", license="mit", columns=columns)
    (row,) = reader("table").read(corpus, folder, "val")
    assert (row.answer, row.answers, row.image) == (gold, (), "file:COCO_val2014_000000011511.jpg")


@pytest.mark.parametrize("scores", [{}, {"race": 0}, {"race": -1}, {"race": True}, {"race": "yes", "x": 1}])
def test_an_object_without_scores_is_a_bad_row(read, scores):
    (found,) = read([{"label": scores}], answer=None, answers="label")
    assert isinstance(found, BadInput)
    assert ("answered is the object" in found.problem) == (scores not in ({}, {"race": 0}))
