"""Accuracy over counterfactual pairs and quads: right on both, or on all four, or not at all.

`question`: one question on two images with two answers. `image`: two questions with two answers on one image.
`group`: a quad, all four right. A model that ignores one side answers both items of a pair alike and gets none
of them. The names are those of Li et al. 2024, "NaturalBench" (arXiv 2410.14669).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.intervals.means import Interval, mean_interval
from twokeys.core.partners import NONE, partners, quads

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PairAccuracy:
    """Accuracy over one kind of pairs.

    Attributes:
        accuracy: Share of pairs that are wholly right.
        chance: Share that independent guesses would get, each uniform over what the item could be answered with.
    """

    accuracy: Interval
    chance: float


def pair_accuracy(table: pd.DataFrame, right: NDArray[np.bool_], published: bool = True) -> dict[str, PairAccuracy]:
    """Accuracy over pairs and quads.

    Args:
        table: Items as `twokeys.audit.published` reads them.
        right: (n,) which of them were answered right.
        published: Use the partners that the folder names; else find them anew among these items.

    Returns:
        `question`, `image` and `group`, without those of which there are none.
    """
    found = named(table) if published else among(table)
    guess = guess_rate(table)
    groups = table["group"].to_numpy()
    made = {}
    for name, items in found.items():
        if len(items):
            accuracy = mean_interval(right[items].all(axis=1), groups[items[:, 0]])
            made[name] = PairAccuracy(accuracy, float(guess[items].prod(axis=1).mean()))
    return made


def named(table: pd.DataFrame) -> dict[str, Ints]:
    """Pairs and quads as published: (pairs, 2) and (quads, 4) places of items, as far as all of them are here."""
    place = {name: at for at, name in enumerate(table["id"])}
    pairs = {
        kind: _unique([(at, place[other]) for at, other in enumerate(table[column]) if other in place], 2)
        for kind, column in (("question", "image_partner"), ("image", "question_partner"))
    }
    members: dict[str, list[int]] = {}
    for at, quad in enumerate(table["quad"]):
        if isinstance(quad, str):
            members.setdefault(quad, []).append(at)
    return {**pairs, "group": _unique([tuple(items) for items in members.values() if len(items) == 4], 4)}


def among(table: pd.DataFrame) -> dict[str, Ints]:
    """Pairs and quads among any items, as `twokeys.core.partners` finds them."""
    question, image, answer = (
        np.unique(table[column].astype(str), return_inverse=True)[1].astype(np.int64)
        for column in ("question_key", "image_key", "compared")
    )
    pairs = {}
    for kind, side in (("question", question), ("image", image)):
        other = partners(side, answer)
        pairs[kind] = _unique([(at, int(to)) for at, to in enumerate(other) if to != NONE], 2)
    quad = quads(question, image, answer)
    order = np.argsort(quad, kind="stable")
    return {**pairs, "group": order[np.sort(quad) != NONE].reshape(-1, 4)}


def guess_rate(table: pd.DataFrame) -> NDArray[np.float64]:
    """How often a uniform guess is right, (n,): among the options, or the answers that items of its type have."""
    kinds = table.groupby("answer_type")["compared"].nunique()
    return np.array([
        1 / (len(choices) if len(choices) else kinds[kind])
        for choices, kind in zip(table["choices"], table["answer_type"], strict=True)
    ])  # fmt: skip


def _unique(items: list[tuple[int, ...]], width: int) -> Ints:
    """Each set of items once."""
    return np.array(sorted({tuple(sorted(one)) for one in items}), dtype=np.int64).reshape(-1, width)
