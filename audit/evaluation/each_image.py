"""Which image of an item of several is needed: what is left of the answer when one image is masked alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.audit.evaluation.answering import WITHOUT
from twokeys.core.intervals.means import Interval, mean_interval

NEEDED = "needed_images"
"""Column: numbers, from 1, of the images without which a right answer becomes wrong; null for items of one image."""
NUMBERS = {
    "none": "no image: it stays right, whichever is masked",
    "one": "one image",
    "several": "two images or more, each of them",
}
"""How many images a right answer needs -> what it is called."""
SHOWN = 10
"""Images of an item that tables show; `result.json` has all."""


@dataclass(frozen=True)
class EachImage:
    """What items of several images lose when one image is masked alone.

    Attributes:
        right: Number of the image, from 1 -> how often the answer is right when that image is masked alone.
        lost: Number of the image -> mean of v(both) - v(all but that image).
        needed: How many images are needed, each for itself -> share of the items that are right with all images.
            `none`: the answer stays right whichever image is masked; `one` and `several`: it becomes wrong without
            that image, and without each of those.
    """

    right: dict[str, Interval]
    lost: dict[str, Interval]
    needed: dict[str, Interval]


class Masked(NamedTuple):
    """One image masked alone.

    Attributes:
        name: What is masked.
        right: How often the answer is right all the same.
        lost: Mean of v(both) - v(all but that image).
    """

    name: str
    right: Interval
    lost: Interval


def masked_rows(counted: EachImage) -> list[Masked]:
    """The first images, row by row, as terminal and page show them."""
    names = list(counted.right)[:SHOWN]
    return [Masked(f"image {name}", counted.right[name], counted.lost[name]) for name in names]


def needed_images(answers: pd.DataFrame) -> list[list[int] | None]:
    """The images that each answer needs; None for an item of one image.

    Args:
        answers: With `right.both` and `right.without`; an answer that is wrong with all images needs none.
    """
    pairs = zip(answers["right.both"], answers[f"right.{WITHOUT}"], strict=True)
    return [
        None if without is None else [at for at, still in enumerate(without, 1) if right and not still]
        for right, without in pairs
    ]


def each_image(answers: pd.DataFrame, groups: NDArray[np.object_]) -> EachImage | None:
    """Count what items lose; None if no item has several images.

    Args:
        answers: As `twokeys.audit.evaluation.answering.answer` gives them.
        groups: (n,) groups of the items.
    """
    if f"right.{WITHOUT}" not in answers:
        return None
    lists = [marks or [] for marks in answers[f"right.{WITHOUT}"]]
    if not any(lists):
        return None
    both, values = answers["v.both"].to_numpy(dtype=np.float64), list(answers[f"v.{WITHOUT}"])
    right, lost = {}, {}
    for place in range(max(map(len, lists))):
        rows = [row for row, places in enumerate(lists) if place < len(places)]
        right[str(place + 1)] = mean_interval(np.array([lists[row][place] for row in rows]), groups[rows])
        apart = both[rows] - np.array([values[row][place] for row in rows])
        lost[str(place + 1)] = mean_interval(apart, groups[rows])
    needed = needed_images(answers)
    known = np.array([places is not None for places in needed])
    rows = np.flatnonzero(known & answers["right.both"].to_numpy(dtype=bool)).tolist()
    counts = np.array([min(len(needed[row] or []), 2) for row in rows])
    shares = {name: mean_interval(counts == at, groups[rows]) for at, name in enumerate(NUMBERS)} if rows else {}
    return EachImage(right, lost, shares)
