"""Blind-solvability of a set in the manifest: ceilings, and accuracies of baselines."""

from __future__ import annotations

from twokeys.core.views import Bounded, View
from twokeys.data_cards.fact import Fact

NEW = "new questions"
"""Marks the name of a baseline that was fitted with folds by question."""


def with_folds(baseline: str, *, unseen: bool) -> str:
    """Return the name of a baseline, marked if no model had met the question that it answers.

    Example:
        >>> with_folds("question.tfidf", unseen=True)
        'question.tfidf, new questions'
    """
    return f"{baseline}, {NEW}" if unseen else baseline


class Ceiling(Fact):
    """The best accuracy of any function of one view on a set; it is counted, not estimated."""

    view: Bounded
    stratum: str
    """`all`, or `column=value`."""
    right: int
    items: int
    keys: int

    @property
    def share(self) -> float:
        """The ceiling as accuracy."""
        return self.right / self.items if self.items else float("nan")


class Sample(Fact):
    """The contents that a baseline learned from, if there are more than it can learn from."""

    drawn: int
    of: int
    """Contents in all; every item was scored."""


class Score(Fact):
    """Accuracy of one cross-fitted blind baseline on a set."""

    view: View
    baseline: str
    """The full name, such as `question.tfidf`."""
    stratum: str
    items: int
    right: int
    low: float
    """Lower end of the confidence interval, clustered by group and by question (options for the view `choices`)."""
    high: float
    chance: float
    """Accuracy without the view: the most frequent answer of each answer type, or 1 / number of options."""
    unseen: bool = False
    """Whether folds are by question, so that no model had met the question that it answers."""
    sample: Sample | None = None
    """What it learned from; None if that was everything in the other folds."""

    @property
    def name(self) -> str:
        """The name of the baseline and of its folds."""
        return with_folds(self.baseline, unseen=self.unseen)

    @property
    def accuracy(self) -> float:
        """Share of items answered right."""
        return self.right / self.items if self.items else float("nan")


class Blindness(Fact):
    """Blind-solvability of a set: ceilings bound it from above, baselines from below."""

    ceilings: list[Ceiling]
    scores: list[Score]

    def best(self, stratum: str = "all", view: str | None = None) -> Score | None:
        """Return the baseline with the highest accuracy on a stratum; None if nothing was measured."""
        scores = [s for s in self.scores if s.stratum == stratum and view in (None, s.view) and s.items]
        return max(scores, key=lambda score: score.accuracy, default=None)

    def ceiling(self, view: str, stratum: str = "all") -> Ceiling:
        """Return the ceiling of a view on a stratum.

        Raises:
            KeyError: If the stratum was not counted.
        """
        for ceiling in self.ceilings:
            if (ceiling.view, ceiling.stratum) == (view, stratum):
                return ceiling
        counted = ", ".join(sorted({ceiling.stratum for ceiling in self.ceilings})) or "nothing"
        raise KeyError(f"no ceiling of the view {view!r} on {stratum!r}; counted on: {counted}")

    @property
    def strata(self) -> list[str]:
        """Strata on which ceilings were counted: `all` first, the others sorted."""
        return sorted({ceiling.stratum for ceiling in self.ceilings}, key=lambda name: (name != "all", name))
