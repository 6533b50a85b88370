"""Can edited be told from original? If so, what tells them apart must at least say nothing about the answer.

For each kind of edit, classifiers see one picture (or one question) at a time and say whether it was edited. They are
cross-fitted by group, with an original and its edit in the same fold: otherwise the twin gives the answer away. As many
originals as edits, so chance is one half. A kind is

- `clean` when every classifier is at chance: equivalence within the margin, not merely no significant difference;
- `balanced` when some classifier can tell, but to know which items are edited is shown not to help to answer them,
  neither by itself nor beside the other view (`twokeys.builder.pair.artefacts.cue`);
- `refused` when some classifier can tell and that helps to answer, by more than luck;
- `undecided` when there are too few pairs for any of these; the smallest difference that would have been seen is given.
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
"""One row, or one text, per picture or question: vectors, pixel statistics, or the text itself."""
OF_CUE: Mapping[str, Verdict] = {"none": "balanced", "helps": "refused", "undecided": "undecided"}
"""What follows of a kind that can be told, by whether that helps."""
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
class Told:
    """How well one classifier tells edited from original.

    Attributes:
        classifier: Its name in `CLASSIFIERS`.
        accuracy: Cross-fitted; chance is one half.
        low: Lower end of its interval.
        high: Upper end.
        p_chance: P-value of "it is at chance", two-sided.
        p_equivalent: P-value of "it is a margin or more from chance".
        detectable: Smallest distance from chance that so many pairs would have shown.
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
    """What is known of one kind of edit.

    Attributes:
        kind: The kind.
        pairs: Originals, each with one edit.
        groups: Independent groups of them.
        told: One per classifier.
        cue: By how much it helps to answer that one knows which items were edited
            (`twokeys.builder.pair.artefacts.cue`).
        margin: What counts as none.
        verdict: What follows.
    """

    kind: str
    pairs: int
    groups: int
    told: tuple[Told, ...]
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
        original: Contents of the originals by name in `CLASSIFIERS`, n each.
        edited: The same of their edits, in the same order.
        groups: (n,) group of each pair; the order of pairs does not matter where groups differ.
        cue: By how much it helps to answer that one knows which items were edited
            (`twokeys.builder.pair.artefacts.cue`).
        margin: How far from chance a classifier may be, and how much knowing what was edited may help to answer.
        alpha: Level of the tests; intervals have confidence 1 - alpha.
        seed: Of folds and classifiers.

    Raises:
        ValueError: With fewer than two groups: nothing can be cross-fitted.
    """
    names, group = np.unique(np.asarray(groups, dtype=object), return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"artefacts of {kind} need pairs of at least two groups; found {len(names)}")
    told = tuple(
        _told(name, original[name], edited[name], group.astype(np.int64), margin, alpha, seed)
        for name in sorted(original)
    )
    if is_retrieved(kind):
        best = max(told, key=lambda each: each.accuracy)
        high = max(each.high for each in told)
        cue = cue.told(best.accuracy, high, min(best.p_chance * len(told), 1.0))
    return Artefacts(kind, len(group), len(names), told, cue, margin, _verdict(told, cue, margin, alpha))


def _told(name: str, original: Contents, edited: Contents, group: Ints, margin: float, alpha: float, seed: int) -> Told:
    right, groups = _cross_fitted(name, original, edited, group, seed)
    found = excess(right, CHANCE, groups).cross_fitted()
    low, high = found.interval(1 - alpha)
    return Told(
        name,
        found.accuracy,
        CHANCE + low,
        CHANCE + high,
        found.p_beyond(),
        p_equivalence(found, margin),
        minimum_detectable(found, alpha),
    )


def _cross_fitted(
    name: str, original: Contents, edited: Contents, group: Ints, seed: int
) -> tuple[NDArray[np.bool_], Ints]:
    """Whether each original and each edit was told right by a classifier that saw nothing of its group."""
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


def _verdict(told: Sequence[Told], cue: Cue, margin: float, alpha: float) -> Verdict:
    if all(one.p_equivalent <= alpha for one in told):
        return "clean"
    # Each classifier is a chance to find something by luck.
    if any(one.p_chance <= alpha / len(told) and abs(one.accuracy - CHANCE) > margin for one in told):
        return OF_CUE[cue.verdict(margin, alpha)]
    return "undecided"
