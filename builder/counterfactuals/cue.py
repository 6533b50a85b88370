"""By how much it helps to answer an item that one knows whether it was edited: the one definition of it.

Whoever can tell edited from original may know nothing else of the edited view, the picture say. There are two such
guessers, and an edit helps by as much as it helps the better of them:

- `alone`: sees nothing more. This is a blind model that tells edited pictures, so all items count.
- `beside`: sees the other view too. Edited pictures may have as many "yes" as "no", and yet one question always "no"
  about them, and another always "yes". In a balanced set neither view gives answers away by itself, so whatever this
  guesser gets beyond the other view's ceiling, it gets by telling edits. Items of the largest balanced set count, for
  that is what would be published, and a question's answers are learned from edits of other groups alone.

Both are shares of items. An edit of every kind in both directions, yes to no and no to yes of each question, gives 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from builder.audited.statistics import excess
from builder.baselines.prior import Prior
from builder.baselines.problem import Problem, count, empty
from builder.groups import fold_of

FOLDS = 5


def alone(original: Sequence[str], edited: Sequence[str]) -> float:
    """By how much a guesser who sees only whether an item was edited beats one who sees nothing.

    Args:
        original: Answers of all items with an original.
        edited: Answers of all items with an edit.

    Example:
        >>> alone(["yes", "no"], ["yes", "no"]), alone(["yes", "yes"], ["no", "no"])
        (0.0, 0.5)
    """
    if not len(original) + len(edited):
        return 0.0
    knowing = _most(original) + _most(edited)
    return (knowing - _most([*original, *edited])) / (len(original) + len(edited))


def beside(balanced: pd.DataFrame, edited: NDArray[np.bool_], other: str, alpha: float, seed: int) -> float:
    """By how much a guesser who sees the other view, and that this one was edited, beats the other view's ceiling.

    Its answer is the prior of the question, or of its first words, among edits of other groups.

    Args:
        balanced: A balanced set, with `answer`, `group` and `other`.
        edited: (n,) whether the item shows an edit.
        other: Column of the view that was not edited: `question` (its words are read) or `image_key`.
        alpha: What is no more than luck at this level, two-sided, is none.
        seed: Of the folds.

    Returns:
        A share of the edited items; 0 where there are too few groups of them to learn from others.
    """
    shown = balanced[edited].reset_index(drop=True)
    if shown["group"].nunique() < 2:
        return 0.0
    counts = balanced.groupby([other, "answer"]).size()
    share = counts.groupby(level=0).max() / counts.groupby(level=0).sum()
    ceiling = np.asarray(share.loc[shown[other]], dtype=np.float64)
    right = _known_from_other_groups(shown, other, seed)
    found = excess(right, ceiling, pd.factorize(shown["group"])[0].astype(np.int64)).cross_fitted()
    return max(found.mean, 0.0) if found.p_beyond() <= alpha else 0.0


def _known_from_other_groups(shown: pd.DataFrame, other: str, seed: int) -> NDArray[np.bool_]:
    """Whether each item's answer is what a prior says that was fitted on the items of other groups."""
    content, texts = pd.factorize(shown[other])
    label, names = pd.factorize(shown["answer"], sort=True)
    fold = fold_of(shown["group"], min(FOLDS, shown["group"].nunique()), seed)
    content, label = content.astype(np.int64), label.astype(np.int64)
    problem = Problem(
        "answer", np.arange(len(shown)), content, label, fold, [""] * len(texts), list(texts), empty(), empty()
    )
    right = np.zeros(len(shown), dtype=bool)
    for held_out in np.unique(fold):
        inside = fold == held_out
        train = count(content[~inside], label[~inside], len(names))
        right[inside] = Prior().predict(problem, train, content[inside], seed).argmax(axis=1) == label[inside]
    return right


def _most(answers: Sequence[str]) -> int:
    return int(np.unique(np.asarray(answers, dtype=object), return_counts=True)[1].max()) if len(answers) else 0
