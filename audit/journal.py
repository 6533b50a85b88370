"""A run's folder: what is being run, and one line of JSON for each item that is done, so that a stopped run goes on."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twokeys.core.disk import write_text, writing
from twokeys.core.errors import BadInput

RUN, LOG = "run.json", "log.txt"


class Journal:
    """Lines of one run.

    Args:
        folder: The run's folder; nothing is written when None.
        name: File of the lines.
        run: What is being run, as JSON values; another run in the same folder is refused.
        results: Files that the run writes in the end.

    Raises:
        BadInput: When another run lies in the folder, or a file of one of these names that no run wrote.
    """

    def __init__(self, folder: Path | None, name: str, run: dict[str, Any], results: Sequence[str]) -> None:
        self.path = None if folder is None else folder / name
        self.lines: dict[str, dict[str, Any]] = {}
        if folder is None or self.path is None:
            return
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not (folder / RUN).is_file():
            check_names(folder, (RUN, LOG, name, *results))
            write_text(folder / RUN, json.dumps(run, indent=2, ensure_ascii=False) + "\n")
        before = _run_of(folder / RUN)
        if before != json.loads(json.dumps(run)):
            changed = next(key for key in {**run, **before} if before.get(key) != run.get(key))
            problem = f"the folder holds a run whose {changed} is {before.get(changed)!r}, not {run.get(changed)!r}"
            raise BadInput(folder, None, problem, "", "name another folder with --out, or remove this one")
        if self.path.is_file():
            self._read(self.path)

    def add(self, *lines: dict[str, Any]) -> None:
        """Keep lines, one an item; each is known by `id`."""
        self.lines.update({line["id"]: line for line in lines})
        if self.path is not None:
            with writing(self.path), self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    def _read(self, path: Path) -> None:
        whole = 0
        for raw in path.read_bytes().splitlines(keepends=True):
            if not raw.endswith(b"\n"):
                break  # the run was stopped while it wrote this line
            try:
                line = json.loads(raw)
                self.lines[str(line["id"])] = line
            except (ValueError, TypeError, KeyError, RecursionError):
                text = f"{path} is damaged from its line {len(self.lines) + 1} on: what stood there is done again"
                warnings.warn(text, RuntimeWarning, stacklevel=4)
                break
            whole += len(raw)
        os.truncate(path, whole)


def check_names(folder: Path, names: Sequence[str]) -> None:
    """Never write over what no run wrote."""
    if (strange := next((name for name in names if os.path.lexists(folder / name)), None)) is not None:
        problem = f"{folder / strange} is there, and no run of twokeys that left its {RUN} wrote it"
        raise BadInput("--out", None, problem, "", "name another folder with --out, or move the file away")


def _run_of(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    except (ValueError, RecursionError):
        pass
    raise BadInput(path, None, "the file is damaged", "", "name another folder with --out, or remove this one")
