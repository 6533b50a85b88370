"""Fields of a row together with the question's words: a field may show that the words suggest the wrong answer."""

from __future__ import annotations

from twokeys.builder.measure.baselines.metadata import Metadata


class Described(Metadata):
    """Boosted trees on `twokeys.builder.measure.metadata` and `twokeys.builder.measure.lexical` together.

    The author of an answer is such a field: annotators gave the answer that the words suggest, and its counterfactual
    has the other answer.
    """

    name = "described"
    views = ("question",)
    reads = ("lexical",)
