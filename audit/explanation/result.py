"""What a run of explainers found: per item, and in tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.explanation.metrics import RANKED
from twokeys.audit.explanation.summary import Summary
from twokeys.core.notebook import notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Explained:
    """What came out.

    Attributes:
        run: Model, folder, config, fingerprints of its rows, split, masking, explainers, answer, budget, seed.
        items: One object an item: `id`, `question`, `answer`, `explained` (the answer that is explained), `words`,
            `rows` and `columns` of patches (`grids`, those of each image, if it has several), `values` (both, image,
            question, neither), and for each explainer `image`, `text`, `seconds` and `metrics`.
        summary: Tables over items.
        leaks: What the two masks let through, measured on some items; a leaky one gives answers away.
        skipped: Items that were passed over because the model cannot score them, by id, and why.
    """

    run: dict[str, Any]
    items: list[dict[str, Any]]
    summary: Summary
    leaks: list[Leak]
    skipped: dict[str, str]

    def to_pandas(self) -> pd.DataFrame:
        """One row for each metric and explainer, best first: `mean`, `low`, `high`, `rank`, and against random."""
        tables = self.summary.rankings
        return pd.concat(tables, names=["metric", "explainer"]).reset_index()

    def figure(self, metric: str = "improved.raw") -> Figure:
        """Means of explainers with intervals under a metric of `twokeys.audit.explanation.metrics.RANKED`."""
        from twokeys.audit.explanation.figures import intervals

        return intervals(self.summary.rankings[metric], RANKED[metric])

    def _repr_html_(self) -> str:
        sentence = f"{self.run['model']} on {self.run['folder']}: {self.summary.items:,} items. {self.summary.caution}"
        return notebook(sentence, self)

    def json(self) -> dict[str, Any]:
        """Everything but the items."""
        leaks = [{**asdict(one), "leaky": one.leaky} for one in self.leaks]
        skipped = {"items": len(self.skipped), "why": self.skipped}
        return {"run": self.run, "leaks": leaks, "skipped": skipped, **self.summary.json()}
