"""Offers: the answers that an item may have, which a predictor is held to that sees the image alone.

An image may say which question is asked: of two corpora, the one of its colours, or the one of its size. Who names the
frequent answer of that corpus has read the task off the image, not the answer. So every item's answer is one of its
options, or one of the answers of its type, for the prediction as for chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.builder.measure.baselines.problem import Ints


def vocabulary(items: pd.DataFrame) -> pd.Index[str]:
    """Every text that is an answer or an option, sorted: answer code -> text."""
    texts = {*items["compared"], *(choice for choices in items["choices"] for choice in choices)}
    found: pd.Index[str] = pd.Index(sorted(texts))
    return found


def offers(items: pd.DataFrame, names: pd.Index[str]) -> tuple[Ints, tuple[Ints, Ints]]:
    """Which answers an item may have: its options, or else all answers of its type.

    Returns:
        (n,) number of the set of each item, and the sets as numbers in order and answer codes, (o,) each.
    """
    of_type = items.groupby("answer_type")["compared"].unique()
    sets = [
        tuple(choices) if len(choices) else (kind,)
        for choices, kind in zip(items["choices"], items["answer_type"], strict=True)
    ]
    with_options = items["choices"].map(len).to_numpy() > 0
    code, unique = pd.factorize(pd.Series([(some, *one) for some, one in zip(with_options, sets, strict=True)]))
    members = [list(one[1:]) if one[0] else sorted(of_type[one[1]]) for one in unique]
    number = np.repeat(np.arange(len(members)), [len(one) for one in members])
    codes = names.get_indexer(pd.Index([text for one in members for text in one]))
    return code.astype(np.int64), (number.astype(np.int64), codes.astype(np.int64))
