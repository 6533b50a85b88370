"""How much knowing whether an item was edited helps to answer it: the only definition.

A model that distinguishes edits from originals may know nothing else of the edited view, such as the image. There are
two such guessers, and the effect of an edit is its effect on the better guesser:

- `alone` sees nothing else. It is a blind model that recognises edited images, so that all items of the kind count. Its
  gain is counted like a ceiling: no such guesser gains more. Swaps of originals and edits inside groups give the
  probability that the gain is luck.
- `beside` sees the other view, too. Edited images may have as many "yes" as "no", although the answer to one question
  about them is always "no" and the answer to another question is always "yes". In a balanced set no view gives answers
  away by itself, so that all accuracy of this guesser above the other view's ceiling comes from recognised edits. Items
  of the largest balanced set count, since they would be published, and the answers to a question are learned from
  edits of other groups. The gain is an estimate with an error.

If the edits of a kind go in both directions for each question, from yes to no and back, neither guesser gains.

Retrieved partners are no edits, and the guesser `beside` always gains from them: they have the answer to each question
that the annotated items lack. What counts is whether a model can recognise them: the gain of both guessers is reduced
by the uncertainty of the best classifier (`Cue.limited`).
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
"""How often originals and edits are swapped inside groups."""


@dataclass(frozen=True)
class Help:
    """The gain of a guesser.

    Attributes:
        share: The gain as a share of items, or of edited items; an estimate may be below 0.
        high: Upper bound of the share: the count itself, or the upper end of an estimate's one-sided interval.
        p: P-value of the hypothesis that the gain is luck.
    """

    share: float
    high: float
    p: float


NONE = Help(0.0, 0.0, 1.0)
"""No gain."""


@dataclass(frozen=True)
class Cue:
    """The gains of the two guessers."""

    alone: Help
    beside: Help

    def limited(self, accuracy: float, high: float, p: float) -> Cue:
        """The gains of guessers that recognise edits only as well as a classifier.

        If there are as many originals as edits, a classifier of accuracy a is as good as a classifier that is certain
        about a share 2 a - 1 of them and guesses the rest.

        Args:
            accuracy: Accuracy of the classifier; chance is one half.
            high: Upper end of its interval.
            p: P-value of the hypothesis that the accuracy is luck.
        """
        share, most = max(2 * accuracy - 1, 0.0), min(max(2 * high - 1, 0.0), 1.0)
        return Cue(*(Help(share * each.share, most * each.high, max(p, each.p)) for each in (self.alone, self.beside)))

    @property
    def most(self) -> Help:
        """The larger gain."""
        return max(self.alone, self.beside, key=lambda each: each.share)

    def verdict(self, margin: float, alpha: float) -> Literal["none", "helps", "undecided"]:
        """`none` if no gain exceeds the margin; `helps` if a gain exceeds both the margin and luck."""
        both = (self.alone, self.beside)
        if all(each.high <= margin for each in both):
            return "none"
        if any(each.share > margin and each.p <= alpha / len(both) for each in both):
            return "helps"
        return "undecided"


def alone(shown: pd.DataFrame, seed: int = 0) -> Help:
    """The gain of a guesser that sees only whether an item was edited over a guesser that sees nothing.

    If edits gave nothing away, an original and its edits could change places: the p-value counts such swaps of whole
    groups.

    Args:
        shown: All items that show an original or an edit, with `answer`, `group` and `edited`.
        seed: Seed of the swaps.
    """
    if shown["edited"].nunique() < 2:
        return NONE  # there are no originals or no edits
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
    """The gain of a guesser that sees the other view, and that this view was edited, over the other view's ceiling.

    The guesser answers with the prior of the question, or of its first words, among edits of other groups.

    Args:
        balanced: A balanced set, with `answer`, `group` and `other`.
        edited: (n,) whether the item shows an edit.
        other: Column of the view that was not edited: `question` (the guesser reads its words) or `image_key`.
        alpha: Level of the upper end.
        seed: Seed of the folds.

    Returns:
        The gain as a share of the edited items; with a single group, any gain is possible.
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
    gain = excess(right, ceiling, pd.factorize(shown["group"])[0].astype(np.int64)).cross_fitted()
    return Help(gain.mean, gain.interval(1 - 2 * alpha)[1], gain.p_beyond())


def _known_from_other_groups(shown: pd.DataFrame, other: str, seed: int) -> NDArray[np.bool_]:
    """Whether a prior that was fitted on the items of other groups predicts each item's answer."""
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
