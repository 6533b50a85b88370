"""Lists of images: which numbers stand where, and ceilings over lists by brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from twokeys.core.ceilings import ceilings
from twokeys.core.item_images import ByItem, ImageLists, images_of, several
from twokeys.core.items import image_key
from twokeys.core.pictures.shown import GAP, side_by_side

LISTS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), min_size=1, max_size=8)


def table(lists: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame({"image_key": [image_key(of) for of in lists], "image_keys": lists})


@given(LISTS)
def test_numbers_stand_at_the_place_of_their_image(lists: list[list[str]]) -> None:
    items = table(lists)
    keys = pd.Index(items["image_key"].unique())
    shown = ImageLists.of(items, keys)
    number = {key: place + 1.0 for place, key in enumerate(shown.images)}
    found = shown.side_by_side(np.array([[number[key], -number[key]] for key in shown.images]))
    longest = max(map(len, lists))
    for row, key in zip(found, keys, strict=True):
        of = lists[items["image_key"].tolist().index(key)]
        wanted = [cell for image in of for cell in (number[image], -number[image])]
        assert row.tolist() == wanted + [0.0] * (2 * (longest - len(of)))
    assert shown.counts.tolist() == [len(lists[items["image_key"].tolist().index(key)]) for key in keys]


@given(LISTS)
def test_maps_stand_in_the_cells_of_a_square(lists: list[list[str]]) -> None:
    items = table(lists)
    keys = pd.Index(items["image_key"].unique())
    shown = ImageLists.of(items, keys)
    side, channels = 2, 3
    maps = np.arange(len(shown.images) * side * side * channels, dtype=np.float32).reshape(len(shown.images), -1) + 1
    found = shown.in_a_square(maps, channels)
    across = int(np.ceil(np.sqrt(max(map(len, lists)))))
    square = found.reshape(len(keys), across * side, across * side, channels)
    for at, key in enumerate(keys):
        of = lists[items["image_key"].tolist().index(key)]
        for place, (row, column) in enumerate(product(range(across), repeat=2)):
            cell = square[at, row * side : (row + 1) * side, column * side : (column + 1) * side]
            own = maps[shown.images.get_loc(of[place])].reshape(side, side, channels) if place < len(of) else 0
            assert (cell == own).all()


def test_one_image_each_changes_no_number() -> None:
    items = pd.DataFrame({"image_key": ["b", "a", "b"]})
    assert images_of(items).tolist() == [["b"], ["a"], ["b"]]
    assert not several(items).any()
    shown = ImageLists.of(items, pd.Index(["b", "a"]))
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert shown.side_by_side(matrix).tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert shown.in_a_square(matrix, 2).tolist() == [[3.0, 4.0], [1.0, 2.0]]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("ab"), min_size=1, max_size=3),
            st.sampled_from("qr"),
            st.sampled_from(["yes", "no"]),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_the_image_ceiling_is_that_of_the_best_function_of_ordered_lists(rows: list[tuple]) -> None:
    items = table([of for of, _, _ in rows]).assign(
        question_key=[question for _, question, _ in rows],
        question=[question for _, question, _ in rows],
        answer=[answer for _, _, answer in rows],
        compared=[answer for _, _, answer in rows],
        answer_type="yes/no",
        choices=[[] for _ in rows],
    )
    views = sorted({tuple(of) for of, _, _ in rows})
    best = max(
        sum(dict(zip(views, replies, strict=True))[tuple(of)] == answer for of, _, answer in rows)
        for replies in product(["yes", "no"], repeat=len(views))
    )
    assert ceilings(items)["image"].right == best


def test_images_stand_side_by_side_in_their_order() -> None:
    red, blue = Image.new("RGB", (30, 20), "red"), Image.new("RGB", (20, 40), "blue")
    row = side_by_side([red, blue])
    assert row.size == (30 + GAP + 10, 20)
    assert (row.getpixel((0, 0)), row.getpixel((29, 19)), row.getpixel((30 + GAP, 0))) == (
        (255, 0, 0), (255, 0, 0), (0, 0, 255)
    )  # fmt: skip
    assert row.getpixel((33, 10)) == (255, 255, 255)
    assert side_by_side([red]) is red


@given(st.lists(st.lists(st.integers(-9, 9), min_size=1, max_size=3), max_size=8), st.booleans())
def test_rows_of_images_are_put_together_by_item(lists: list[list[int]], missing: bool) -> None:
    shown = pd.Series(lists, index=pd.Index([f"i{place}" for place in range(len(lists))]), dtype=object).explode()
    values = shown.astype(float) if missing else shown.astype("int64")
    if missing and len(values):
        values.iloc[0] = float("nan")
    rows = ByItem.of(shown.index)
    assert rows.lists(shown).tolist() == lists
    assert rows.lists(shown).index.tolist() == [f"i{place}" for place in range(len(lists))]
    least = rows.least(values).tolist()
    assert least[missing:] == [min(of) for of in lists][missing:]
    assert not (missing and lists) or least[0] != least[0]
