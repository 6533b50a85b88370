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
        k: How many of them must be right; all of them when fewer are named.
        min_p: Probability that a baseline must give the answer to count as right; None asks for none.
    """

    id = "solved-from-choices"
    summary = "several baselines answer it from the options alone"
    bias = "distractors written around the answer: the odd or the central option is the right one"
    sees = "the options"

    baselines: Names = ("choices.prior", "choices.tfidf", "choices.neighbours", "choices.forest")
