"""The interface of a blind baseline: class probabilities of unseen contents, given counted training rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.core.views import View

Cost = Literal["seconds", "minutes", "gpu"]


class Baseline(ABC):
    """One family of blind predictors.

    A baseline sees contents and counts, never items: it cannot see which question goes with which image. It is called
    once for each fold, with the counts of the other folds, and must not keep anything between calls.
    """

    name: ClassVar[str]
    """Second part of the full name, such as `tfidf` in `question.tfidf`."""
    views: ClassVar[tuple[View, ...]]
    """Views on which it runs by default."""
    forms: ClassVar[tuple[str, ...]] = ("answer", "option")
    reads: ClassVar[tuple[str, ...]] = ()
    """Names of matrices that it reads besides the text; a matrix is made only if a chosen baseline reads it."""
    also: ClassVar[tuple[str, ...]] = ()
    """Names of matrices that it reads if they are available; a family that reads no others does not run without any."""
    language: ClassVar[bool] = False
    """Whether it runs the recipe's language model itself."""
    needs: ClassVar[Cost] = "seconds"
    """Its cost; if a recipe names no baselines, all that cost `seconds` run."""
    fits: ClassVar[bool] = True
    """Whether it learns from the training rows; a zero-shot model does not."""
    most: ClassVar[int] = 0
    """Most contents that it learns from; if there are more, it learns from a sample and scores all. 0: from all."""
    kin: ClassVar[str] = ""
    """Families of one kin detect the same cues: one cannot certify a set that another selected."""
    published: ClassVar[str] = ""
    """Source of a published method; empty for methods of this project and of textbooks."""
    version: ClassVar[int] = 1
    """Increased whenever its predictions change."""

    @property
    def key(self) -> str:
        """Name and version, for the keys of stages that run it."""
        return f"{self.name}:{self.version}"

    @property
    def matrices(self) -> frozenset[str]:
        """Names of all matrices that it may read."""
        return frozenset((*self.reads, *self.also))

    @abstractmethod
    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Predict class probabilities.

        Args:
            problem: The contents; baselines must not read its labels.
            train: Counted training rows.
            test: (m,) contents to predict; they may or may not occur in `train`.
            seed: Seed of everything random.

        Returns:
            (m, train.classes) non-negative scores whose rows sum to 1.
        """
