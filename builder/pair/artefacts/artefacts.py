"""Can a classifier distinguish edits from originals? If so, the difference must not help to answer.

For each kind of edit, classifiers see a single image (or question) at a time and predict whether it was edited. They
are cross-fitted by group, so that an original and its edit are in the same fold; otherwise the twin would give the
answer away. There are as many originals as edits, so that chance is one half. A kind is

- `clean` if every classifier is at chance: equivalent within the margin, not merely without a significant difference;
- `balanced` if some classifier distinguishes edits, but knowing which items are edited is shown not to help to answer
  them, neither alone nor beside the other view (`twokeys.builder.pair.artefacts.cue`);
- `refused` if some classifier distinguishes edits and this helps to answer by more than luck;
- `undecided` if there are too few pairs for any of these verdicts; the smallest detectable difference is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from twokeys.builder.pair.artefacts.cue import Cue
from twokeys.core.columns import is_retrieved
from twokeys.core.folds import fold_of
from twokeys.core.intervals.equivalence import minimum_detectable, p_equivalence
from twokeys.core.intervals.excess import excess

Ints = NDArray[np.int64]
Verdict = Literal["clean", "balanced", "refused", "undecided"]
Contents = NDArray[np.float32] | Sequence[str]
"""A row or a text for each image or question: vectors, pixel statistics, or the text itself."""
OF_CUE: Mapping[str, Verdict] = {"none": "balanced", "helps": "refused", "undecided": "undecided"}
"""Whether knowing the edits helps to answer -> the verdict on a kind that a classifier distinguishes."""
CHANCE = 0.5
FOLDS = 5


def _linear(seed: int) -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300, random_state=seed))


def _forest(seed: int) -> Any:
    return ExtraTreesClassifier(n_estimators=300, min_samples_leaf=2, random_state=seed)


def _words(seed: int) -> Any:
    words = TfidfVectorizer(ngram_range=(1, 3), tokenizer=str.split, token_pattern=None, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=10.0, max_iter=300, random_state=seed))


CLASSIFIERS: Mapping[str, Callable[[int], Any]] = {"vectors": _linear, "pixels": _forest, "words": _words}
"""Name of the contents -> what is fitted on them."""


@dataclass(frozen=True)
class Accuracy:
    """How well a classifier distinguishes edits from originals.

    Attributes:
        classifier: Its name in `CLASSIFIERS`.
        accuracy: Cross-fitted; chance is one half.
        low: Lower end of its interval.
        high: Upper end.
        p_chance: P-value of "it is at chance", two-sided.
        p_equivalent: P-value of "it is a margin or more from chance".
        detectable: Smallest distance from chance that this number of pairs can show.
    """

    classifier: str
    accuracy: float
    low: float
    high: float
    p_chance: float
    p_equivalent: float
    detectable: float


@dataclass(frozen=True)
class Artefacts:
    """The artefacts of a kind of edit.

    Attributes:
        kind: The kind.
        pairs: Number of originals, each with its edit.
        groups: Number of independent groups of pairs.
        told: The accuracy of each classifier.
        cue: How much knowing which items were edited helps to answer (`twokeys.builder.pair.artefacts.cue`).
        margin: The difference up to which a cue counts as none.
        verdict: The verdict.
    """

    kind: str
    pairs: int
    groups: int
    told: tuple[Accuracy, ...]
    cue: Cue
    margin: float
    verdict: Verdict


def artefacts(
    kind: str,
    original: Mapping[str, Contents],
    edited: Mapping[str, Contents],
    groups: Sequence[str],
    cue: Cue,
    margin: float = 0.05,
    alpha: float = 0.05,
    seed: int = 0,
) -> Artefacts:
    """Judge one kind of edit.

    Args:
        kind: Name of the kind.
        original: n contents of the originals, by name in `CLASSIFIERS`.
        edited: The contents of their edits, in the same order.
        groups: (n,) group of each pair; the order of pairs does not matter if groups differ.
        cue: How much knowing which items were edited helps to answer (`twokeys.builder.pair.artefacts.cue`).
        margin: How far from chance a classifier may be, and how much knowing the edits may help to answer.
        alpha: Level of the tests; intervals have confidence 1 - alpha.
        seed: Seed of folds and classifiers.

    Raises:
        ValueError: If there are fewer than two groups, so that nothing can be cross-fitted.
    """
    names, group = np.unique(np.asarray(groups, dtype=object), return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"artefacts of {kind} need pairs of at least two groups; found {len(names)}")
    told = tuple(
        _accuracy(name, original[name], edited[name], group.astype(np.int64), margin, alpha, seed)
        for name in sorted(original)
    )
    if is_retrieved(kind):
        best = max(told, key=lambda each: each.accuracy)
        high = max(each.high for each in told)
        cue = cue.limited(best.accuracy, high, min(best.p_chance * len(told), 1.0))
    return Artefacts(kind, len(group), len(names), told, cue, margin, _verdict(told, cue, margin, alpha))


def _accuracy(
    name: str, original: Contents, edited: Contents, group: Ints, margin: float, alpha: float, seed: int
) -> Accuracy:
    right, groups = _cross_fitted(name, original, edited, group, seed)
    accuracy = excess(right, CHANCE, groups).cross_fitted()
    low, high = accuracy.interval(1 - alpha)
    return Accuracy(
        name,
        accuracy.accuracy,
        CHANCE + low,
        CHANCE + high,
        accuracy.p_beyond(),
        p_equivalence(accuracy, margin),
        minimum_detectable(accuracy, alpha),
    )


def _cross_fitted(
    name: str, original: Contents, edited: Contents, group: Ints, seed: int
) -> tuple[NDArray[np.bool_], Ints]:
    """Whether a classifier that saw nothing of its group classified each original and each edit correctly."""
    both: Any = [*original, *edited] if isinstance(original[0], str) else np.concatenate([original, edited])
    contents = np.asarray(both, dtype=object) if isinstance(both, list) else both
    label = np.repeat([False, True], len(group))
    groups = np.concatenate([group, group])
    right = np.zeros(len(label), dtype=bool)
    fold = fold_of(pd.Series(groups.astype(str)), FOLDS, seed)
    for test in (fold == number for number in np.unique(fold)):
        model = CLASSIFIERS[name](seed).fit(contents[~test], label[~test])
        right[test] = model.predict(contents[test]) == label[test]
    return right, groups


def _verdict(told: Sequence[Accuracy], cue: Cue, margin: float, alpha: float) -> Verdict:
    if all(result.p_equivalent <= alpha for result in told):
        return "clean"
    # With each classifier, the chance of a lucky finding grows.
    if any(result.p_chance <= alpha / len(told) and abs(result.accuracy - CHANCE) > margin for result in told):
        return OF_CUE[cue.verdict(margin, alpha)]
    return "undecided"
