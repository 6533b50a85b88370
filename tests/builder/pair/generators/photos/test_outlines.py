"""Outlines as files hold them: polygons, run lengths, none; what is broken is said, and nothing is read beyond it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from twokeys.builder.pair.generators.photos.annotated import BROKEN
from twokeys.builder.pair.generators.photos.outlines import outline_in

coco = pytest.importorskip("pycocotools.mask")
HEIGHT, WIDTH = 7, 11
MASKS = arrays(bool, (HEIGHT, WIDTH))
SIZE = [HEIGHT, WIDTH]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(["size", "counts", "x"]), inner),
    max_leaves=20,
)


def runs_of(mask: np.ndarray) -> list[int]:
    """Lengths of the runs of a mask, column by column, the first of background."""
    flat = mask.ravel(order="F")
    ends = np.flatnonzero(np.diff(flat)) + 1
    lengths = np.diff([0, *ends, flat.size]).tolist()
    return [0, *lengths] if flat[0] else lengths


def decoded(outline: bytes) -> np.ndarray:
    return coco.decode({"size": SIZE, "counts": outline}).astype(bool)


@given(MASKS)
def test_run_lengths_give_the_mask_whether_compressed_or_not(mask):
    text = coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
    for counts in (runs_of(mask), text):
        assert np.array_equal(decoded(outline_in({"size": SIZE, "counts": counts}, HEIGHT, WIDTH)), mask)


@given(MASKS, st.data())
def test_run_lengths_that_do_not_add_up_are_refused(mask, data):
    runs = runs_of(mask)
    runs[data.draw(st.integers(0, len(runs) - 1))] += data.draw(st.integers(-100, 100).filter(bool))
    with pytest.raises(ValueError, match="add up to"):
        outline_in({"size": SIZE, "counts": runs}, HEIGHT, WIDTH)


@pytest.mark.parametrize("counts", ["", "0" * 99 + "P", "o" * 1_000_000, "\u00e9", [], [[77]], 77, None])
def test_other_run_lengths_are_refused(counts):
    with pytest.raises(BROKEN):
        outline_in({"size": SIZE, "counts": counts}, HEIGHT, WIDTH)


def test_run_lengths_of_an_image_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"size \[11, 7\]"):
        outline_in({"size": [WIDTH, HEIGHT], "counts": [77]}, HEIGHT, WIDTH)


def test_a_rectangle_holds_the_pixels_inside_it_and_a_second_one_is_added():
    first, second = [2, 1, 5, 1, 5, 4, 2, 4], [7, 5, 10, 5, 10, 7, 7, 7]
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[1:4, 2:5] = True
    assert np.array_equal(decoded(outline_in([first, [1, 1, 2, 2]], HEIGHT, WIDTH)), mask)
    mask[5:7, 7:10] = True
    assert np.array_equal(decoded(outline_in([first, second], HEIGHT, WIDTH)), mask)


@pytest.mark.parametrize("polygon", [[1, 2, 3, 4, 5, 6, 7], [0, 0, 1e9, 0, 1e9, 1e9], [float("nan")] * 6])
def test_a_polygon_with_half_a_point_or_one_far_away_is_refused(polygon):
    with pytest.raises(ValueError, match="half a point, or one far outside"):
        outline_in([polygon], HEIGHT, WIDTH)


@given(JSON)
def test_whatever_json_holds_is_an_outline_or_none_or_refused(drawn):
    try:
        found = outline_in(drawn, HEIGHT, WIDTH)
    except BROKEN:
        return
    assert found is None or decoded(found).shape == (HEIGHT, WIDTH)
