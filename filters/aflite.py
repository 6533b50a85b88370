"""Drop what linear models on a fixed representation predict: adversarial filtering (AFLite)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Ge

from twokeys.filters.features import read_features
from twokeys.filters.held_out import linear_hits
from twokeys.filters.parameters import Amount, Count, OpenShare, Share, amount
from twokeys.filters.rule import Drops, Rule, Scope

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AFLite(Rule):
    """Drop, slice by slice, the items that most linear models get right without having been fitted on them.

    The published algorithm draws many random partitions and fits a linear model on one part of each. An item's
    predictability is the share of right predictions among its held-out predictions. Each round removes the most
    predictable items at or above the threshold. A round that removes less than a whole slice is the last.

    Attributes:
        representation: Measurement that holds one vector for each item.
        target: Part of the items at which to stop.
        partitions: Random partitions in each round.
        train: Items on which each model is fitted, as a part of the target size; so they are always fewer than the
            remaining items.
        slice_size: Most items to remove in a round.
        threshold: Lowest predictability of a removed item.
        seed: Seed of the partitions.
    """

    id = "aflite"
    summary = "linear models on the question's embedding get it right though they never saw it"
    bias = "any linear cue in the representation, such as a language prior"
    citation = "Le Bras et al., Adversarial Filters of Dataset Biases, ICML 2020, arXiv:2002.04108"
    scope: ClassVar[Scope] = "set"
    uses_gold = True
    cost = "`partitions` logistic regressions a round"

    representation: str = "question.embedding"
    target: OpenShare = 0.5
    partitions: Count = 64
    train: OpenShare = 0.5
    slice_size: Amount = 0.02
    threshold: Share = 0.75
    seed: Annotated[int, Ge(0)] = 0

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return (self.representation, "answer")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        import numpy as np

        items = read_features(table, self.representation)
        ids, vectors, labels = np.array(items.ids, dtype=object), items.vectors, items.labels
        target, whole_slice = amount(self.target, len(ids)), amount(self.slice_size, len(ids))
        train = amount(self.train, target)
        rng = np.random.default_rng(self.seed)
        drops: Drops = {}
        while len(ids) > target:
            hits, predictions = linear_hits(vectors, labels, partitions=self.partitions, train=train, rng=rng)
            predictability = hits / np.maximum(predictions, 1)
            size = min(whole_slice, len(ids) - target)
            ranked = np.argsort(-predictability, kind="stable")  # rows are sorted by id, so ties go by id
            taken = ranked[:size][predictability[ranked[:size]] >= self.threshold]
            for row in taken:
                right = f"{hits[row]} of {predictions[row]} linear models on {self.representation}"
                limit = f"predictability {predictability[row]:.2f}, limit {self.threshold:g}"
                drops[ids[row]] = f"{right} that were not fitted on it get it right ({limit})"
            ids, vectors, labels = (np.delete(array, taken, axis=0) for array in (ids, vectors, labels))
            if len(taken) < whole_slice:
                break
        return drops
