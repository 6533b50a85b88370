"""Places of rows: numbers, ranks in the table, in the source and among the rows of an image, and neighbouring rows.

Ids are published beside the question, and so is the order of rows. If a source wrote its yes rows first, or paired each
yes with a no, numbers and ranks reveal answers to a predictor that reads no question.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.baselines.problem import Counts, Ints
from twokeys.core.items import row_order

Floats = NDArray[np.float32]

DIVISORS = (2, 3, 4, 5, 8, 10)
DIGITS = 8
"""Digits of the number whose parity is read, from the second last on."""
FIELDS = (
    "rank in the table", "rank in the source", "picture", "rank among the picture's rows",
    "rank among them in the source", "rows of the picture", "form of the id", "length of the id",
    *(f"number modulo {divisor}" for divisor in DIVISORS),
    *(f"parity of digit {place} from the end" for place in range(2, DIGITS + 2)),
)  # fmt: skip
ORDERS = (FIELDS.index("rank in the table"), FIELDS.index("rank in the source"))
PICTURE = FIELDS.index("picture")
REACH = 8
"""Most rows that are searched for a row of another image."""
NEAR = 3
"""Neighbours on either side."""
LABELS = 6
"""Most frequent labels, whose shares among neighbours are features."""
_NUMBER = re.compile(r"\d+")


def places(items: pd.DataFrame) -> pd.DataFrame:
    """Return the place of each row, indexed by item id, with columns `FIELDS`. No label is read.

    Args:
        items: Item table with `id`, `source`, `split`, `source_id`, `image_key`.
    """
    numbers = items["source_id"].map(_numbers)
    sign = items["source_id"].map(lambda text: _NUMBER.sub("#", text))
    shapes = {text: code for code, text in enumerate(sorted(sign.unique()))}
    published = _ranks(published_rows(items))
    natural = [
        (source, split, number, text)
        for source, split, number, text in zip(
            items["source"], items["split"], numbers, items["source_id"], strict=True
        )
    ]
    source = _ranks(np.array(sorted(range(len(items)), key=natural.__getitem__), dtype=np.int64))
    picture = pd.factorize(items["image_key"], sort=True)[0]
    last = np.array([number[-1] % 2520 if number else -1 for number in numbers], dtype=np.int64)
    columns = [
        published, source, picture, _ranks_within(picture, published), _ranks_within(picture, source),
        np.bincount(picture, minlength=1)[picture], sign.map(shapes), items["source_id"].map(len),
        *(np.where(last < 0, -1, last % divisor) for divisor in DIVISORS),
        *(numbers.map(lambda found, at=at: found[-1] // 10**at % 2 if found else -1) for at in range(1, DIGITS + 1)),
    ]  # fmt: skip
    table = dict(zip(FIELDS, columns, strict=True))
    return pd.DataFrame({name: np.asarray(column, dtype=np.float32) for name, column in table.items()}).set_index(
        pd.Index(items["id"])
    )


def published_rows(items: pd.DataFrame) -> Ints:
    """(n,) positions of the rows in published order: by split, with the rows of an image together."""
    place = items["id"].map(row_order)
    order = items.assign(place=place).reset_index(drop=True).sort_values(["split", "image_key", "place"], kind="stable")
    return order.index.to_numpy(dtype=np.int64)


def of_pictures(items: pd.DataFrame, keys: pd.Index[str]) -> Floats:
    """(n, len(`FIELDS`)) places of images: the place of the first published row of each image."""
    table = places(items).assign(key=items["image_key"].to_numpy())
    first = table.sort_values(FIELDS[0], kind="stable").drop_duplicates("key").set_index("key")
    return first.loc[keys, list(FIELDS)].to_numpy(dtype=np.float32)


def neighbours(place: Floats, train: Counts, rows: Ints) -> Floats:
    """Return labels of the nearest training rows of other images, before and after, in both orders.

    Args:
        place: (u, len(`FIELDS`)) places of contents.
        train: Counted training rows.
        rows: (m,) contents to describe; the labels of a content and of its image are not used for it.

    Returns:
        (m, f) shares of the most frequent labels of one neighbour, and of `NEAR` neighbours, on either side.
    """
    contents, table = train.by_content()
    frequent = np.argsort(-table.sum(axis=0), kind="stable")[:LABELS]
    share = (table / np.maximum(table.sum(axis=1, keepdims=True), 1))[:, frequent]
    features = []
    for column in ORDERS:
        order = np.argsort(place[contents, column], kind="stable")
        ranks, images, labels = place[contents[order], column], place[contents[order], PICTURE], share[order]
        rank, image = place[rows, column], place[rows, PICTURE]
        features.append(_walk(np.searchsorted(ranks, rank, side="left") - 1, -1, images, labels, image))
        features.append(_walk(np.searchsorted(ranks, rank, side="right"), 1, images, labels, image))
    return np.concatenate(features, axis=1)


def _walk(at: Ints, step: int, images: Floats, labels: Floats, image: Floats) -> Floats:
    """Return labels of the first row, and of the first `NEAR` rows, of other images from `at` on."""
    total, first = (np.zeros((len(at), labels.shape[1]), dtype=np.float32) for _ in range(2))
    met = np.zeros(len(at))
    for distance in range(REACH):
        where = at + step * distance
        inside = (where >= 0) & (where < len(labels)) & (met < NEAR)
        where = np.clip(where, 0, max(len(labels) - 1, 0))
        inside &= images[where] != image
        total[inside] += labels[where[inside]]
        new = inside & (met == 0)
        first[new] = labels[where[new]]
        met[inside] += 1
    return np.concatenate([first, total / np.maximum(met, 1)[:, None]], axis=1).astype(np.float32)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number[-18:]) for number in _NUMBER.findall(text))


def _ranks(order: Ints) -> Ints:
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _ranks_within(group: Ints, rank: Ints) -> Ints:
    """Rank of each row within its group."""
    return pd.Series(rank).groupby(group).rank(method="first").to_numpy(dtype=np.int64) - 1
