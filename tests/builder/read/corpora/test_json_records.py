"""JSON in every form that people publish: its content tells which, not its ending."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.corpora.json_records import json_records
from twokeys.builder.read.corpora.opening import SourceFile, read_json
from twokeys.builder.read.corpora.shards import records
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput

ROWS = [{"question": "Is it red?", "answer": "yes"}, {"question": "Why?", "answer": "é\u2028"}]
KEYED = {"7": ROWS[0], "12": ROWS[1]}
FORMS = {
    "lines": "".join(f"{json.dumps(row)}\n" for row in ROWS),
    "lines without an end": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
    "lines with gaps": "\r\n\r\n".join(json.dumps(row) for row in ROWS),
    "a list": json.dumps(ROWS),
    "a list, indented": json.dumps(ROWS, indent=4),
    "a list, a record a line": "[\n" + ",\n".join(json.dumps(row) for row in ROWS) + "\n]",
    "objects, indented": "\n".join(json.dumps(row, indent=2) for row in ROWS),
    "under a key": json.dumps({"dataset_type": "val", "info": {"year": 2019}, "data": ROWS}),
    "under a key, a record a line": '{"data": [\n' + ",\n".join(json.dumps(row) for row in ROWS) + "\n]}",
    "under a key, indented": json.dumps({"data": ROWS}, indent="\t"),
    "by columns": json.dumps({name: [row[name] for row in ROWS] for name in ROWS[0]}),
    "as pandas writes it": pd.DataFrame(ROWS).to_json(),
}


def read(tmp_path, data, ending="json", at=None, wanted=("question", "answer")):
    path = tmp_path / f"file.{ending}"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [record for _, record in json_records(SourceFile(path, path.name, at), list(wanted))]


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records_under_any_ending(tmp_path, form, ending):
    data = FORMS[form].encode()
    assert read(tmp_path, data, ending) == ROWS
    assert read(tmp_path, b"\xef\xbb\xbf" + data, ending) == ROWS
    assert read(tmp_path, gzip.compress(data), ending) == ROWS
    assert read(tmp_path, pa.compress(data, codec="zstd", asbytes=True), ending) == ROWS


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_an_object_of_records_keeps_their_keys(tmp_path, indent):
    """ScienceQA's problems.json: the key is the problem's id."""
    assert read(tmp_path, json.dumps(KEYED, indent=indent)) == [{"key": "7"} | ROWS[0], {"key": "12"} | ROWS[1]]
    own = {"7": ROWS[0] | {"key": "mine"}}
    assert read(tmp_path, json.dumps(own, indent=indent))[0]["key"] == "mine"


@pytest.mark.parametrize("at", ["data", "data.val"])
def test_the_recipe_names_the_key(tmp_path, at):
    inner = {"val": ROWS, "train": ROWS[:1]}
    document = {"data": inner if at == "data.val" else ROWS, "other": [{"x": 1}]}
    assert read(tmp_path, json.dumps(document), at=at) == ROWS
    keyed = {"data": {"val": KEYED} if at == "data.val" else KEYED}
    assert [row["key"] for row in read(tmp_path, json.dumps(keyed), at=at)] == ["7", "12"]


def test_a_key_that_holds_a_dot_is_found_as_it_is(tmp_path):
    assert read(tmp_path, json.dumps({"a.b": ROWS}), at="a.b") == ROWS


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"questions": ROWS, "annotations": ROWS}, "questions and annotations hold lists of records"),
        ({"a": 1, "b": "x"}, "the keys a, b"),
        ({"a": {"1": ROWS[0]}, "b": 2}, "the keys a, b"),
        ({"a": [1, 2]}, "the keys a"),
        ({}, "the keys"),
        ("text", "of type str"),
        (5, "of type int"),
    ],
)
def test_what_could_be_several_things_is_asked_for(tmp_path, document, problem):
    with pytest.raises(BadInput, match=problem) as error:
        read(tmp_path, json.dumps(document))
    assert "options: {records: KEY}" in error.value.remedy


@pytest.mark.parametrize("at", ["nope", "data.nope", "data.0", "info", ""])
def test_a_key_that_is_not_there_is_told_with_those_that_are(tmp_path, at):
    with pytest.raises(BadInput, match=r"options\.records"):
        read(tmp_path, json.dumps({"data": ROWS, "info": 3}), at=at)


def test_one_record_is_a_record_also_if_it_holds_objects(tmp_path):
    record = {"question": "Why?", "answer": {"text": "fun"}, "answers": [{"answer": "fun"}]}
    for text in (json.dumps(record), json.dumps(record, indent=2)):
        assert read(tmp_path, text, wanted=["question", "answer.text", "answers.answer"]) == [record]


def test_columns_of_other_lengths_are_no_table(tmp_path):
    assert read(tmp_path, json.dumps({"question": ["a", "b"], "answer": ["c"]})) == [
        {"question": ["a", "b"], "answer": ["c"]}
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_line_is_one_bad_row(tmp_path, place):
    lines = [json.dumps(row) for row in [*ROWS, *ROWS]]
    lines[place] = '{"question": "Is'
    rows = read(tmp_path, "\n".join(lines))
    assert [number for number, row in enumerate(rows) if isinstance(row, BadInput)] == [place]


@pytest.mark.parametrize("form", ["a list, indented", "objects, indented", "under a key", "as pandas writes it"])
def test_a_document_that_is_cut_is_no_shorter_one(tmp_path, form):
    with pytest.raises(BadInput, match="no JSON"):
        read(tmp_path, FORMS[form][:-5])


def test_members_that_are_no_records_are_bad_rows(tmp_path):
    good, bad = read(tmp_path, json.dumps([ROWS[0], "x"]))
    assert good == ROWS[0]
    assert bad.problem == "the entry is of type str"
    first, bad, last = read(tmp_path, json.dumps({"1": ROWS[0], "2": None, "3": ROWS[1]}))
    assert (first["key"], bad.row, last["key"]) == ("1", 2, "3")


@pytest.mark.parametrize("text", ["", " \n\n", "[]"])
def test_a_file_without_rows_is_unusable(tmp_path, text):
    with pytest.raises(BadInput, match="no rows"):
        read(tmp_path, text)


NAMES = st.text(min_size=1, max_size=4)
RECORDS = st.lists(
    st.fixed_dictionaries({"question": st.text(), "answer": st.text()}, optional={"n": st.integers()}), min_size=1
)


@given(records=RECORDS, indent=st.sampled_from([None, 0, 3]), escaped=st.booleans(), key=NAMES)
def test_whatever_the_records_they_are_read_back(records, indent, escaped, key, tmp_path_factory):
    folder = tmp_path_factory.mktemp("json")

    def text(value, **options):
        return json.dumps(value, ensure_ascii=escaped, **options)

    assert read(folder, text(records, indent=indent)) == records
    assert read(folder, "\n".join(text(record) for record in records)) == records
    assert read(folder, "\n".join(text(record, indent=indent) for record in records)) == records
    assert read(folder, text({key: records}, indent=indent), at=key) == records


@pytest.mark.parametrize("name", ["questions.gzip", "notes.txt", "data", "x.json.gzip", "x.jsonl.zstd"])
@pytest.mark.parametrize("form", ["lines", "a list, indented", "under a key"])
def test_a_file_that_the_recipe_names_may_end_as_it_likes(tmp_path, form, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(FORMS[form].encode()))
    assert [record for _, record in records(SourceFile(path, name), {"question": "q", "answer": "a"})] == ROWS


def test_what_does_not_begin_as_json_is_not_taken_for_it(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("question: why?")
    with pytest.raises(BadInput, match=r"the file ends in '\.txt'"):
        list(records(SourceFile(path, path.name), {}))


# ---------------------------------------------------------------------------------------------- a key twice

TWICE = '{"q": "Is it?", "a": "yes", "i": "1.png", "a": "no"}'
ONCE = '{"q": "Is it?", "a": "yes", "i": "1.png"}'


@pytest.mark.parametrize(
    "text",
    [f"{ONCE}\n{TWICE}\n{ONCE}\n", f"[{ONCE}, {TWICE}, {ONCE}]", f'{{"data": [{ONCE}, {TWICE}, {ONCE}]}}',
     f'{{"1": {ONCE}, "2": {TWICE}, "3": {ONCE}}}'],
)  # fmt: skip
def test_a_record_with_a_key_twice_is_a_bad_row_and_costs_no_other(tmp_path, text):
    found = rows_of(tmp_path, text)
    assert [isinstance(row, BadInput) for row in found] == [False, True, False]
    assert "an object holds the key 'a' twice" in found[1].problem
    assert found[1].row == 2


@pytest.mark.parametrize("inner", ['{"b": 1, "b": 2}', '[{"b": 1, "b": 2}]', '{"c": {"": 1, "": 1}}'])
def test_it_is_seen_at_any_depth(tmp_path, inner):
    found = rows_of(tmp_path, f'{ONCE}\n{ONCE[:-1]}, "more": {inner}}}\n')
    assert [isinstance(row, BadInput) for row in found] == [False, True]


@pytest.mark.parametrize(
    ("text", "records"),
    [(f'{{"1": {ONCE}, "1": {ONCE}}}', None), (f'{{"data": [{ONCE}], "data": [{ONCE}]}}', None),
     (f'{{"x": {{"data": [{ONCE}], "data": [{ONCE}]}}}}', "x.data"), (f'{{"x": {{"1": {ONCE}, "1": {ONCE}}}}}', "x")],
)  # fmt: skip
def test_what_holds_the_records_must_not_lose_any(tmp_path, text, records):
    with pytest.raises(BadInput, match=r"an object holds the key .* twice"):
        rows_of(tmp_path, text, records)


def test_official_files_are_refused(tmp_path):
    path = tmp_path / "f.json"
    path.write_text('{"questions": [], "questions": [1]}')
    with pytest.raises(BadInput, match="the key 'questions' twice"):
        read_json(SourceFile(path, "f.json"))


def rows_of(folder, text, records=None):
    (folder / "t.json").write_text(text)
    columns = Columns(question="q", answer="a", image="i")
    options = {} if records is None else {"records": records}
    corpus = Corpus(format="table", name="t", path=".", revision="r", license="mit", columns=columns, options=options)
    return list(reader("table").read(corpus, folder, "t"))
