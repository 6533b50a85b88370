"""Offers: the possible answers of an item, among which predictors that see the image alone must choose.

An image may reveal which question is asked: of two corpora, the corpus with its colours or its size. A predictor that
names the frequent answer of that corpus has read the task off the image, not the answer. So every item's answer is one
of its options, or one of the answers of its type, for the prediction as for chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.builder.measure.baselines.problem import Ints


def vocabulary(items: pd.DataFrame) -> pd.Index[str]:
    """Return all answers and options, sorted: the position of a text is its answer code."""
    texts = {*items["compared"], *(choice for choices in items["choices"] for choice in choices)}
    names: pd.Index[str] = pd.Index(sorted(texts))
    return names


def offers(items: pd.DataFrame, names: pd.Index[str]) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return the possible answers of each item: its options, or all answers of its type if it has none.

    Returns:
        (n,) number of each item's set, and the sets: (o,) sorted numbers and (o,) answer codes.
    """
    of_type = items.groupby("answer_type")["compared"].unique()
    sets = [
        tuple(choices) if len(choices) else (kind,)
        for choices, kind in zip(items["choices"], items["answer_type"], strict=True)
    ]
    with_options = items["choices"].map(len).to_numpy() > 0
    # A set of options and a type may have equal texts, so the first element of each tuple keeps them apart.
    code, unique = pd.factorize(pd.Series([(some, *texts) for some, texts in zip(with_options, sets, strict=True)]))
    members = [list(texts) if some else sorted(of_type[texts[0]]) for some, *texts in unique]
    number = np.repeat(np.arange(len(members)), [len(texts) for texts in members])
    codes = names.get_indexer(pd.Index([text for texts in members for text in texts]))
    return code.astype(np.int64), (number.astype(np.int64), codes.astype(np.int64))
