"""The images of each item: how many there may be, where they lie, and the key and the size of all of them together."""

from __future__ import annotations

import pandas as pd

from twokeys.core.errors import BadInput
from twokeys.core.items import Row, image_key


def within(row: Row | BadInput, max_per_item: int) -> Row | BadInput:
    """The row, or what is wrong with the number of its images."""
    if isinstance(row, BadInput) or 0 < len(row.images) <= max_per_item:
        return row
    problem, allowed = f"the row has {len(row.images)} images", f"at least 1 and at most {max_per_item}"
    remedy = "leave images out, or raise `images.max_per_item` in the recipe"
    return BadInput(row.file, row.row, problem, allowed, remedy)


def one_image_a_row(table: pd.DataFrame) -> pd.DataFrame:
    """Source and locator of each image of each good row, under the row's index, in the order of the images."""
    good = table.loc[table["problem"].isna(), ["source", "images"]]
    return good.explode("images").rename(columns={"images": "image"})


def looks_of(table: pd.DataFrame, pictures: pd.DataFrame) -> pd.DataFrame:
    """Keys and sizes of the images of each good row, by the row's index, and the first problem of one of them.

    The size of several images is the smallest width and the smallest height.
    """
    every = one_image_a_row(table)
    found = every.reset_index().merge(pictures, on=["source", "image"], how="left").groupby("index", sort=True)
    keys = found["image_key"].agg(list)
    return pd.DataFrame(
        {
            "image_keys": keys,
            "image_key": [image_key(of) if all(isinstance(key, str) for key in of) else None for of in keys],
            "image_width": found["width"].min(),
            "image_height": found["height"].min(),
            "problem_picture": found["problem"].first(),
        }
    )
