"""What a blind baseline is: class probabilities of unseen contents, given counted ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.core.views import View

Cost = Literal["seconds", "minutes", "gpu"]


class Baseline(ABC):
    """One family of blind predictors.

    A baseline sees contents and counts, never items: it cannot know which question goes with which image. It is
    called once per fold, with the other folds' counts, and must not keep anything between calls.
    """

    name: ClassVar[str]
    """Second part of the full name, such as `tfidf` in `question.tfidf`."""
    views: ClassVar[tuple[View, ...]]
    """Views that it is run on by default."""
    forms: ClassVar[tuple[str, ...]] = ("answer", "option")
    reads: ClassVar[tuple[str, ...]] = ()
    """Matrices that it reads beside the text of contents, by name; each is made only if a chosen baseline reads it."""
    also: ClassVar[tuple[str, ...]] = ()
    """What it reads as well where it can be had; a family that reads nothing else is not run where none can."""
    language: ClassVar[bool] = False
    """Whether it runs the recipe's language model itself."""
    needs: ClassVar[Cost] = "seconds"
    """What it costs; recipes that name no baselines run those that cost `seconds`."""
    fits: ClassVar[bool] = True
    """Whether it learns from the training rows; a zero-shot model does not."""
    kin: ClassVar[str] = ""
    """Families of one kin share what they see and find the same cues: they cannot judge each other's work."""
    published: ClassVar[str] = ""
    """Where the method comes from; empty for our own and for what every textbook has."""
    version: ClassVar[int] = 1
    """Raised whenever it would predict something else."""

    @property
    def key(self) -> str:
        """Name and version, for the key of a stage that runs it."""
        return f"{self.name}:{self.version}"

    @property
    def matrices(self) -> frozenset[str]:
        """All that it may read beside text."""
        return frozenset((*self.reads, *self.also))

    @abstractmethod
    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Give class probabilities.

        Args:
            problem: The contents; its labels are not to be read.
            train: Counted training rows.
            test: (m,) contents to predict; they may or may not occur in `train`.
            seed: For everything random.

        Returns:
            (m, train.classes) non-negative scores whose rows sum to 1.
        """
