"""Drop items that the image alone gives away."""

from __future__ import annotations

from dataclasses import dataclass

from twokeys.filters.parameters import Count, Names
from twokeys.filters.solved_by_k import SolvedByK


@dataclass(frozen=True)
class SolvedFromImage(SolvedByK):
    """Drop an item that baselines answer from its image alone, without the question.

    Attributes:
        baselines: Names of baselines of the view `image`.
        k: Number of baselines that must be right; all of them if there are fewer.
        min_p: Lowest probability of the answer for which a baseline counts as right; None ignores probabilities.
    """

    id = "solved-from-image"
    summary = "two baselines answer it from the image alone"
    bias = "image prior: whatever is asked of such an image has one answer"
    sees = "the image"

    baselines: Names = ("image.neighbours", "image.probe")
    k: Count = 2
