"""Lists of images are one image side each, folds follow every image, and a cell that is no list is a bad row.

Claim: no predictor that sees the images of an item beats the image ceiling, items that share an image share a fold, and
whatever a cell holds, reading ends with rows and reasons.
Attack: the same images in another order, an image twice, lists of other lengths, one image shared by an item of one and
an item of two; questions that name an image that is not there; lists in lists and in broken text, lists of thousands,
members that lead out of the folder.
Before (c6c42d3): an item had one image; a list was no file name, and a question about `<image 2>` was published about
the first.
Now: each list is a vertex of its own, folds follow every image of a list, and such a row is a bad row with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from twokeys.builder.measure.groups import Links, group
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import Reading, read
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.ceilings import ceilings
from twokeys.core.item_images import images_of


def reading(folder: Path, cells: list[Any], run: str, questions: list[str] | None = None) -> Reading:
    """Read a question about each cell; answers take turns."""
    place = folder / "c"
    if not place.is_dir():
        place.mkdir(parents=True)
        for name in "abc":
            Image.new("RGB", (9, 9), (ord(name), 7, 200)).save(place / f"{name}.png")
    asked = questions or ["Is it so?"] * len(cells)
    rows = [
        {"image": cell, "question": question, "answer": ("yes", "no")[number % 2]}
        for number, (cell, question) in enumerate(zip(cells, asked, strict=True))
    ]
    (place / "test.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    corpus = {"format": "table", "name": "c", "path": "c", "revision": "r", "license": "mit", "columns": {}}
    plan = Recipe.model_validate({"name": "c", "title": "c", "corpora": [corpus], "bad_rows": "set aside"})
    return read(Run(folder / run), plan, [find(one, folder) for one in plan.corpora])


ORDERS = [["a.png", "b.png"], ["b.png", "a.png"], ["a.png", "a.png"], ["a.png"], ["a.png", "b.png", "a.png"], "c.png"]


def test_every_order_and_length_is_an_image_of_its_own_and_folds_follow_every_image(tmp_path: Path) -> None:
    items = reading(tmp_path, [cell for cell in ORDERS for _ in range(2)], "run").items.sort_values("source_id")
    assert items["image_key"].nunique() == len(ORDERS)
    # Both answers are there for each list: who sees it is right on half of them; who sees the question, too.
    found = ceilings(items)
    assert (found["image"].right, found["image"].keys, found["question"].right) == (len(ORDERS), len(ORDERS), 6)
    shown = images_of(items.reset_index(drop=True)).explode()
    groups, _ = group(items.reset_index(drop=True), [Links("c", "any image", shown, most=1.0)], 5)
    by_image = pd.Series(groups.loc[shown.index].to_numpy()).groupby(shown.to_numpy()).nunique()
    assert (by_image == 1).all()
    assert groups.nunique() == 2


@pytest.mark.parametrize(
    ("cell", "question", "told"),
    [
        (["a.png"], "What is in <image 2>?", "the row names <image 2>, and the item has one image"),
        (["a.png", "b.png"], "What is in <img3>?", "the row names <img3>, and the item has 2 images"),
        (["a.png", "b.png"], "<image> <image> <image>?", "the row names 3 images"),
        (["a.png", "../b.png"], "Is it so?", "a path inside the image folder"),
        (["a.png", ["b.png"]], "Is it so?", "the image is ['b.png']"),
        (["a.png", 3], "Is it so?", "the image is 3"),
        (["a.png", "https://example.org/b.png"], "Is it so?", "example.org/b.png"),
        (["a.png"] * 5000, "Is it so?", "the row has 5000 images"),
        ([[]], "Is it so?", "the image is []"),
        ([], "Is it so?", "the row has no image in image"),
        ("[]", "Is it so?", "the row has no image in image"),
        (["a.png", "d.png"], "Is it so?", "'d.png' cannot be read"),
    ],
)
def test_what_is_no_list_of_images_is_a_bad_row_with_a_reason(
    tmp_path: Path, cell: Any, question: str, told: str
) -> None:
    found = reading(tmp_path, [cell, "a.png"], "run", [question, "Is it so?"])
    assert len(found.items) == 1
    (problem,) = found.set_aside["problem"]
    assert told in json.loads(problem)["problem"] + json.loads(problem)["allowed"]
    assert len(json.loads(problem)["problem"]) < 400


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a.png", "", "[", "[1]", '["a.png"', "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["bytes", "path"]), inner, max_size=2),
    max_leaves=6,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cells=st.lists(CELLS, max_size=6))
def test_whatever_a_cell_holds_reading_ends_with_rows_and_reasons(tmp_path: Path, cells: list[Any]) -> None:
    number = sum(1 for _ in tmp_path.iterdir())
    found = reading(tmp_path, [*cells, "a.png"], f"run-{number}")
    assert len(found.items) + len(found.set_aside) == len(cells) + 1
    assert (found.items["image_keys"].map(len) > 0).all()
