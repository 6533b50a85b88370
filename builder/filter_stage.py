"""The stage `filter`: what the rules of a recipe drop, once, for whoever goes on from there."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from twokeys.builder.filter import apply, made
from twokeys.builder.measure.survey import Survey
from twokeys.builder.recipe import Recipe, RuleUse
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.items import canonical_json


def filtered(run: Run, known: Survey, plan: Recipe) -> Stage:
    """Apply the rules; the stage holds `removed.parquet` and notes the reports."""
    return run.stage("filter", partial(_filter, known, plan), 1, known.key, described(plan))


def described(plan: Recipe) -> list[list[str]]:
    """Every rule of a recipe as it is keyed.

    Raises:
        BadInput: When a rule is unknown or a parameter is wrong.
    """
    return [_identity(use) for use in plan.rules]


def _identity(use: RuleUse) -> list[str]:
    """A rule with its version, its parameters and, for a rule in a file of its own, the text of that file."""
    rule = made(use)
    path = Path(use.rule.rpartition(":")[0]).expanduser()
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [use.rule, str(rule.version), canonical_json(asdict(rule)), text]


def _filter(known: Survey, plan: Recipe, stage: Stage) -> dict[str, Any]:
    done = apply(known.items, plan.rules, known.represent.column, plan.seed)
    write_table(stage.folder / "removed.parquet", pa.Table.from_pandas(done.removed, preserve_index=False))
    return {"reports": [report.model_dump(mode="json") for report in done.reports]}


def left(items: pd.DataFrame, filtering: Stage) -> pd.DataFrame:
    """Items that no rule dropped."""
    removed = set(filtering.table("removed.parquet", ["id"]).column(0).to_pylist())
    return items[~items["id"].isin(removed)].reset_index(drop=True)
