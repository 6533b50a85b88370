"""Refits: the cheap adversaries fitted again on other labels, in memory, as often as a permutation test wants.

The same fits as those of `twokeys.builder.certify.audited.adversaries`, without its tables: problems are made once, and
only their labels change from run to run.
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
        problems: What they are put, each with the names of those that can be run on it.
        labels: The real labels.
        max_answers: Answers outside the most frequent ones of the fitted rows are never predicted.
    """

    problems: Sequence[tuple[Problem, list[str]]]
    labels: Labels
    max_answers: int

    @classmethod
    def load(cls, folders: Sequence[tuple[Path, list[str]]], labels: Labels, max_answers: int) -> Refits:
        """Read problems that were saved."""
        return cls([(Problem.load(folder), names) for folder, names in folders], labels, max_answers)

    def ask(
        self, names: Sequence[str], given: Ints, keep: Bools, fold: Ints, seed: int, on_removed: bool = False
    ) -> list[Answers]:
        """Fit and score all items, see `twokeys.builder.certify.audited.adversaries.Adversaries.ask`.

        Args:
            names: Adversaries.
            given: (n,) labels.
            keep: (n,) the set on which they are judged.
            fold: (n,) folds; no item is scored by a model that was fitted on its fold.
            seed: For everything random.
            on_removed: Whether they are fitted on all other items; on the set when False.
        """
        found: dict[str, Answers] = {}
        for problem, able in self.problems:
            for name in able:
                if name in names:
                    relabelled = self._with(problem, given, fold)
                    answers = self._one(name, relabelled, given, keep, fold, seed, on_removed)
                    found[name] = _joined(found[name], answers) if name in found else answers
        return [found[name] for name in names if name in found]

    def only(self, items: Bools) -> Refits:
        """The same on some items, (n,): nothing is asked about the others."""
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
        said, confidence, applies = np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n, dtype=bool)
        baseline, some = baselines()[name], keep[problem.item] != on_removed
        for held_out in np.unique(problem.fold):
            inside = problem.fold == held_out
            table = fit_and_score(problem, baseline, inside, ~inside & some, self.max_answers, seed)
            if table is None:
                continue
            item = table["item"]
            applies[item] = True
            confidence[item] = table["confidence"].astype(np.float32)  # as measurements have it
            chosen = table["prediction"].astype(np.int64)
            said[item] = chosen if problem.form == "answer" else labels.codes[labels.first[item] + chosen]
        return labels.judged(Predicted(name, said, confidence, applies, on_removed), given, fold, keep)


def _rows(problem: Problem, rows: Bools) -> Problem:
    item, content, label, fold = (
        column[rows] for column in (problem.item, problem.content, problem.label, problem.fold)
    )
    offer = problem.offer[rows] if len(problem.offer) else problem.offer
    return replace(problem, item=item, content=content, label=label, fold=fold, offer=offer)


def _place(item: Ints) -> Ints:
    """Place of each row among the rows of its item, which are adjacent.

    Example:
        >>> _place(np.array([4, 4, 7, 7, 7])).tolist()
        [0, 1, 0, 1, 2]
    """
    new = np.flatnonzero(np.diff(item, prepend=-1))
    return np.arange(len(item)) - np.repeat(new, np.diff(new, append=len(item)))


def _joined(one: Answers, other: Answers) -> Answers:
    """One adversary on two forms of problem: each applies to items of its own."""
    second = other.applies
    return Answers(
        one.name,
        one.right | other.right,
        np.where(second, other.confidence, one.confidence),
        one.applies | second,
        np.where(second, other.chance, one.chance),
        one.guess,
        one.on_removed,
    )
