"""Shortcuts in small sets: exact tests on all items, since a search on one half could detect nothing.

Every pair of a cue and an answer is a hypothesis. Two explanations must both be unlikely, so the larger p-value counts:
that the answer is unrelated to the cue (Fisher's exact test, among the items that can have the answer), and that a
predictor that knows what the cue asks for draws among the answers (a binomial test against one over the answers that
occur with the cue, or over the options of each item). A hypothesis that could never become significant does not count
in the correction for many tests (`twokeys.core.intervals.tarone`). Items of one group with the same result count once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom, hypergeom

from twokeys.builder.measure.shortcuts.cues import Cue, cues
from twokeys.core.ceilings import codes
from twokeys.core.intervals.tarone import able

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SMALL = 500
"""Items of an answer type from which half of them is enough for a search."""
SUPPORT = 4
"""Fewest items of a cue."""
REPEATED = 0.5
"""Largest share of items that a shortcut may have in common with earlier shortcuts."""


@dataclass(frozen=True)
class Tested:
    """The exact tests on a small set.

    Attributes:
        items: Number of items.
        hypotheses: Number of hypotheses.
        able: Hypotheses that could become significant, by which the level was divided.
        held: Hypotheses that are significant and reported.
    """

    items: int
    hypotheses: int
    able: int
    held: int

    def words(self, what: str) -> str:
        """Describe the result in a sentence.

        Args:
            what: Name of one tested thing, such as `wording`.

        Example:
            >>> Tested(20, 31, 0, 0).words("wording")
            'Too few to tell: in 20 items no wording could stand out, however they are answered.'
            >>> print(Tested(60, 31, 1, 1).words("mark"))
            All 60 items were tested at once: the one mark that could stand out does (exact test).
        """
        if not self.able:
            return f"Too few to tell: in {self.items:,} items no {what} could stand out, however they are answered."
        begins = f"All {self.items:,} items were tested at once:"
        if self.able == 1:
            return f"{begins} the one {what} that could stand out {'does' if self.held else 'does not'} (exact test)."
        held = f"{self.held:,} {'does' if self.held == 1 else 'do'}" if self.held else "none does"
        return (
            f"{begins} of {self.able:,} {what}s that could stand out {held} (exact tests, corrected for all of them)."
        )


@dataclass(frozen=True)
class Hit:
    """A cue that reveals an answer.

    Attributes:
        cue: The cue.
        answer: The answer.
        answer_type: The answer type.
        p: The p-value, not corrected.
    """

    cue: Cue
    answer: str
    answer_type: str
    p: float


def wordings(items: pd.DataFrame, alpha: float) -> tuple[list[Hit], Tested]:
    """Test all cues of small answer types.

    Args:
        items: Item table with `question`, `compared`, `answer_type`, `choices` and `group`.
        alpha: Chance that any shortcut is reported on random answers.
    """
    families = [
        family
        for kind, part in items.groupby("answer_type", observed=True, sort=True)
        for family in _families(part, str(kind))
    ]
    least = np.concatenate([family.least for family in families]) if families else np.zeros(0)
    number = able(least, alpha)
    hits = [
        (family.p[row], family.names[row], family, row)
        for family in families
        for row in np.flatnonzero(family.p <= alpha / max(number, 1))
        if number
    ]
    taken: list[Hit] = []
    covered: dict[tuple[str, str], Bools] = {}
    for p, cue, family, row in sorted(hits, key=lambda hit: (hit[0], hit[1], hit[2].answer)):
        inside, place = family.inside[row], (family.answer_type, family.answer)
        before = covered.setdefault(place, np.zeros(len(inside), dtype=bool))
        if (before & inside).sum() <= REPEATED * inside.sum():
            covered[place] = before | inside
            taken.append(Hit(cue, family.answer, family.answer_type, float(p)))
    return taken, Tested(len(items), len(least), number, len(taken))


@dataclass(frozen=True, eq=False)
class _Family:
    """All cues with one answer.

    Attributes:
        names: The cues.
        answer: The answer.
        answer_type: The answer type.
        inside: (cues, items) whether each cue matches each item.
        p: (cues,) p-values.
        least: (cues,) smallest p-values that the cues could reach.
    """

    names: list[Cue]
    answer: str
    answer_type: str
    inside: Bools
    p: Floats
    least: Floats


def _families(part: pd.DataFrame, kind: str) -> Iterator[_Family]:
    part = part.iloc[np.argsort(codes(part["group"]), kind="stable")]
    text, texts = pd.factorize(part["question"])
    names, matrix = cues(list(texts), np.bincount(text, minlength=len(texts)).astype(np.int64), SUPPORT)
    if not names:
        return
    inside: Bools = matrix.toarray().astype(bool)[:, text]
    groups = codes(part["group"])
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    answers = part["compared"].astype(object).to_numpy()
    options = part["choices"].map(len).to_numpy()
    code = pd.factorize(answers, sort=True)[0]
    guess = 1 / np.maximum([len(np.unique(code[row])) for row in inside], 2)
    for answer, items in sorted(pd.Series(answers).value_counts().items()):
        if items < SUPPORT:
            continue
        right = answers == answer
        offered = np.array([not len(choices) or answer in choices for choices in part["choices"]], dtype=bool)
        counted = _counted(inside, right, offered, starts)
        drawn = np.where(options > 0, 1 / np.maximum(options, 1), 0.0) * offered
        of_options = (inside * drawn).sum(axis=1) / np.maximum((inside & offered).sum(axis=1), 1)
        p, least = _p_values(counted, of_options if (options > 0).all() else guess)
        yield _Family(names, str(answer), kind, inside, p, least)


def _counted(inside: Bools, right: Bools, offered: Bools, starts: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Count, for every cue, the groups with an item in each cell of the table of cue by answer."""

    def groups(cells: Bools) -> Ints:
        number: Ints = np.logical_or.reduceat(cells, starts, axis=1).sum(axis=1)
        return number

    yes, no = right & offered, ~right & offered
    return groups(inside & yes), groups(inside & no), groups(~inside & yes), groups(~inside & no)


def _p_values(counted: tuple[Ints, Ints, Ints, Ints], guess: Floats) -> tuple[Floats, Floats]:
    """Return the p-value of every cue, and the smallest value that Fisher's test can reach with these margins."""
    hit, miss, other, rest = counted
    total, wanted, shown = hit + miss + other + rest, hit + other, hit + miss
    fisher = hypergeom.sf(hit - 1, total, wanted, shown)
    luck = binom.sf(hit - 1, shown, guess)
    least = hypergeom.sf(np.minimum(wanted, shown) - 1, total, wanted, shown)
    p: Floats = np.where(hit > 0, np.maximum(fisher, luck), 1.0)
    return p, np.where(shown > 0, least, 1.0)
