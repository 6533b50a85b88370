"""Known answers of `degenerate-image`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twokeys.filters.degenerate_image import DegenerateImage

SIZES = {
    "good": (640, 480, 40.0),
    "smallest side allowed": (16, 16, 40.0),
    "tiny": (15, 16, 40.0),
    "longest strip allowed": (160, 16, 40.0),
    "strip": (161, 16, 40.0),
    "upright strip": (16, 161, 40.0),
    "one colour": (640, 480, 1.0),
    "hardly more": (640, 480, 1.1),
    "known by name alone": (0, 0, np.nan),
    "contrast unknown": (640, 480, np.nan),
    "size unknown": (np.nan, np.nan, 40.0),
}


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [(name, *size) for name, size in SIZES.items()]
    return pd.DataFrame(rows, columns=["id", "image_width", "image_height", "image_contrast"])


def test_drops_tiny_strips_and_one_colour(table: pd.DataFrame) -> None:
    limit = "its sides may differ by a factor of at most 10"
    assert DegenerateImage().decide(table) == {
        "tiny": "the image has 15 x 16 pixels; its shorter side must have at least 16",
        "strip": f"the image is a strip of 161 x 16 pixels; {limit}",
        "upright strip": f"the image is a strip of 16 x 161 pixels; {limit}",
        "one colour": "the image is of one colour (contrast 1, must be above 1)",
    }


def test_limits_are_parameters(table: pd.DataFrame) -> None:
    assert DegenerateImage(min_side=1, max_aspect=20, flat=0).decide(table) == {}
    assert {"good", "one colour"} <= set(DegenerateImage(flat=40).decide(table))
