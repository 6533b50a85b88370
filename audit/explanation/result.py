"""What a run of explainers found: per item, and in tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.explanation.summary import Summary


@dataclass(frozen=True)
class Explained:
    """What came out.

    Attributes:
        run: Model, folder, config, fingerprints of its rows, split, masking, explainers, answer, budget, seed.
        items: One object an item: `id`, `question`, `answer`, `explained` (the answer that is explained), `words`,
            `rows` and `columns` of patches, `values` (both, image, question, neither), and for each explainer `image`,
            `text`, `seconds` and `metrics`.
        summary: Tables over items.
        leaks: What the two masks let through, measured on some items; a leaky one gives answers away.
        skipped: Items that were passed over because the model cannot score them, by id, and why.
    """

    run: dict[str, Any]
    items: list[dict[str, Any]]
    summary: Summary
    leaks: list[Leak]
    skipped: dict[str, str]

    def json(self) -> dict[str, Any]:
        """Everything but the items."""
        leaks = [{**asdict(one), "leaky": one.leaky} for one in self.leaks]
        skipped = {"items": len(self.skipped), "why": self.skipped}
        return {"run": self.run, "leaks": leaks, "skipped": skipped, **self.summary.json()}
