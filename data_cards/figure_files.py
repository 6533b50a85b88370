"""The figures of a report as files beside it: each an image (PNG), and the numbers that it shows (CSV)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.data_cards import plots
from twokeys.data_cards.tables import frame

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from twokeys.data_cards.figures import Figures

PLACE = "assets"
NAMES = ("funnel", "blindness", "categories", "answers")
"""Figures of a report; a set that has no categories has no figure of them."""
FILES = tuple(f"{PLACE}/{name}.{ending}" for name in NAMES for ending in ("png", "csv"))
"""All files that a report may have beside it."""


def write_figures(made: Figures, folder: Path) -> list[str]:
    """Write the files.

    Args:
        made: What is drawn.
        folder: Folder of the report.

    Returns:
        Their paths in the folder.
    """
    place = folder / PLACE
    place.mkdir(parents=True, exist_ok=True)
    names = plots.save_all(made, place)
    for name in names:
        (place / f"{name}.csv").write_text(_csv(tables(made)[name]), encoding="utf-8")
    return [f"{PLACE}/{name}.{ending}" for name in names for ending in ("png", "csv")]


def tables(made: Figures) -> dict[str, pd.DataFrame]:
    """Figure -> the numbers that it shows, a row each."""
    import pandas as pd

    steps = [(step.stage, step.name, step.added, step.removed, step.left) for step in made.funnel]
    sets = (("all items read", made.categories), ("published", made.categories_after))
    categories = [
        {"set": name, **row.model_dump(exclude={"rule", "ruled"}), "accuracy": row.accuracy, "outcome": row.outcome}
        for name, found in sets
        for row in (found.rows if found else [])
    ]
    answers = [
        (one.name, name, total, share.answer, counted, counted / total if total else 0.0)
        for one in made.answers
        for share in one.answers
        for name, total, counted in zip(made.sets, one.totals, share.counts, strict=True)
    ]
    return {
        "funnel": pd.DataFrame(steps, columns=["stage", "step", "added", "removed", "left"]),
        "blindness": frame(made.before, made.after),
        "categories": pd.DataFrame(categories),
        "answers": pd.DataFrame(answers, columns=["items", "set", "total", "answer", "count", "share"]),
    }


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, float_format="%.6f", lineterminator="\n")
