"""Refits: the cheap adversaries fitted again on other labels, in memory, as often as a permutation test needs.

The fits are those of `twokeys.builder.certify.audited.adversaries`, without its tables: problems are made once, and
only their labels change between runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from twokeys.builder.certify.audited.bounds import Answers, Bools, Ints
from twokeys.builder.certify.audited.labels import Labels, Predicted
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.measure.baselines.problem import Problem
from twokeys.builder.measure.fit import fit_and_score


@dataclass(frozen=True, eq=False)
class Refits:
    """Adversaries that can be fitted again on other labels.

    Attributes:
        problems: Problems, each with the names of the adversaries that can be fitted to it.
        labels: The real labels.
        max_answers: Only so many of the most frequent answers of the fitted rows are ever predicted.
    """

    problems: Sequence[tuple[Problem, list[str]]]
    labels: Labels
    max_answers: int

    @classmethod
    def load(cls, folders: Sequence[tuple[Path, list[str]]], labels: Labels, max_answers: int) -> Refits:
        """Read saved problems."""
        return cls([(Problem.load(folder), names) for folder, names in folders], labels, max_answers)

    def ask(
        self, names: Sequence[str], given: Ints, keep: Bools, fold: Ints, seed: int, on_removed: bool = False
    ) -> list[Answers]:
        """Fit and score all items, see `twokeys.builder.certify.audited.adversaries.Adversaries.ask`.

        Args:
            names: Adversaries.
            given: (n,) labels.
            keep: (n,) the set on which chance is counted.
            fold: (n,) folds; no item is scored by a model that was fitted on its fold.
            seed: Seed of everything random.
            on_removed: Whether adversaries are fitted on all other items instead of on the set.
        """
        answers_of: dict[str, Answers] = {}
        for problem, able in self.problems:
            for name in able:
                if name in names:
                    relabelled = self._with(problem, given, fold)
                    answers = self._one(name, relabelled, given, keep, fold, seed, on_removed)
                    answers_of[name] = _joined(answers_of[name], answers) if name in answers_of else answers
        return [answers_of[name] for name in names if name in answers_of]

    def only(self, items: Bools) -> Refits:
        """Return the same adversaries for some items, (n,): they do not answer the others."""
        return replace(
            self, problems=[(_rows(problem, items[problem.item]), names) for problem, names in self.problems]
        )

    def _with(self, problem: Problem, given: Ints, fold: Ints) -> Problem:
        if problem.form == "answer":
            label, names = self.labels.gold(given)[problem.item], self.labels.texts
        else:
            label, names = (_place(problem.item) == given[problem.item]).astype(np.int64), ()
        return replace(problem, label=label, names=names, fold=fold[problem.item])

    def _one(
        self, name: str, problem: Problem, given: Ints, keep: Bools, fold: Ints, seed: int, on_removed: bool
    ) -> Answers:
        n, labels = len(given), self.labels
        codes, confidence, applies = np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n, dtype=bool)
        baseline, fitted_rows = baselines()[name], keep[problem.item] != on_removed
        for held_out in np.unique(problem.fold):
            inside = problem.fold == held_out
            table = fit_and_score(problem, baseline, inside, ~inside & fitted_rows, self.max_answers, seed)
            if table is None:
                continue
            item = table["item"]
            applies[item] = True
            confidence[item] = table["confidence"].astype(np.float32)  # the precision of measurements
            chosen = table["prediction"].astype(np.int64)
            codes[item] = chosen if problem.form == "answer" else labels.codes[labels.first[item] + chosen]
        return labels.scored(Predicted(name, codes, confidence, applies, on_removed), given, fold, keep)


def _rows(problem: Problem, rows: Bools) -> Problem:
    item, content, label, fold = (
        column[rows] for column in (problem.item, problem.content, problem.label, problem.fold)
    )
    offer = problem.offer[rows] if len(problem.offer) else problem.offer
    return replace(problem, item=item, content=content, label=label, fold=fold, offer=offer)


def _place(item: Ints) -> Ints:
    """Return the place of each row among the rows of its item, which are adjacent.

    Example:
        >>> _place(np.array([4, 4, 7, 7, 7])).tolist()
        [0, 1, 0, 1, 2]
    """
    new = np.flatnonzero(np.diff(item, prepend=-1))
    return np.arange(len(item)) - np.repeat(new, np.diff(new, append=len(item)))


def _joined(first: Answers, second: Answers) -> Answers:
    """Join the answers of an adversary to two forms of problem, which apply to different items."""
    from_other = second.applies
    return Answers(
        first.name,
        first.right | second.right,
        np.where(from_other, second.confidence, first.confidence),
        first.applies | from_other,
        np.where(from_other, second.chance, first.chance),
        first.guess,
        first.on_removed,
    )
