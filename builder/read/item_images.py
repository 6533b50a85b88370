"""The images of each item: their largest number, their places, and the key and the size of all of them together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.builder.read.pictures import Pictures
from twokeys.core.errors import BadInput
from twokeys.core.item_images import ByItem, images_of, several
from twokeys.core.items import Row, image_key
from twokeys.core.pictures.facts import LOOKS


def within(row: Row | BadInput, max_per_item: int) -> Row | BadInput:
    """The row, or the problem with the number of its images."""
    if isinstance(row, BadInput) or 0 < len(row.images) <= max_per_item:
        return row
    problem, allowed = f"the row has {len(row.images)} images", f"at least 1 and at most {max_per_item}"
    remedy = "leave images out, or raise `images.max_per_item` in the recipe"
    return BadInput(row.file, row.row, problem, allowed, remedy)


def require_one_image(recipe: str, items: pd.DataFrame) -> None:
    """Refuse `eval: true` for items of several images.

    Raises:
        BadInput: If some item has several images.
    """
    if several(items).any():
        problem = "items have several images, and a reader of eval.yaml takes one image an item"
        raise BadInput(recipe, "eval", problem, "`eval: false`", "take it out of the recipe")


def one_image_a_row(table: pd.DataFrame) -> pd.DataFrame:
    """Source and locator of each image of each good row, under the row's index, in the order of the images."""
    good = table.loc[table["problem"].isna(), ["source", "images"]]
    return good.explode("images").rename(columns={"images": "image"})


def keys_and_sizes(table: pd.DataFrame, pictures: pd.DataFrame) -> pd.DataFrame:
    """Keys and sizes of the images of each good row, by the row's index, and the first problem of an image.

    The size of several images is the smallest width and the smallest height.
    """
    every = one_image_a_row(table).reset_index()
    merged = every.merge(pictures, on=["source", "image"], how="left")
    rows = ByItem.of(pd.Index(merged["index"]))
    keys = rows.lists(merged["image_key"])
    problems = merged.loc[merged["problem"].notna(), ["index", "problem"]].drop_duplicates("index").set_index("index")
    return pd.DataFrame(
        {
            "image_keys": keys,
            "image_key": [image_key(of) if all(isinstance(key, str) for key in of) else None for of in keys],
            "image_width": rows.least(merged["width"]),
            "image_height": rows.least(merged["height"]),
            "problem_picture": problems["problem"].reindex(rows.items),
        }
    )


def image_looks(items: pd.DataFrame, pictures: Pictures) -> pd.DataFrame:
    """Contrast and colour of the images of items, for rules and card, by the index of the items.

    For several images, the smallest contrast counts, and mean colours are listed in their order.
    """
    shown = images_of(items).explode()
    table = pictures.table.set_index("image_key")[list(LOOKS)].reindex(shown).set_axis(shown.index)
    rows = ByItem.of(shown.index)
    colours = [
        " ".join(steps) if all(isinstance(each, str) for each in steps) else None
        for steps in rows.lists(table["colour"])
    ]
    looks = {"image_contrast": rows.least(table["contrast"]), "image_colour": np.array(colours, dtype=object)}
    return pd.DataFrame(looks).reindex(items.index)
