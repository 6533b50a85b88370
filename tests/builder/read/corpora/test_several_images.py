"""Tables whose items have several images: in several columns, in one cell, beside the table or inside it."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from PIL import Image

from tests.builder.read.corpora.conftest import lay_out
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import BadRows, read
from twokeys.builder.recipe import Columns, Corpus, Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput
from twokeys.core.items import image_key

TWO = ["image_1", "image_2"]


@pytest.fixture
def rows(tmp_path):
    """Write one table, read its rows."""

    def made(name, content, image, form="table", **fields):
        lay_out(tmp_path / "t" / name, content)
        columns = Columns(image=image)
        usual = {"name": "mine", "path": "t", "revision": "0" * 40, "license": "mit", "columns": columns}
        corpus = Corpus(format=form, **usual, **fields)
        root = reader(form).root(corpus, tmp_path)
        return [row for split in reader(form).splits(corpus, root) for row in reader(form).read(corpus, root, split)]

    return made


def locators(rows):
    return [str(row) if isinstance(row, BadInput) else row.images for row in rows]


def lines(*records):
    return "".join(json.dumps({"question": "Same?", "answer": "yes"} | record) + "\n" for record in records)


def test_several_columns_give_the_images_in_the_order_of_the_columns(rows):
    content = lines({"image_1": "a.png", "image_2": "b.png"}, {"image_1": "b.png", "image_2": "a.png"})
    assert locators(rows("test.jsonl", content, TWO)) == [("file:a.png", "file:b.png"), ("file:b.png", "file:a.png")]
    assert locators(rows("test.jsonl", content, TWO[::-1]))[0] == ("file:b.png", "file:a.png")


@pytest.mark.parametrize("empty", ["", None, []])
def test_empty_cells_are_passed_over(rows, empty):
    content = lines({"image_1": "a.png", "image_2": empty}, {"image_1": empty, "image_2": "b.png"})
    assert [row.image for row in rows("test.jsonl", content, TWO)] == ["file:a.png", "file:b.png"]


@pytest.mark.parametrize("question", ["<image 2>?", "Is <img1> older than <img2>?"])
@pytest.mark.parametrize("kind", ["names", "bytes", "list", "list of bytes"])
def test_a_number_behind_an_empty_place_is_bad_for_it_may_mean_two_images(rows, kind, question):
    held = {"names": ["a.png", "b.png"], "bytes": [{"bytes": b"a"}, {"bytes": b"b"}]}[
        "bytes" if "bytes" in kind else "names"
    ]
    full, gap = [*held, None], [None, *held]
    if "list" in kind:
        cells, names = {"image": [full, gap]}, "image"
    else:
        names = ["image_1", "image_2", "image_3"]
        cells = {name: list(places) for name, places in zip(names, zip(full, gap, strict=True), strict=True)}
    good, bad = rows("t.parquet", pa.table({"question": [question] * 2, "answer": ["yes", "no"]} | cells), names)
    assert len(good.images) == 2
    assert isinstance(bad, BadInput)
    assert "image 1 is missing before other images" in bad.problem


def test_a_number_before_an_empty_place_names_its_image(rows):
    content = lines({"question": "<image 1>?", "image_1": "a.png", "image_2": "", "image_3": "c.png"})
    assert locators(rows("t.jsonl", content, [*TWO, "image_3"])) == [("file:a.png", "file:c.png")]


def test_a_row_without_any_image_is_bad(rows):
    found = rows("test.jsonl", lines({"image_1": None, "image_2": ""}), TWO)
    assert "test.jsonl, row 1: the row has no image in image_1, image_2" in locators(found)[0]
    assert "has no image in image" in locators(rows("test.jsonl", lines({"image": []}), "image"))[0]


CELLS = {
    "jsonl": lines({"image": ["a.png", None, "b.png"]}),
    "csv": 'question,answer,image\nSame?,yes,"[""a.png"", """", ""b.png""]"\n',
    "parquet": pa.table({"question": ["Same?"], "answer": ["yes"], "image": [["a.png", None, "b.png"]]}),
}


@pytest.mark.parametrize("ending", CELLS)
def test_one_cell_may_hold_a_list(rows, ending):
    assert locators(rows(f"test.{ending}", CELLS[ending], "image")) == [("file:a.png", "file:b.png")]


def test_lists_in_several_columns_follow_each_other(rows):
    content = lines({"image_1": ["a.png", "b.png"], "image_2": "c.png"})
    assert locators(rows("test.jsonl", content, TWO)) == [("file:a.png", "file:b.png", "file:c.png")]


def test_a_name_in_brackets_is_a_name(rows):
    assert locators(rows("test.jsonl", lines({"image": "[1].png"}), "image")) == [("file:[1].png",)]


