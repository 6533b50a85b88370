"""Folders of evaluations as `twokeys evaluate` writes them, with marks that a test knows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from twokeys.audit.evaluation.evaluate import RESULT
from twokeys.audit.evaluation.items import ITEMS, write_items
from twokeys.audit.journal import RUN

STATED: dict[str, Any] = {
    "model": "toy", "folder": "shapes", "config": "balanced", "fingerprint": {"balanced": "f" * 64}, "split": "test",
    "parser": 4, "value": "probability", "scores": [], "seed": 0,
}  # fmt: skip


def table(count: int, **columns: Any) -> pd.DataFrame:
    """Items that are yes/no, each in a group of its own, without partners."""
    cells: dict[str, Any] = {
        "id": [f"i{number:05d}" for number in range(count)], "source": "s", "split": "test", "answer_type": "yes/no",
        "group": [f"g{number}" for number in range(count)], "question_key": "q", "image_key": "i",
        "compared": ["yes", "no"] * (count // 2) + ["yes"] * (count % 2), "choices": [[]] * count,
        "image_partner": None, "question_partner": None, "quad": None, "meta": "{}",
    }  # fmt: skip
    return pd.DataFrame(cells | columns)


def run_folder(
    place: Path, items: pd.DataFrame, right: Sequence[bool], benchmark: dict[str, Any] | None = None, **stated: Any
) -> Path:
    """Write a run's folder, and say where it is."""
    place.mkdir(parents=True)
    said = {"name": "shapes", "title": "Shapes", "categories": [], "adversaries": [], "tasks": []} | (benchmark or {})
    (place / RUN).write_text(json.dumps(STATED | {"items": len(items)} | stated), encoding="utf-8")
    (place / RESULT).write_text(json.dumps({"skipped": {"items": 0, "why": {}}, "benchmark": said}), encoding="utf-8")
    write_items(place / ITEMS, items.assign(reply="yes", **{"right.both": list(map(bool, right))}))
    return place
