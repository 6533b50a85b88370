"""What models answered: the folders of evaluations, one line of JSON an item, read where they are wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.audit.evaluation.answering import VIEWS
from twokeys.audit.evaluation.evaluate import ANSWERS
from twokeys.audit.journal import RUN
from twokeys.browsing.index import Index, hashed
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256_of_all
from twokeys.data_cards.published import PublishedFolder

NONE, SKIPPED, WRONG, RIGHT = -1, 0, 1, 2
"""What became of an item: it was not asked, cannot be scored, was answered wrong or right."""


class Journaled:
    """Lines of a run's folder beside the rows of an index; of each line its place in the file is kept.

    Args:
        folder: The run's folder.
        file: The file of its lines.
        verb: The verb that writes it.
        published: The folder that is browsed.
        index: Its index.
        keep: What is kept of a line beside its place: a small number.

    Raises:
        BadInput: If no such run is there, or it is of other rows than the published folder's.
    """

    def __init__(
        self,
        folder: Path,
        file: str,
        verb: str,
        published: PublishedFolder,
        index: Index,
        keep: Callable[[dict[str, Any]], int],
    ) -> None:
        self.folder, self.path = folder, folder / file
        if not self.path.is_file():
            inside = ", ".join(str(path.parent) for path in sorted(folder.glob(f"*/{file}")))
            given = f"name the folder that was given to `twokeys {verb} ... --out`"
            remedy = f"name one of the folders in it: {inside}" if inside else given
            raise BadInput(folder, None, f"there is no {file}", f"a folder that `twokeys {verb}` wrote", remedy)
        self.run = _run(folder)
        _same_rows(self.run, folder, published)
        names, places, kept = _lines(self.path, keep)
        lines = pd.Series(np.arange(len(names)), index=hashed(names))
        last = lines[~lines.index.duplicated(keep="last")]  # of two lines of one item the later one stands
        line = last.reindex(index.shared["id"], fill_value=NONE).to_numpy(dtype=np.int64)
        # What has no line takes the last place of both lists, which stands for nothing.
        self._place = np.append(places, NONE)[line]
        self.kept: NDArray[np.int8] = np.append(kept, np.int8(NONE))[line].astype(np.int8)

    @property
    def model(self) -> str:
        """The model's name, without the hash of its weights."""
        name = str(self.run.get("model", self.folder.name))
        return name.partition("@sha256-")[0].removeprefix("reference:")

    def line(self, row: int) -> dict[str, Any] | None:
        """What was written of the item of a row; None if nothing was."""
        if self._place[row] < 0:
            return None
        with self.path.open("rb") as file:
            file.seek(int(self._place[row]))
            return dict(json.loads(file.readline()))


class Evaluated(Journaled):
    """Answers of one evaluation; `kept` is what became of each row."""

    def __init__(self, folder: Path, published: PublishedFolder, index: Index) -> None:
        super().__init__(folder, ANSWERS, "evaluate", published, index, _became)


def _became(line: dict[str, Any]) -> int:
    if "skipped" in line:
        return SKIPPED
    right = [line[f"right.{view}"] for view in VIEWS]
    return RIGHT if line["reply"] is not None and right[VIEWS.index("both")] else WRONG


@dataclass(frozen=True)
class Answers:
    """Evaluations side by side.

    Attributes:
        runs: The evaluations.
    """

    runs: Sequence[Evaluated]

    @cached_property
    def names(self) -> list[str]:
        """A name for each: the model's, and the folder's too if two runs are of models of one name."""
        return distinct(
            [run.model for run in self.runs],
            [f"{run.model} ({run.folder.name})" for run in self.runs],
            [f"{run.model} ({run.folder})" for run in self.runs],
        )

    @cached_property
    def marks(self) -> dict[str, NDArray[np.bool_]]:
        """What items can be chosen by, in words -> (rows,) which rows it holds for."""
        made: dict[str, NDArray[np.bool_]] = {}
        named = list(zip(self.names, self.runs, strict=True))
        for (first_name, first), (second_name, second) in combinations(named, 2):
            both = (first.kept >= WRONG) & (second.kept >= WRONG)
            made[f"{first_name} and {second_name} differ"] = both & (first.kept != second.kept)
            made[f"{first_name} right, {second_name} wrong"] = both & (first.kept == RIGHT) & (second.kept == WRONG)
            made[f"{first_name} wrong, {second_name} right"] = both & (first.kept == WRONG) & (second.kept == RIGHT)
            made[f"{first_name} and {second_name} wrong"] = both & (first.kept == WRONG) & (second.kept == WRONG)
        for name, run in named:
            made[f"{name} right"] = run.kept == RIGHT
            made[f"{name} wrong"] = run.kept == WRONG
            if (skipped := run.kept == SKIPPED).any():
                made[f"{name} cannot answer"] = skipped
        return made


def distinct(*levels: Sequence[str]) -> list[str]:
    """The first of some lists of names in which all differ; the names of the last one are numbered if none is that.

    Example:
        >>> distinct(["a", "a"], ["a (x)", "a (y)"]), distinct(["a", "b", "a"])
        (['a (x)', 'a (y)'], ['a, 1', 'b, 2', 'a, 3'])
    """
    for names in levels:
        if len(set(names)) == len(names):
            return list(names)
    return [f"{name}, {number}" for number, name in enumerate(levels[-1], start=1)]


def _run(folder: Path) -> dict[str, Any]:
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        if isinstance(run, dict):
            return run
        problem = "it holds no JSON object"
    except (OSError, ValueError, RecursionError) as error:
        problem = f"it cannot be read ({error})"
    raise BadInput(folder / RUN, None, problem, "", "run the evaluation or explanation again")


def _same_rows(run: dict[str, Any], folder: Path, published: PublishedFolder) -> None:
    """Check that a run is of the rows of the folder: it names their fingerprints, or the hash of the files."""
    stated = run.get("fingerprint")
    if not isinstance(stated, dict) or not stated:
        remedy = "run it again with this version of twokeys"
        raise BadInput(folder / RUN, "fingerprint", "the run does not say of which rows it is", "", remedy)
    for config, mark in stated.items():
        if published.claims:
            claim = published.manifest.configs.get(config)
            now = claim.fingerprint if claim else None
        else:
            now = sha256_of_all(published.files(config))
        if now != mark:
            problem = f"its answers are of other rows of {config!r} than {published.path} holds"
            remedy = "name the folder that it evaluated, or run it again on this one"
            raise BadInput(folder, None, problem, "a run on the folder that is browsed", remedy)


def _lines(path: Path, keep: Callable[[dict[str, Any]], int]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int8]]:
    """Id, place and what is kept of every whole line."""
    names, places, kept, place = [], [], [], 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.endswith(b"\n"):
                break  # the run was stopped while it wrote this line
            try:
                line = json.loads(raw)
                names.append(str(line["id"]))
                kept.append(keep(line))
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                remedy = "run the evaluation or explanation again in an empty folder"
                raise BadInput(path, number, f"the line is none that twokeys wrote ({error})", "", remedy) from None
            places.append(place)
            place += len(raw)
    return names, np.array(places, dtype=np.int64), np.array(kept, dtype=np.int8)
