"""Grammar of question edits: a language model finds the new question about as fluent as the one before.

Fluency is the mean log-likelihood of a question's tokens. A difference is asked for, not a level: corpora have their
own English, and an edit may keep the mistakes of its original.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from twokeys.builder.measure.language.fluency import fluency
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run


def fluencies(run: Run, model: NamedModel, edits: pd.DataFrame, questions: dict[str, str]) -> pd.Series[Any]:
    """Compare each question edit with what it was made from.

    Args:
        run: The build under way.
        model: The language model.
        edits: Rows of `twokeys.builder.pair.generate.EDITS`.
        questions: Question by id, of items and edits.

    Returns:
        Fluency of the edit less that of its original in nats per token, by id; image edits are left out.
    """
    part = edits[edits["view"] == "question"]
    pairs = [(str(new), questions[base]) for new, base in zip(part["question"], part["edit_of"], strict=True)]
    texts = sorted({text for pair in pairs for text in pair})
    score = fluency(run, model, texts).by_text() if pairs else {}
    return pd.Series([round(score[new] - score[old], 4) for new, old in pairs], index=part["id"], dtype=float)


def halting(difference: float, drop: float) -> str | None:
    """Say why an edit is refused.

    Example:
        >>> halting(-0.4, 1.0), halting(-1.5, 1.0)
        (None, 'the new question is less fluent by 1.50 nats a token, more than 1.00')
    """
    if difference >= -drop:
        return None
    return f"the new question is less fluent by {-difference:.2f} nats a token, more than {drop:.2f}"
