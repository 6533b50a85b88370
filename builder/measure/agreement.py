"""The share of an item's annotators who gave its gold: a measurement, and a weight that prefers reliable labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.core.answers.normal import compared

AGREEMENT = "answers.agreement"
"""Name of the measurement; `balance: {weight: answers.agreement}` prefers items whose annotators agree."""


def with_agreement(items: pd.DataFrame) -> pd.DataFrame:
    """Add the share of annotators who gave the gold, if some item has annotators' answers.

    Answers are compared like golds. An item without annotators has no share (NaN), so the share cannot be its weight.

    Args:
        items: Item table.

    Example:
        >>> row = {"answer_type": "yes/no", "choices": [], "compared": "yes", "answers": ["Yes", "yes", "no", "no"]}
        >>> with_agreement(pd.DataFrame([row]))["answers.agreement"].tolist()
        [0.5]
    """
    if not items["answers"].map(len).any():
        return items
    shares = [
        np.mean([compared(kind, list(choices), answer) == gold for answer in answers]) if len(answers) else np.nan
        for kind, choices, gold, answers in zip(
            items["answer_type"], items["choices"], items["compared"], items["answers"], strict=True
        )
    ]
    return items.assign(**{AGREEMENT: np.array(shares, dtype=np.float32)})
