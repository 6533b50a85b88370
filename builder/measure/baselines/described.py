"""A row's fields beside the question's words: a field may say that the answer is not the one the words suggest."""

from __future__ import annotations

from twokeys.builder.measure.baselines.metadata import Metadata


class Described(Metadata):
    """Boosted trees on `twokeys.builder.measure.metadata` and `twokeys.builder.measure.lexical` together.

    Who made an answer is such a field: annotators gave the answer that the words suggest, and the counterfactual beside
    it has the other one.
    """

    name = "described"
    views = ("question",)
    reads = ("lexical",)
