"""From explained items to tables: rankings with intervals, agreement, tests against random, localisation, cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from twokeys.audit.evaluation.result import QUANTILES
from twokeys.audit.explanation.agreement import Agreement, agreement
from twokeys.audit.explanation.comparison import Mixed, against, friedman, means, mixed
from twokeys.audit.explanation.metrics import FOUND, RANKED
from twokeys.audit.games.game import Floats
from twokeys.core.intervals.means import caution

KNOWING = ("oracle", "anti-oracle")
"""Controls that know the difference mask: they need one, and take no part in the agreement of rankings."""


@dataclass(frozen=True)
class Summary:
    """Tables over the items of a run.

    Attributes:
        items: Number of items.
        rankings: Metric -> a row an explainer, best first: `mean`, `low`, `high`, `rank`, `items`, and against random
            `difference`, `p`, `p_holm`.
        friedman: Metric -> chi-square and p.
        agreement: Kendall's tau between the image and the text ranking; controls that know the truth left out.
        mixed: Linear mixed model of the improved estimate.
        localisation: A row an explainer, a column a metric; the row `chance` is the level of knowing nothing.
        located: Items with a difference mask, by modality.
        cost: A row an explainer: mean `seconds` and `passes` (forward and backward) an item.
        dividends: (items,) v(both) - v(image) - v(question) + v(neither).
    """

    items: int
    rankings: dict[str, pd.DataFrame]
    friedman: dict[str, tuple[float, float]]
    agreement: Agreement
    mixed: Mixed
    localisation: pd.DataFrame
    located: dict[str, int]
    cost: pd.DataFrame
    dividends: Floats

    @property
    def caution(self) -> str:
        """A word beside intervals and p values if there are too few items for them; empty if there are enough."""
        return caution(self.items, "items")

    def json(self) -> dict[str, Any]:
        """All tables as JSON values."""
        return {
            "items": self.items,
            "rankings": {name: _plain(table) for name, table in self.rankings.items()},
            "friedman": {name: {"chi2": value[0], "p": value[1]} for name, value in self.friedman.items()},
            "agreement": asdict(self.agreement),
            "mixed": {"effects": _plain(self.mixed.effects), "converged": self.mixed.converged,
                      "warnings": list(self.mixed.warnings)},
            "localisation": _plain(self.localisation),
            "located": self.located,
            "cost": _plain(self.cost),
            "dividend": {"mean": float(self.dividends.mean()),
                         "quantiles": {str(q): float(np.quantile(self.dividends, q)) for q in QUANTILES}},
        }  # fmt: skip


def summarise(items: Sequence[dict[str, Any]], explainers: Sequence[str], seed: int = 0) -> Summary:
    """Count all tables.

    Args:
        items: Lines of `twokeys.audit.explanation.explain`.
        explainers: Their explainers, `random` among them.
        seed: Of bootstraps.
    """
    tables = {metric: frame(items, metric)[list(explainers)] for metric in RANKED}
    rankings = {
        metric: means(table, seed=seed).join(against(table)).astype({"items": int}) for metric, table in tables.items()
    }
    ranked = [name for name in explainers if name not in KNOWING]
    values = [item["values"] for item in items]
    cost = {
        name: {
            "seconds": float(np.mean([item["explainers"][name]["seconds"] for item in items])),
            "passes": float(np.mean([item["explainers"][name]["passes"] for item in items])),
        }
        for name in explainers
    }
    return Summary(
        items=len(items),
        rankings=rankings,
        friedman={metric: friedman(table) for metric, table in tables.items()},
        agreement=agreement(tables["image.srg"][ranked], tables["text.srg"][ranked], seed=seed),
        mixed=mixed(tables["improved.raw"]),
        localisation=_localisation(items, explainers),
        located={part: sum(item["truth"][part] is not None for item in items) for part in ("image", "text")},
        cost=pd.DataFrame.from_dict(cost, orient="index"),
        dividends=np.array([v["both"] - v["image"] - v["question"] + v["neither"] for v in values]),
    )


def frame(items: Sequence[dict[str, Any]], metric: str) -> pd.DataFrame:
    """One metric of all items: a row an item, a column an explainer; items that lack it are left out."""
    rows = {
        item["id"]: {name: entry["metrics"].get(metric, np.nan) for name, entry in item["explainers"].items()}
        for item in items
    }
    return pd.DataFrame.from_dict(rows, orient="index").astype(float).dropna()


def _localisation(items: Sequence[dict[str, Any]], explainers: Sequence[str]) -> pd.DataFrame:
    columns = {}
    for metric in FOUND:
        table = frame(items, metric)
        if len(table):
            column = table[list(explainers)].mean()
            column["chance"] = float(frame(items, f"{metric}.chance").iloc[:, 0].mean())
            columns[metric] = column
    return pd.DataFrame(columns)


def _plain(table: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    return {
        str(row): {str(name): None if pd.isna(value) else float(value) for name, value in cells.items()}
        for row, cells in table.to_dict("index").items()
    }
