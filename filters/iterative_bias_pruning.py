"""Drop, round by round, the items that a forest answers from the question's words: iterative bias pruning (IBP)."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Ge

from twokeys.filters.cells import is_missing, quote
from twokeys.filters.features import read_features
from twokeys.filters.held_out import forest_probabilities
from twokeys.filters.parameters import Amount, Count, Share, amount
from twokeys.filters.pruning import Pruning, prune, shares
from twokeys.filters.rule import Drops, Rule, Scope

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IterativeBiasPruning(Rule):
    """Drop the items to whose answer a model without access to them gives the highest probability; refit after a batch.

    This is the algorithm that its authors released, with three differences. The features are automatic, while the
    authors wrote them by hand for each template. Folds follow a hash of the group instead of the order of the rows.
    Numbers are answers like any other. A lower blind score after pruning is no evidence by itself: pruning pure noise
    lowers it as well.

    Attributes:
        budget: Most items to remove.
        batch: Items to remove between two refits.
        tau: Score at which pruning stops; None prunes until the budget is reached.
        floor: Fewest items of each answer type that remain.
        allocation: `global` removes the highest scores of all items; `per_type` divides the budget among the answer
            types in proportion to their sizes and prunes each type separately.
        folds: Folds of the cross-fit.
        trees: Trees of each forest.
        seed: Seed of folds and forests.
    """

    id = "iterative-bias-pruning"
    summary = "a forest on the question's words gives the answer, also after refitting"
    bias = "language prior: words of the question predict the answer"
    citation = "Brown et al., Benchmark Designers Should 'Train on the Test Set', arXiv:2511.04655"
    scope: ClassVar[Scope] = "set"
    uses_gold = True
    cost = "`folds` forests for each answer type and batch"

    budget: Amount = 0.2
    batch: Count = 50
    tau: Share | None = None
    floor: Annotated[int, Ge(0)] = 10
    allocation: Literal["global", "per_type"] = "global"
    folds: Annotated[int, Ge(2)] = 5
    trees: Count = 100
    seed: Annotated[int, Ge(0)] = 42

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("question.lexical", "answer", "answer_type", "group")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        answers = dict(zip(table["id"], table["answer"], strict=True))
        return {
            removal.id: f"round {removal.round}: a model fitted on the questions of other items gives its "
            f"answer {quote(answers[removal.id])} a probability of {removal.score:.2f}"
            for pruning in self.prune(table).values()
            for removal in pruning.removed
        }

    def prune(self, table: pd.DataFrame) -> dict[str, Pruning]:
        """Prune `all` items, or each answer type separately; return the removals in order, and why pruning ended."""
        import numpy as np

        from twokeys.core.folds import hashed_fold

        items = read_features(table, "question.lexical")
        kinds = ["" if is_missing(kind) else kind for kind in items.rows["answer_type"]]
        groups = [
            item if is_missing(group) else group for item, group in zip(items.ids, items.rows["group"], strict=True)
        ]
        folds = np.array([hashed_fold(group, self.folds, self.seed) for group in groups], dtype=np.intp)
        place = {item: row for row, item in enumerate(items.ids)}

        def score(ids: list[str]) -> npt.NDArray[np.float64]:
            rows = [place[item] for item in ids]
            data = items.vectors[rows], items.labels[rows], folds[rows]
            return forest_probabilities(*data, trees=self.trees, seed=self.seed)

        parts = kinds if self.allocation == "per_type" else ["all"] * len(kinds)
        budgets = shares(Counter(parts), amount(self.budget, len(kinds)))
        prunings = {}
        for part, budget in budgets.items():
            types = {item: kinds[row] for item, row in place.items() if parts[row] == part}
            limits = {"budget": budget, "batch": self.batch, "floor": self.floor}
            prunings[part] = pruning = prune(types, score, **limits, tau=self.tau)
            log.info("%s of %s: removed %d, then %s", self.id, part, len(pruning.removed), pruning.stop)
        return prunings
