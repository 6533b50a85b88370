"""The simplest rule that answers most items of a category: one answer, one mark of options, or one wording."""

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
"""Share of what an adversary answers that a rule must answer to be told."""
MOST_ITEMS = 20_000
"""Items of a category in which a rule is looked for."""
LEAST = 0.25
"""Share of the items that must have a wording."""


@dataclass(frozen=True)
class Rule:
    """A rule that a reader can apply without any model.

    Attributes:
        words: The rule as the subject of `is right in`.
        right: Items that it answers.
        order: Simpler rules first.
    """

    words: str
    right: int
    order: int


def simplest(items: pd.DataFrame, chance: float, wanted: int, alpha: float) -> Rule | None:
    """The rule that answers most items, if it does better than chance and about as well as was reached.

    Args:
        items: Item table of a category.
        chance: Of the category.
        wanted: Items that the best adversary answers.
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
    """The same answer each time."""
    for answer, right in Counter(items["compared"]).items():
        yield Rule(f"the answer “{answer}”", right, 0)


def _marked(items: pd.DataFrame) -> Iterator[Rule]:
    """The option that a mark singles out."""
    right: Counter[Mark] = Counter()
    for choices, answer in zip(items["choices"], items["answer"], strict=True):
        if len(choices) > 1:
            gold = list(choices).index(answer)
            right.update(mark for mark, place in marks(list(map(str, choices))).items() if place == gold)
    for mark, count in right.items():
        yield Rule(f"the option that {mark}", count, 1 + (mark.kind != IS) + (mark.kind == HOLDS))


def _worded(items: pd.DataFrame) -> Iterator[Rule]:
    """The most frequent answer of questions with a wording."""
    text, texts = pd.factorize(items["question"])
    asked = np.bincount(text, minlength=len(texts)).astype(np.int64)
    names, matrix = cues(list(texts), asked, max(2, int(LEAST * len(items))))
    answers = items["compared"].to_numpy(dtype=object)
    for row, cue in enumerate(names):
        inside = np.isin(text, matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]])
        answer, right = min(Counter(answers[inside]).items(), key=lambda pair: (-pair[1], pair[0]))
        yield Rule(f"the answer “{answer}” to questions that {cue}", right, 4)
