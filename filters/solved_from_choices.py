"""Drop items that the options alone give away."""

from __future__ import annotations

from dataclasses import dataclass

from twokeys.filters.parameters import Names
from twokeys.filters.solved_by_k import SolvedByK


@dataclass(frozen=True)
class SolvedFromChoices(SolvedByK):
    """Drop an item that baselines answer from its options alone, without question or image.

    Attributes:
        baselines: Names of baselines of the view `choices`.
        k: Number of baselines that must be right; all of them if there are fewer.
        min_p: Lowest probability of the answer for which a baseline counts as right; None ignores probabilities.
    """

    id = "solved-from-choices"
    summary = "several baselines answer it from the options alone"
    bias = "distractors written around the answer: the odd or the central option is the right one"
    sees = "the options"

    baselines: Names = ("choices.prior", "choices.tfidf", "choices.neighbours", "choices.forest")
