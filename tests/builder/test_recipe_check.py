"""`recipe check`: all that is wrong with a recipe at once, with the field and the nearest name."""

from __future__ import annotations

import json

import pytest
import yaml

from twokeys.builder.recipe import load
from twokeys.builder.recipe_check import check_recipe
from twokeys.core.errors import BadInput
from twokeys.data_cards.licences import HUB, LICENCES, misspelt

ROWS = [{"q": "Is it?", "a": "yes", "image": "1.png"}, {"q": "Is it so?", "a": "no", "image": "2.png"}]


@pytest.fixture
def write(tmp_path):
    """Write a recipe with changes; return its path."""
    (tmp_path / "t").mkdir()
    (tmp_path / "t/test.jsonl").write_text("\n".join(map(json.dumps, ROWS)))

    def written(corpus=None, columns=None, **fields):
        source = {
            "format": "table", "name": "c", "path": str(tmp_path / "t"), "revision": "1.0", "license": "mit",
            "homepage": "https://example.org", "images": "names",
            "columns": {"question": "q", "answer": "a"} | (columns or {}),
        }  # fmt: skip
        plan = {"name": "c", "title": "C", "language": "en", "corpora": [source | (corpus or {})]} | fields
        (tmp_path / "r.yaml").write_text(yaml.safe_dump(plan))
        return tmp_path / "r.yaml"

    return written


def told(path):
    return [str(problem) for problem in check_recipe(path).problems]


def test_a_good_recipe_has_neither_problems_nor_warnings(write):
    found = check_recipe(write())
    assert (found.good, found.problems, found.warnings) == (True, [], [])
    assert [(one.corpus, one.split, one.rows, one.bad) for one in found.splits] == [("c", "test", 2, [])]


def test_all_misspelt_fields_are_told_at_once_each_with_the_nearest_of_its_part(write):
    path = write({"licence": "mit"}, {"anser": "a", "separator": {}}, tittle="x", balance={"max_shere": 0.5})
    found = "\n".join(told(path))
    for wrong, meant in (
        ("corpora.0.licence", "license"),
        ("corpora.0.columns.anser", "answer"),
        ("corpora.0.columns.separator", "separators"),
        ("tittle", "title"),
        ("balance.max_shere", "max_share"),
    ):
        assert f"{wrong}: there is no field" in found
        assert f"did you mean {meant!r}" in found
    assert "Allowed: file, id, on" not in found
    with pytest.raises(BadInput, match="there is no field"):
        load(path)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rules": ["duplicate-itm", "contradicting-golds", "low-agreemnt"]}, "did you mean 'duplicate-item'"),
        ({"measure": {"baselines": ["question.tfdf"]}}, "did you mean 'question.tfidf'"),
        ({"pair": {"generators": ["question-edit"]}}, "did you mean 'question-edits'"),
        ({"pair": {"generators": ["question-edits"]}, "language": "de"}, "reads questions in en"),
        ({"audited": {"certify": ["question.nothing"]}}, "question.nothing"),
        ({"corpus": {"license": "cc-by"}}, "rite cc-by-4.0, or the version that the source states"),
        ({"corpus": {"path": "/nowhere/at/all"}}, "there is no such folder"),
        ({"corpus": {"splits": ["train"]}}, "there is no split 'train'"),
        ({"corpus": {"format": "tabel"}}, "did you mean 'table'"),
        ({"corpus": {"options": {"fils": "x"}}}, "options.fils"),
        ({"columns": {"answer": "aa"}}, "`columns.answer`|there is no field 'aa'"),
        ({"columns": {"where": {"a": "ja"}}}, "columns.where.a"),
        ({"columns": {"answer": "q", "values": {"q": {"x": "y"}}}}, "no row of the split 'test' can be used"),
        (
            {"corpus": {"images": "required"}},
            "no row of the split 'test' can be used; the image '1.png' cannot be read",
        ),
    ],
)
def test_whatever_a_build_would_stop_at_is_told(write, changes, problem):
    import re

    found = told(write(**changes))
    assert any(re.search(problem, one) for one in found), found


def test_every_wrong_rule_is_told(write):
    assert len(told(write(rules=["duplicate-itm", "contradicting-golds", "low-agreemnt"]))) == 2


def test_bad_rows_are_counted_where_the_recipe_sets_them_aside_and_a_problem_where_it_stops(write):
    columns = {"values": {"a": {"yes": "ja"}}}
    found = check_recipe(write(columns=columns, bad_rows="set aside"))
    assert (found.good, len(found.splits[0].bad)) == (True, 1)
    assert not check_recipe(write(columns=columns)).good


def test_a_row_of_more_images_than_an_item_may_have_is_bad_as_in_a_build(write, tmp_path):
    plan = write(columns={"image": "i"}, images={"max_per_item": 2}, bad_rows="set aside")
    names = ["1.png", "2.png", "3.png"]
    lines = [json.dumps({"q": "Which?", "a": "x", "i": names[:n]}) for n in (1, 2, 3)]
    (tmp_path / "t/test.jsonl").write_text("\n".join(lines))
    (split,) = check_recipe(plan).splits
    assert (split.rows, [bad.problem for bad in split.bad]) == (3, ["the row has 3 images"])


def test_what_is_not_filled_in_is_a_warning(write):
    found = check_recipe(write({"license": "unknown", "revision": "unknown", "homepage": ""}, language=[]))
    assert found.good
    assert [part for part in ("language", "licence", "revision", "homepage") if part in " ".join(found.warnings)] == [
        "language", "licence", "revision", "homepage"
    ]  # fmt: skip


def test_a_revision_that_nobody_looked_up_is_a_warning(tmp_path):
    assert any("revision is unchecked" in one for one in check_recipe("mmvp", tmp_path).warnings)


def test_no_recipe_at_all_is_bad_input(tmp_path):
    (tmp_path / "x.yaml").write_text("a: [")
    for name, problem in (("x.yaml", "no YAML"), ("y.yaml", "no such recipe")):
        with pytest.raises(BadInput, match=problem):
            check_recipe(tmp_path / name)


@pytest.mark.parametrize("text", ["", "7", "[]", "name: [", "- a", "{}"])
def test_what_is_no_mapping_is_told_too(tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)
    try:
        found = check_recipe(tmp_path / "x.yaml")
    except BadInput:
        return
    assert not found.good


def test_every_id_of_ours_is_good_in_any_case_and_what_nobody_knows_is_not():
    for name in (*HUB, *(known.spdx for known in LICENCES.values()), "MIT", "CC-BY-4.0"):
        assert misspelt(name) is None
    for name, remedy in (
        ("cc-by", "cc-by-4.0"),
        ("cc-by-nc", "cc-by-nc-4.0"),
        ("apache2", "apache-2.0"),
        ("own-terms", "other"),
    ):
        assert remedy in (misspelt(name) or ("", ""))[1]


@pytest.mark.parametrize("name", ["pope", "sugarcrepe", "vqa-rad"])
def test_recipes_that_ship_are_good_as_far_as_no_file_is_needed(name):
    assert all("TWOKEYS_CORPORA" in one or "no such folder" in one for one in told(name))
