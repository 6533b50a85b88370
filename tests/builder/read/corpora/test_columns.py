"""What a recipe may say of a table's columns: templates, meanings, filters, second files, separators, paths."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.read.corpora import reader
from twokeys.builder.recipe import Columns, Corpus, load
from twokeys.builder.sources import ImageColumns
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule
from twokeys.core.templates import filled, names_in

ROWS = [
    {"id": "1", "hint": "It is night.", "q": "Is it dark?", "a": "1", "lang": "en", "o": "x|y"},
    {"id": "2", "hint": "", "q": "Is it red?", "a": "0", "lang": "de", "o": "x|z"},
    {"id": "3", "hint": "", "q": "Is it big?", "a": "0", "lang": "en", "o": ""},
]
NAMES = {"question": "q", "answer": "a", "image": "{id}.png"}


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def read(tmp_path):
    """Write files, read all rows of a table."""

    def rows(files, columns=None, **fields):
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
            if isinstance(content, pa.Table):
                pq.write_table(content, tmp_path / name)
            else:
                (tmp_path / name).write_text(content, encoding="utf-8")
        columns = Columns.model_validate(NAMES | (columns or {}))
        corpus = Corpus(format="table", name="mine", path=".", revision="r", license="mit", columns=columns, **fields)
        form = reader("table")
        rows.files = sorted(path.name for path in form.files(corpus, tmp_path))
        splits = corpus.splits or form.splits(corpus, tmp_path)
        return [row for split in splits for row in form.read(corpus, tmp_path, split)]

    return rows


def test_a_question_from_two_columns_leaves_no_trace_of_an_empty_one(read):
    columns = {"question": "{hint} {q}"}
    rows = read({"test.csv": as_csv(ROWS)}, columns)
    assert [TextRule()(row.question) for row in rows] == ["It is night. Is it dark?", "Is it red?", "Is it big?"]


def test_a_part_of_a_question_is_left_out_with_its_words_where_its_column_is_empty(read):
    rows = read({"test.csv": as_csv(ROWS)}, {"question": ["Hint: {hint}", "q"]})
    assert [row.question for row in rows] == ["Hint: It is night.\nIs it dark?", "Is it red?", "Is it big?"]


@pytest.mark.parametrize("ids", [["1", "2", "3"], [1, 2, 3], [1.0, 2.0, 3.0]])
def test_a_template_names_image_files_whatever_the_type_of_the_column(read, ids):
    rows = [row | {"id": number} for row, number in zip(ROWS, ids, strict=True)]
    for files in ({"test.jsonl": "\n".join(map(json.dumps, rows))}, {"test.parquet": pa.Table.from_pylist(rows)}):
        found = read(files, {"image": "photos/{lang}/{id}.png"}, options={"files": next(iter(files))})
        assert [row.image for row in found] == [
            "file:photos/en/1.png", "file:photos/de/2.png", "file:photos/en/3.png"
        ]  # fmt: skip


def test_a_value_in_a_template_cannot_lead_out_of_the_folder(read):
    for name in ("../../etc/x", "/etc/x"):
        (bad,) = read({"test.csv": as_csv([ROWS[0] | {"id": name}])}, {"image": "{id}"})
        assert bad.allowed == "a path inside the image folder"


def test_an_image_without_its_column_is_a_bad_row_and_a_bare_number_gets_a_template(read):
    (bad,) = read({"test.csv": as_csv([ROWS[0] | {"id": ""}])})
    assert bad.problem == "the image is None"
    (bad, *_) = read({"test.csv": as_csv(ROWS)}, {"image": "id"})
    assert "image: '{id}.jpg'" in bad.remedy


@given(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=3))
def test_a_template_is_plain_substitution_whatever_the_values_hold(values):
    assert filled("{a}-{b}{{c}}", values.__getitem__) == values["a"] + "-" + values["b"] + "{c}"


@pytest.mark.parametrize("text", ["{", "}", "a{b", "{a}}", "{{a}", "{a{b}}"])
def test_a_brace_without_a_partner_is_refused_in_the_recipe(text):
    with pytest.raises(ValueError, match="brace"):
        names_in(text)
    with pytest.raises(ValueError, match="brace"):
        Columns(image=text)


def test_a_question_that_all_rows_share_is_a_template_without_a_column(read):
    columns = {"question": "Which {{one}}?{}", "answer": "yes{}"}
    assert [(row.question, row.answer) for row in read({"test.csv": as_csv(ROWS)}, columns)] == [
        ("Which {one}?", "yes")
    ] * 3
    parts = read({"test.csv": as_csv(ROWS)}, {"question": ["hint", "Is it?{}"]})
    assert [row.question for row in parts] == ["It is night.\nIs it?", "Is it?", "Is it?"]


@pytest.mark.parametrize("text", ["{q.__class__}", "{q!r}", "{q:>10}", "{q[0]}", "{0}"])
def test_nothing_in_a_template_is_an_attribute_or_a_format(read, text):
    lines = "\n".join(map(json.dumps, ROWS))
    rows = read({"test.jsonl": lines}, {"question": text}, options={"files": "test.jsonl"})
    assert all("there is no field" in row.problem for row in rows)


def test_values_mean_what_the_recipe_says_as_text_number_and_truth(read):
    for ending in ("jsonl", "csv"):
        for no, yes in ((0, 1), ("0", "1"), (0.0, 1.0)):
            rows = [row | {"a": yes if row["a"] == "1" else no} for row in ROWS]
            text = as_csv(rows).replace("1.0", "1").replace("0.0", "0")
            text = "\n".join(map(json.dumps, rows)) if ending == "jsonl" else text
            columns = {"values": {"a": {0: "no", 1: "yes"}}}
            found = read({f"t.{ending}": text}, columns, options={"files": f"t.{ending}"})
            assert [row.answer for row in found] == ["yes", "no", "no"]


@pytest.mark.parametrize("spelling", ["True", "true", True])
def test_truth_values_are_told_in_every_spelling(read, spelling):
    lines = json.dumps(ROWS[0] | {"a": spelling})
    (row,) = read({"t.jsonl": lines}, {"values": {"a": {True: "yes", False: "no"}}})
    assert row.answer == "yes"


def test_a_value_that_the_recipe_does_not_list_is_a_bad_row(read):
    good, bad, _ = read({"test.csv": as_csv(ROWS)}, {"values": {"a": {1: "yes", 2: "no"}}})
    assert good.answer == "yes"
    assert (bad.problem, bad.allowed) == ("the column 'a' holds '0'", "1 | 2")


def test_meanings_and_separators_of_columns_that_nothing_reads_are_faults_of_the_recipe(read):
    for field, given_ in (("values", {"aa": {"0": "no"}}), ("separators", {"aa": "|"})):
        with pytest.raises(BadInput, match=rf"mine, columns\.{field}: no field .*'aa'.*did you mean 'a'"):
            read({"test.csv": as_csv(ROWS)}, {field: given_})
    with pytest.raises(ValueError, match="lists a value twice"):
        Columns.model_validate({"values": {"a": {1: "x", "1": "y"}}})


def test_yes_and_no_in_a_recipe_are_words_where_values_are_meant(tmp_path):
    text = (
        "name: x\ntitle: X\ncorpora:\n- format: table\n  name: c\n  path: .\n  revision: r\n  license: mit\n"
        "  columns: {values: {a: {0: no, 1: yes, 2: off, t: true}}, where: {b: [yes, No, true]}}\neval: yes\n"
    )
    (tmp_path / "r.yaml").write_text(text)
    recipe = load(tmp_path / "r.yaml")
    assert recipe.corpora[0].columns.values == {"a": {"0": "no", "1": "yes", "2": "off", "t": "true"}}
    assert recipe.corpora[0].columns.where == {"b": ["yes", "No", "true"]}
    assert recipe.eval is True


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({"lang": "en"}, ["1", "3"]),
        ({"lang": ["en", "de"]}, ["1", "2", "3"]),
        ({"lang": "en", "hint": ""}, ["3"]),
        ({"hint": None}, ["2", "3"]),
        ({"id": [1, 2]}, ["1", "2"]),
    ],
)
def test_a_filter_reads_the_rows_with_the_values(read, where, ids):
    rows = read({"test.csv": as_csv(ROWS)}, {"where": where, "id": "id"})
    assert [row.source_id for row in rows] == ids


def test_rows_that_a_filter_leaves_out_keep_the_counted_ids_of_the_others(read):
    assert [row.source_id for row in read({"test.csv": as_csv(ROWS)}, {"where": {"lang": "en"}})] == ["1", "3"]


def test_a_filter_that_nothing_passes_tells_the_values_that_are_there(read):
    with pytest.raises(BadInput, match=r"columns\.where\.lang: no row has 'eng'.*as en, de.*did you mean 'en'"):
        read({"test.csv": as_csv(ROWS)}, {"where": {"lang": "eng"}})
    with pytest.raises(BadInput, match=r"columns\.where\.lange of the recipe|`columns\.where\.lange`"):
        read({"test.csv": as_csv(ROWS)}, {"where": {"lange": "en"}})
    with pytest.raises(ValueError, match="value or a list"):
        Columns.model_validate({"where": {"a": {"b": 1}}})


def test_rows_with_an_empty_column_are_left_out_by_filled_also_an_embedded_image(read):
    assert len(read({"test.csv": as_csv(ROWS)}, {"filled": ["hint"]})) == 1
    images = [{"bytes": b"x", "path": None}, None, {"bytes": None, "path": None}]
    table = pa.table({"q": list("abc"), "a": list("abc"), "img": images})
    (row,) = read({"t.parquet": table}, {"filled": ["img"], "image": "img"}, options={"files": "t.parquet"})
    assert row.image == "parquet:t.parquet#img#0"


def test_a_filter_and_a_split_column_go_together(read):
    rows = read({"all.csv": as_csv(ROWS)}, {"split": "lang", "where": {"a": "0"}})
    assert [(row.split, row.source_id) for row in rows] == [("de", "2"), ("en", "3")]


def test_splits_may_be_told_by_a_template_and_by_meanings(read):
    columns = {"split": "{lang}_{a}", "values": {"a": {"0": "n", "1": "y"}}}
    assert [row.split for row in read({"all.csv": as_csv(ROWS)}, columns)] == ["en_y", "de_n", "en_n"]


GOLDS = [{"qid": 2, "gold": "cat"}, {"qid": 1, "gold": "dog"}, {"qid": 3, "gold": "cow"}, {"qid": 9, "gold": "-"}]
JOINED = {"joined": {"golds": {"file": "golds.jsonl", "id": "qid", "on": "id"}}, "answer": "golds.gold"}


def test_golds_of_a_second_file_are_found_by_id(read):
    files = {"test.csv": as_csv(ROWS), "golds.jsonl": "\n".join(map(json.dumps, GOLDS))}
    rows = read(files, JOINED, options={"files": "test.csv"})
    assert [row.answer for row in rows] == ["dog", "cat", "cow"]
    assert read.files == ["golds.jsonl", "test.csv"], "what the rows follow from is hashed"


def test_an_id_that_the_second_file_has_twice_or_not_is_a_bad_row(read):
    golds = "\n".join(map(json.dumps, [GOLDS[0], GOLDS[1], GOLDS[1]]))
    files = {"test.csv": as_csv(ROWS), "golds.jsonl": golds}
    twice, good, nowhere = read(files, JOINED, options={"files": "test.csv"})
    assert good.answer == "cat"
    assert "the id '1' of 'id' stands twice in golds.jsonl" in twice.problem
    assert "the id '3' of 'id' stands nowhere in golds.jsonl" in nowhere.problem


def test_an_id_that_the_second_file_lacks_is_told_in_the_split_of_its_row(read):
    files = {"test.csv": as_csv(ROWS), "golds.jsonl": json.dumps(GOLDS[1])}
    rows = read(files, JOINED | {"split": "lang"}, options={"files": "test.csv"})
    assert [row.row for row in rows if isinstance(row, BadInput)] == [3, 2], "first the split en, then de"


def test_second_files_may_be_named_by_split_and_their_columns_filter(read):
    files = {
        "a.csv": as_csv(ROWS),
        "golds.jsonl": "\n".join(map(json.dumps, GOLDS)),
        "other.jsonl": "\n".join(json.dumps(gold | {"gold": "x"}) for gold in GOLDS),
    }
    columns = JOINED | {
        "joined": {"golds": {"file": {"t": "golds.jsonl", "u": "other.jsonl"}, "id": "qid", "on": "id"}}
    }
    options = {"files": {"t": "a.csv", "u": "a.csv"}}
    rows = read(files, columns | {"where": {"golds.gold": ["x", "cow"], "lang": "en"}}, options=options)
    assert [(row.split, row.answer) for row in rows] == [("t", "cow"), ("u", "x"), ("u", "x")]
    with pytest.raises(BadInput, match="no file for the split 't'"):
        read(files, JOINED | {"joined": {"golds": {"file": {"u": "x"}, "id": "id"}}}, options=options)


def test_images_may_be_named_by_a_second_file_and_a_template_of_it(read):
    files = {"test.csv": as_csv(ROWS), "i.csv": as_csv([{"key": row["id"], "folder": "f"} for row in ROWS])}
    columns = {"joined": {"at": {"file": "i.csv", "id": "key", "on": "id"}}, "image": "{at.folder}/{id}.png"}
    rows = read(files, columns, options={"files": "test.csv"})
    assert [row.image for row in rows] == ["file:f/1.png", "file:f/2.png", "file:f/3.png"]
    with pytest.raises(BadInput, match=r"i\.csv, header: there is no column folders, which `columns\.image`"):
        read(files, columns | {"image": "{at.folders}.png"}, options={"files": "test.csv"})


def test_an_empty_list_is_an_empty_cell_and_no_value_at_all_is_no_filter(read):
    lines = "\n".join(json.dumps(row | {"tags": tags}) for row, tags in zip(ROWS, ([], ["a"], None), strict=True))
    assert [row.row for row in read({"t.jsonl": lines}, {"where": {"tags": ""}})] == [1, 3]
    with pytest.raises(ValueError, match="lists no value"):
        Columns.model_validate({"where": {"tags": []}})


def test_a_pool_s_template_is_checked_in_the_recipe_too():
    with pytest.raises(ValueError, match="brace"):
        ImageColumns(image="{id.png")
    assert ImageColumns(image="{id}.png", links=["{a}/{b}"]).image == "{id}.png"


@pytest.mark.parametrize("file", ["../x.csv", "/etc/passwd", "", "nowhere.csv"])
def test_a_second_file_lies_in_the_folder(read, file):
    with pytest.raises(BadInput, match=r"leads elsewhere|names no file|there is no such file"):
        read({"test.csv": as_csv(ROWS)}, {"joined": {"g": {"file": file, "id": "id"}}}, options={"files": "test.csv"})


def test_a_column_that_the_second_file_lacks_is_told_with_the_field_of_the_recipe(read):
    files = {"test.csv": as_csv(ROWS), "g.csv": as_csv([{"id": "1", "gold": "x"}])}
    columns = {"joined": {"g": {"file": "g.csv", "id": "id"}}, "answer": "g.golds"}
    with pytest.raises(BadInput, match=r"g\.csv, header: .*golds, which `columns\.answer`.*did you mean 'gold'"):
        read(files, columns, options={"files": "test.csv"})


@pytest.mark.parametrize("between", ["|", ";", " / ", ", ", "\t"])
def test_any_separator_parts_a_list(read, between):
    row = ROWS[0] | {"o": between.join(["red", "green ", "blue"]), "a": "B"}
    columns = {"choices": "o", "answer_is": "letter", "separators": {"o": between}}
    (found,) = read({"test.csv": as_csv([row])}, columns)
    assert (found.choices, found.answer) == (("red", "green", "blue"), "green")


def test_golds_and_answers_are_parted_too(read):
    columns = {"answers": "o", "answer": "a", "separators": {"o": "|", "a": "|"}}
    (found,) = read({"test.csv": as_csv([ROWS[0] | {"a": "x|y"}])}, columns)
    assert (found.answer, found.answers) == (["x", "y"], ("x", "y"))


def test_lists_of_lists_are_flat_as_answers_and_links_and_name_a_member_as_options(read):
    record = {"id": 1, "q": "Q?", "a": "A", "n": [["yes"], ["no", "yes"]], "o": [["A", "cat"], ["B", "dog"]]}
    line = {"t.jsonl": json.dumps(record)}
    (row,) = read(line, {"answers": "n", "links": ["n"]})
    assert (row.answers, row.links) == (("yes", "no", "yes"), ("mine:n:yes", "mine:n:no", "mine:n:yes"))
    (bad,) = read(line, {"choices": "o", "answer_is": "letter"})
    assert "o.*.1" in bad.remedy
    (row,) = read(line, {"choices": "o.*.1", "answer_is": "letter"})
    assert (row.choices, row.answer) == (("cat", "dog"), "cat")
    (row,) = read({"t.jsonl": json.dumps(record | {"o": [["cat"], ["dog"]]})}, {"choices": "o", "answer_is": "letter"})
    assert row.choices == ("cat", "dog")


def test_a_number_picks_a_member_of_a_list(read):
    turns = [{"from": "human", "value": "Is it?"}, {"from": "gpt", "value": "yes"}]
    columns = {"question": "turns.0.value", "answer": "turns.1.value"}
    (row,) = read({"t.jsonl": json.dumps({"id": 1, "turns": turns})}, columns)
    assert (row.question, row.answer) == ("Is it?", "yes")
    (bad,) = read({"t.jsonl": json.dumps({"id": 1, "turns": turns[:1]})}, columns)
    assert "there is no field 'turns.1.value'" in bad.problem


def test_a_link_over_several_columns_needs_all_of_them(read):
    rows = read({"test.csv": as_csv(ROWS)}, {"links": ["{lang}/{hint}", "{lang}/{a}"]})
    assert [row.links for row in rows] == [
        ("mine:{lang}/{hint}:en/It is night.", "mine:{lang}/{a}:en/1"),
        ("mine:{lang}/{a}:de/0",),
        ("mine:{lang}/{a}:en/0",),
    ]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("columns.question.1", {"question": ["q", "{hintt}"]}),
        ("columns.choices.0", {"choices": ["hintt", "lang"]}),
        ("columns.image", {"image": "{hintt}.png"}),
        ("columns.links.0", {"links": ["hintt"]}),
        ("columns.filled.0", {"filled": ["hintt"]}),
        ("options.meta", {}),
    ],
)
def test_a_misspelt_column_is_told_with_its_field_the_columns_at_hand_and_a_hint(read, ending, field, columns):
    files = {f"t.{ending}": as_csv(ROWS) if ending == "csv" else pa.Table.from_pylist(ROWS)}
    options = {"files": f"t.{ending}"} | ({} if columns else {"meta": ["hintt"]})
    with pytest.raises(BadInput) as caught:
        read(files, columns, options=options)
    assert f"`{field}`" in caught.value.problem
    assert caught.value.allowed == "id, hint, q, a, lang, o"
    assert "did you mean 'hint'" in caught.value.remedy


JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()))


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("id", "hint", "q", "a", "lang", "o"), JUNK)), min_size=1))
def test_whatever_the_cells_hold_is_a_row_or_a_problem(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("junk")
    (folder / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    columns = NAMES | {
        "question": ["{hint}", "q"],
        "id": "{lang}-{id}",
        "links": ["{a}/{o}", "o"],
        "values": {"a": {"0": "no"}},
        "separators": {"o": "|"},
        "answers": "o",
    }
    corpus = Corpus(
        format="table", name="m", path=".", revision="r", license="mit", columns=Columns.model_validate(columns)
    )
    assert len(list(reader("table").read(corpus, folder, "t"))) == len(rows)


PARTS = {"image": "{i.0}/{i.0}-{i.1}.png", "id": "i", "separators": {"i": "-"}, "links": ["{i.0}"]}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_number_picks_a_part_of_a_text_with_a_separator_in_any_file(read, form):
    record = {"i": "dev-850-0", "q": "Q?", "a": "A"}
    content = {
        "csv": as_csv([record]), "jsonl": json.dumps(record), "parquet": pa.Table.from_pylist([record]),
    }  # fmt: skip
    (row,) = read({f"t.{form}": content[form]}, PARTS)
    assert (row.source_id, row.image, row.links) == ("dev-850-0", "file:dev/dev-850.png", ("mine:{i.0}:dev",))


def test_a_part_that_is_not_there_is_a_bad_row_and_a_misspelt_column_a_fault_of_the_recipe(read):
    rows = [{"i": "dev", "q": "Q?", "a": "A"}, {"i": "a-b", "q": "Q?", "a": "A"}]
    first, second = read({"t.csv": as_csv(rows)}, PARTS)
    assert "there is no field 'i.1'" in str(first)
    assert second.image == "file:a/a-b.png"
    misspelt = {"image": "{j.0}", "separators": {"j": "-"}}
    with pytest.raises(BadInput, match=r"there is no column j, which `columns\.image`"):
        read({"t.csv": as_csv(rows)}, misspelt)


def test_a_separated_column_of_a_second_file_has_parts_too(read):
    joined = {"g": {"file": "g.csv", "id": "id"}}
    columns = {"image": "{g.at.1}.png", "joined": joined, "separators": {"g.at": "/"}}
    files = {"test.csv": as_csv(ROWS[:1]), "g.csv": as_csv([{"id": "1", "at": "x/y"}])}
    (row,) = read(files, columns, options={"files": "test.csv"})
    assert row.image == "file:y.png"