def test_a_list_leads_no_further_than_a_name_does(rows):
    found = rows("test.jsonl", lines({"image": ["a.png", "../b.png"]}), "image")
    assert "a path inside the image folder" in locators(found)[0]


def embedded(*cells):
    return [None if cell is None else {"bytes": cell, "path": None} for cell in cells]


@pytest.mark.parametrize("form", ["table", "hf"])
def test_embedded_images_of_several_columns(rows, tmp_path, form):
    table = pa.table({
        "question": ["<image 1>?", "<image 1> or <image 2>?", "Is it?"], "answer": ["yes"] * 3,
        "image_1": embedded(b"a", b"b", None), "image_2": embedded(None, b"c", b"d"),
    })  # fmt: skip
    found = rows("test.parquet", table, TWO, form)
    assert [[read_bytes(one, tmp_path / "t") for one in row.images] for row in found] == [[b"a"], [b"b", b"c"], [b"d"]]


@pytest.mark.parametrize("kind", [list, lambda cell: embedded(*cell)])
def test_embedded_images_in_lists(rows, tmp_path, kind):
    cells = [[b"a", b"b"], [b"c"], [b"d", None, b"e"], []]
    table = pa.table({"question": ["?"] * 4, "answer": ["yes"] * 4, "image": [kind(cell) for cell in cells]})
    *good, bad = rows("test.parquet", table, "image")
    found = [[read_bytes(one, tmp_path / "t") for one in row.images] for row in good]
    assert found == [[b"a", b"b"], [b"c"], [b"d", b"e"]]
    assert isinstance(bad, BadInput)


def test_a_row_that_names_an_image_too_many_is_bad(rows):
    content = lines({"question": "What is in <image 2>?", "image_1": "a.png", "image_2": None})
    told = locators(rows("test.jsonl", content, TWO))[0]
    assert told.startswith("test.jsonl, row 1: the row names <image 2>, and the item has one image")


@pytest.fixture
def reading(tmp_path):
    """Write three images and rows about them, and read them as a build does."""

    def made(*records, **changes):
        folder = tmp_path / "c"
        folder.mkdir(exist_ok=True)
        for number, name in enumerate("abc"):
            Image.new("RGB", (20 + number, 30 - number), (0, 90 * number, 7)).save(folder / f"{name}.png")
        (folder / "test.jsonl").write_text(lines(*records), encoding="utf-8")
        corpus = {
            "format": "table", "name": "c", "path": "c", "revision": "r", "license": "mit", "columns": {},
        }  # fmt: skip
        plan = Recipe.model_validate({"name": "c", "title": "c", "corpora": [corpus]} | changes)
        return read(Run(tmp_path / "run"), plan, [find(one, tmp_path) for one in plan.corpora])

    return made


def test_items_hold_the_keys_of_their_images_and_one_key_of_all(reading):
    lists = [
        ["a.png"],
        "a.png",
        ["a.png", "b.png"],
        ["b.png", "a.png"],
        ["a.png", "a.png"],
        ["a.png", "b.png", "c.png"],
    ]
    found = reading(*({"image": one, "question": f"{n}?"} for n, one in enumerate(lists)))
    items = found.items
    b, a = items["image_keys"].loc[items["source_id"] == "4"].iloc[0]
    of = dict(zip(items["source_id"], items["image_key"], strict=True))
    assert [of[str(n)] for n in (1, 2, 3, 4, 5)] == [a, a, *map(image_key, ([a, b], [b, a], [a, a]))]
    assert len(set(of.values())) == 5
    assert items["image_keys"].map(len).tolist() == [1, 1, 2, 2, 2, 3]
    assert set(items["image_keys"].explode()) == set(found.pictures["image_key"])
    sizes = items.set_index("source_id")[["image_width", "image_height"]]
    assert sizes.loc["6"].tolist() == [20, 28]
    assert sizes.loc["3"].tolist() == [20, 29]


def test_one_missing_image_of_several_makes_the_row_bad(reading):
    with pytest.raises(BadRows, match=r"test.jsonl#1.*'missing.png' cannot be read"):
        reading({"image": ["a.png", "missing.png"]}, {"image": "a.png"})


def test_the_recipe_bounds_the_number_of_images(reading):
    assert len(reading({"image": ["a.png"] * 16}, {"image": "b.png"}).items) == 2
    with pytest.raises(BadRows, match=r"row 1: the row has 17 images.* at most 16.*images.max_per_item"):
        reading({"image": ["a.png"] * 17}, {"image": "b.png"})
    assert len(reading({"image": ["a.png"] * 17}, {"image": "b.png"}, images={"max_per_item": 17}).items) == 2
