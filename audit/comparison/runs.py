"""The compared evaluations: read from their folders, of the same rows, each with a unique name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from twokeys.audit.evaluation.benchmark import Benchmark
from twokeys.audit.evaluation.evaluate import RESULT
from twokeys.audit.evaluation.items import ITEMS
from twokeys.audit.evaluation.result import TOLD, Evaluation
from twokeys.audit.journal import RUN
from twokeys.core.errors import BadInput

WHAT = "a folder that `twokeys evaluate --out` wrote"
RIGHT = "right.both"


class Stated(BaseModel):
    """The statements of a run about itself that a comparison needs."""

    model_config = ConfigDict(frozen=True)

    model: str
    folder: str
    config: str
    fingerprint: dict[str, str]
    split: str
    items: int
    parser: int
    value: Literal["probability", "right or wrong"]


@dataclass(frozen=True)
class Run:
    """An evaluation.

    Attributes:
        name: Its unique name in the comparison.
        place: Its folder, or the name of its model.
        stated: Its model and settings.
        benchmark: Facts from the published folder's manifest.
        items: Its items, as `twokeys.audit.evaluation.result.Evaluation` has them.
    """

    name: str
    place: str
    stated: Stated
    benchmark: Benchmark
    items: pd.DataFrame


def runs_of(given: Sequence[Path | str | Evaluation]) -> list[Run]:
    """Read the runs, and see that they can be compared.

    Raises:
        BadInput: If there are fewer than two runs, a run is not whole, two are of different rows, or share no item.
    """
    if len(given) < 2:
        remedy = "name two runs or more"
        raise BadInput("RUN", None, f"a comparison needs two runs, and {len(given)} is given", WHAT, remedy)
    found = [_made(one) if isinstance(one, Evaluation) else _read(Path(one)) for one in given]
    for other in found[1:]:
        _alike(found[0], other)
    return [_named(one, name) for one, name in zip(found, _names(found), strict=True)]


def common(found: Sequence[Run]) -> list[pd.DataFrame]:
    """The items that all runs have, in the order of their ids; the same rows of each run.

    Raises:
        BadInput: When no item is in all of them.
    """
    ids = set.intersection(*(set(run.items["id"]) for run in found))
    if not ids:
        problem = f"no item is in all {len(found)} runs"
        remedy = "evaluate with the same --limit, or without it"
        raise BadInput(found[-1].place, None, problem, "runs over the same items", remedy)
    ordered = sorted(ids)
    return [run.items.set_index("id").loc[ordered].reset_index() for run in found]


def _made(one: Evaluation) -> Run:
    stated = Stated.model_validate(one.run)
    return Run("", stated.model, stated, one.benchmark, one.items)


def _read(place: Path) -> Run:
    if not (place / RUN).is_file():
        raise BadInput(place, None, f"there is no {RUN}", WHAT, "name the folder that was given as --out")
    if not (place / ITEMS).is_file() or not (place / RESULT).is_file():
        missing = ITEMS if not (place / ITEMS).is_file() else RESULT
        problem = f"there is no {missing}: the evaluation did not end, or an older version of twokeys wrote it"
        remedy = "run the same `twokeys evaluate` again with this --out: it asks for no answer that is there"
        raise BadInput(place, None, problem, "", remedy)
    try:
        stated = Stated.model_validate(_json(place / RUN))
        said = Benchmark.model_validate(_json(place / RESULT).get("benchmark"))
        items: pd.DataFrame = pq.read_table(place / ITEMS).to_pandas()
        skipped = int(_json(place / RESULT)["skipped"]["items"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        why = f"{error.errors()[0]['msg']}" if isinstance(error, ValidationError) else " ".join(str(error).split())
        raise _damaged(place, f"it cannot be read ({why[:200]})") from None
    if missing_columns := [name for name in ("id", "reply", RIGHT, *TOLD) if name not in items]:
        raise _damaged(place, f"{ITEMS} has no column {missing_columns[0]!r}")
    if items["id"].duplicated().any() or items[RIGHT].dtype != bool or items["group"].isna().any():
        raise _damaged(place, f"{ITEMS} does not hold each item once with its group and whether it is right")
    if len(items) + skipped != stated.items:
        raise _damaged(place, f"{ITEMS} holds {len(items):,} items, and {stated.items - skipped:,} were scored")
    return Run("", str(place), stated, said, items)


def _damaged(place: Path, problem: str) -> BadInput:
    remedy = "run the same `twokeys evaluate` again with this --out"
    return BadInput(place, None, problem, WHAT, remedy)


def _json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is no object of JSON")
    return found


def _alike(first: Run, other: Run) -> None:
    """Refuse two runs that do not mark the same rows in the same way."""
    one, two = first.stated, other.stated
    for name, what in (("config", "config"), ("split", "split"), ("fingerprint", "rows"), ("parser", "parser")):
        if (mine := getattr(one, name)) == (theirs := getattr(two, name)):
            continue
        told = [
            "+".join(value[:12] for value in each.values()) if isinstance(each, dict) else str(each)
            for each in (mine, theirs)
        ]
        if name == "parser":
            problem = f"its replies were marked by parser {told[1]}, those of {first.place} by parser {told[0]}"
        else:
            of = f"{what} {told[1]} of {two.folder}", f"{what} {told[0]} of {one.folder}"
            problem = f"it is a run over {of[0]}, and {first.place} is one over {of[1]}"
        remedy = "evaluate both models on one published folder with this version, and compare those runs"
        raise BadInput(other.place, None, problem, "runs over the same rows of one published folder", remedy)


def _named(run: Run, name: str) -> Run:
    return Run(name, run.place, run.stated, run.benchmark, run.items)


def _names(found: Sequence[Run]) -> list[str]:
    """A name for each run: its model without the version, with it, or with its folder; the shortest unique names.

    The name of a model is text from outside: it becomes a single line without blanks at its ends.
    """
    whole = [" ".join(run.stated.model.split()) or "(no name)" for run in found]
    short = [name.partition("@")[0].rpartition("/")[2].removeprefix("reference:") or name for name in whole]
    folders = [Path(run.place).name for run in found]
    with_folders = [f"{name} ({folder})" for name, folder in zip(short, folders, strict=True)]
    numbered = [f"{name} ({number})" for number, name in enumerate(short, start=1)]
    for names in (short, whole, with_folders):
        if max(Counter(names).values()) == 1:
            return names
    return numbered
