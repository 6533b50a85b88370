"""The simplest rule that is right on most items of a category: an answer, a mark of options, or a wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom

from twokeys.builder.measure.shortcuts.cues import cues
from twokeys.builder.measure.shortcuts.options import HOLDS, IS, Mark, marks

ENOUGH = 0.9
"""Share of an adversary's right answers that a rule must reach."""
MOST_ITEMS = 20_000
"""Most items of a category for which a rule is searched."""
LEAST = 0.25
"""Smallest share of the items that must have a wording."""


@dataclass(frozen=True)
class Rule:
    """A rule that a reader can apply without any model.

    Attributes:
        words: The rule as the subject of `is right in`.
        right: Number of items on which the rule is right.
        order: Rank of the kind of rule; simpler rules come first.
    """

    words: str
    right: int
    order: int


def simplest(items: pd.DataFrame, chance: float, wanted: int, alpha: float) -> Rule | None:
    """Return the rule that is right on most items, if it beats chance and nearly reaches the best adversary.

    Args:
        items: Item table of a category.
        chance: Chance on the category.
        wanted: Number of items on which the best adversary is right.
        alpha: Level of an exact binomial test against chance, corrected for all rules that were tried (Bonferroni).
    """
    if len(items) > MOST_ITEMS:
        return None
    tried = [*_constant(items), *_marked(items), *_worded(items)]
    best = min(tried, key=lambda rule: (-rule.right, rule.order, rule.words), default=None)
    if best is None or best.right < ENOUGH * wanted:
        return None
    luck = float(binom.sf(best.right - 1, len(items), chance)) * len(tried)
    return best if luck <= alpha else None


def _constant(items: pd.DataFrame) -> Iterator[Rule]:
    """Yield rules that always give the same answer."""
    for answer, right in Counter(items["compared"]).items():
        yield Rule(f"the answer “{answer}”", right, 0)


def _marked(items: pd.DataFrame) -> Iterator[Rule]:
    """Yield rules that pick the option that a mark singles out."""
    right: Counter[Mark] = Counter()
    for choices, answer in zip(items["choices"], items["answer"], strict=True):
        if len(choices) > 1:
            gold = list(choices).index(answer)
            right.update(mark for mark, place in marks(list(map(str, choices))).items() if place == gold)
    for mark, count in right.items():
        yield Rule(f"the option that {mark}", count, 1 + (mark.kind != IS) + (mark.kind == HOLDS))


def _worded(items: pd.DataFrame) -> Iterator[Rule]:
    """Yield rules that give the most frequent answer to questions with a wording."""
    text, texts = pd.factorize(items["question"])
    weights = np.bincount(text, minlength=len(texts)).astype(np.int64)
    names, matrix = cues(list(texts), weights, max(2, int(LEAST * len(items))))
    answers = items["compared"].to_numpy(dtype=object)
    for row, cue in enumerate(names):
        inside = np.isin(text, matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]])
        answer, right = min(Counter(answers[inside]).items(), key=lambda pair: (-pair[1], pair[0]))
        yield Rule(f"the answer “{answer}” to questions that {cue}", right, 4)
