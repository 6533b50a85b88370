"""Ceilings: the best accuracy that any function of one view can reach on a set. A count, not an experiment.

**The bound.** Let a predictor f see only the key k(i) of item i, so that it answers f(k(i)). Group the items by key.
Inside a group f gives one and the same answer, so it is right on at most as many items as carry the group's most
frequent answer. Summing over groups, its accuracy is at most

    ceiling = sum over keys of max over answers of n(key, answer) / n.

Nothing was assumed about f: it may be any model, trained on anything, the set's own labels included; a predictor that
draws at random is a mixture of such functions and obeys the same bound in expectation. The bound is reached by the
function that answers with each key's most frequent answer, so no smaller number is true for all f.

A predictor that sees less than the key (a paraphrase cluster, a smaller picture) is a function of the key, so the
ceiling holds for it too. One that sees more (bytes that the key ignores) is not, which is why keys are taken from
exactly what is published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.integer]


@dataclass(frozen=True)
class Ceiling:
    """A ceiling as a count.

    Attributes:
        right: Items that the best function of the view gets right.
        items: Items in the set.
        keys: Distinct keys of the view.
    """

    right: int
    items: int
    keys: int

    @property
    def share(self) -> float:
        """The ceiling as accuracy; NaN on an empty set."""
        return self.right / self.items if self.items else float("nan")


def codes(values: pd.Series[str]) -> Codes:
    """Number the distinct values of a column from 0 in order of first appearance."""
    found: Codes = pd.factorize(values)[0]
    return found


def most_frequent(keys: Codes, answers: Codes) -> Codes:
    """Count the most frequent answer of each key.

    Args:
        keys: (n,) key codes from 0.
        answers: (n,) answer codes from 0.

    Returns:
        (number of keys,) size of the largest answer class at each key.
    """
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    pair = keys.astype(np.int64) * (int(answers.max()) + 1) + answers
    pairs, counts = np.unique(pair, return_counts=True)
    largest = np.zeros(int(keys.max()) + 1, dtype=np.int64)
    np.maximum.at(largest, pairs // (int(answers.max()) + 1), counts)
    return largest


def ceiling(keys: Codes, answers: Codes) -> Ceiling:
    """Count the ceiling of one view.

    Example:
        >>> ceiling(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]))
        Ceiling(right=3, items=4, keys=2)
    """
    largest = most_frequent(keys, answers)
    return Ceiling(int(largest.sum()), len(keys), int((largest > 0).sum()))


def ceilings(items: pd.DataFrame) -> dict[str, Ceiling]:
    """Ceilings of the views `question` and `image` on an item table.

    Example:
        >>> items = {"question_key": ["q", "q", "r"], "image_key": ["x", "y", "x"], "answer": ["yes", "no", "no"]}
        >>> {view: f"{found.right} of {found.items}" for view, found in ceilings(pd.DataFrame(items)).items()}
        {'question': '2 of 3', 'image': '2 of 3'}
    """
    answers = codes(items["answer"])
    return {view: ceiling(codes(items[f"{view}_key"]), answers) for view in ("question", "image")}


STRATA = ("source", "split", "answer_type")
"""Columns whose every value gets ceilings of its own."""


def strata(items: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Name the sub-tables on which a build reports: all items, then each value of each stratum."""
    parts = {"all": items}
    for column in STRATA:
        for value, part in items.groupby(column, sort=True):
            parts[f"{column}={value}"] = part
    return parts
