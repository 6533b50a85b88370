"""By how much it helps to answer an item that one knows whether it was edited: the one definition of it.

Whoever can tell edited from original may know nothing else of the edited view, the picture say. There are two such
guessers, and an edit helps by as much as it helps the better of them:

- `alone`: sees nothing more. This is a blind model that tells edited pictures, so all items of the kind count. What it
  gets is counted, as a ceiling is: no such guesser gets more. Whether it is luck, swaps of original and edited inside
  groups say.
- `beside`: sees the other view too. Edited pictures may have as many "yes" as "no", and yet one question always "no"
  about them, and another always "yes". In a balanced set neither view gives answers away by itself, so whatever this
  guesser gets beyond the other view's ceiling, it gets by telling edits. Items of the largest balanced set count, for
  that is what would be published, and a question's answers are learned from edits of other groups alone. This is an
  estimate, with its error.

An edit of every kind in both directions, yes to no and no to yes of each question, helps neither.

Retrieved partners are no edits, and always help the guesser `beside`: at each question they have the answer that the
annotated items lack. What counts is whether anybody can tell them: both guessers are helped by as much less as the best
classifier tells them less than surely (`Cue.told`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.baselines.prior import Prior
from twokeys.builder.measure.baselines.problem import Problem, count
from twokeys.core.folds import fold_of
from twokeys.core.intervals.excess import excess

FOLDS = 5
SWAPS = 999
"""Times that original and edited are swapped inside groups."""


@dataclass(frozen=True)
class Help:
    """By how much one guesser is helped.

    Attributes:
        share: Of items, or of edited items; an estimate may be below 0.
        high: What it is at most: the count itself, or the upper end of an estimate's one-sided interval.
        p: P-value of "it is luck".
    """

    share: float
    high: float
    p: float


NONE = Help(0.0, 0.0, 1.0)
"""Nothing to be helped with."""


@dataclass(frozen=True)
class Cue:
    """By how much the two guessers are helped."""

    alone: Help
    beside: Help

    def told(self, accuracy: float, high: float, p: float) -> Cue:
        """How much guessers are helped if they tell no more than a classifier does.

        Of as many originals as others, a classifier of accuracy a is as good as one that is sure of a share 2 a - 1 of
        them, and guesses the rest.

        Args:
            accuracy: Of the classifier; chance is one half.
            high: Upper end of its interval.
            p: P-value of "it is luck".
        """
        share, most = max(2 * accuracy - 1, 0.0), min(max(2 * high - 1, 0.0), 1.0)
        return Cue(*(Help(share * each.share, most * each.high, max(p, each.p)) for each in (self.alone, self.beside)))

    @property
    def most(self) -> Help:
        """The guesser who is helped more."""
        return max(self.alone, self.beside, key=lambda one: one.share)

    def verdict(self, margin: float, alpha: float) -> Literal["none", "helps", "undecided"]:
        """`none` if both are shown to be helped by no more than the margin; `helps` if one is, beyond it and luck."""
        both = (self.alone, self.beside)
        if all(one.high <= margin for one in both):
            return "none"
        if any(one.share > margin and one.p <= alpha / len(both) for one in both):
            return "helps"
        return "undecided"


def alone(shown: pd.DataFrame, seed: int = 0) -> Help:
    """By how much a guesser who sees only whether an item was edited beats one who sees nothing.

    Under "whether it was edited says nothing", an original and its edits could change places: the p-value counts such
    swaps, of whole groups.

    Args:
        shown: All items that show an original or an edit: `answer`, `group`, and whether it is `edited`.
        seed: Of the swaps.
    """
    if shown["edited"].nunique() < 2:
        return NONE  # there are no originals, or no edits: nothing to tell
    counts = shown.groupby(["edited", "group", "answer"]).size().unstack("answer", fill_value=0)
    groups = shown["group"].unique()
    original, edited = (counts.loc[side].reindex(groups, fill_value=0).to_numpy() for side in (False, True))
    every = (original + edited).sum(axis=0)
    swapped = np.random.default_rng(seed).random((SWAPS, len(groups))) < 0.5
    kept = original.sum(axis=0) + swapped @ (edited - original)
    right = kept.max(axis=1) + (every - kept).max(axis=1)
    knowing = original.sum(axis=0).max() + edited.sum(axis=0).max()
    share = float(knowing - every.max()) / len(shown)
    return Help(share, share, float(1 + (right >= knowing).sum()) / (1 + SWAPS))


def beside(balanced: pd.DataFrame, edited: NDArray[np.bool_], other: str, alpha: float, seed: int) -> Help:
    """By how much a guesser who sees the other view, and that this one was edited, beats the other view's ceiling.

    Its answer is the prior of the question, or of its first words, among edits of other groups.

    Args:
        balanced: A balanced set, with `answer`, `group` and `other`.
        edited: (n,) whether the item shows an edit.
        other: Column of the view that was not edited: `question` (its words are read) or `image_key`.
        alpha: Level of the upper end.
        seed: Of the folds.

    Returns:
        A share of the edited items; of one group nothing can be learned from others, so nothing is known.
    """
    shown = balanced[edited].reset_index(drop=True)
    if shown.empty:
        return NONE  # no edit of the kind would be published
    if shown["group"].nunique() < 2:
        return Help(0.0, 1.0, 1.0)
    counts = balanced.groupby([other, "answer"]).size()
    share = counts.groupby(level=0).max() / counts.groupby(level=0).sum()
    ceiling = np.asarray(share.loc[shown[other]], dtype=np.float64)
    right = _known_from_other_groups(shown, other, seed)
    found = excess(right, ceiling, pd.factorize(shown["group"])[0].astype(np.int64)).cross_fitted()
    return Help(found.mean, found.interval(1 - 2 * alpha)[1], found.p_beyond())


def _known_from_other_groups(shown: pd.DataFrame, other: str, seed: int) -> NDArray[np.bool_]:
    """Whether each item's answer is what a prior says that was fitted on the items of other groups."""
    content, texts = pd.factorize(shown[other])
    label, names = pd.factorize(shown["answer"], sort=True)
    fold = fold_of(shown["group"], FOLDS, seed)
    content, label = content.astype(np.int64), label.astype(np.int64)
    problem = Problem("answer", np.arange(len(shown)), content, label, fold, [""] * len(texts), list(texts))
    right = np.zeros(len(shown), dtype=bool)
    for held_out in np.unique(fold):
        inside = fold == held_out
        train = count(content[~inside], label[~inside], len(names))
        right[inside] = Prior().predict(problem, train, content[inside], seed).argmax(axis=1) == label[inside]
    return right
