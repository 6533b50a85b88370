"""A run's folder: what is being run, and one line of JSON for each item that is done, so that a stopped run goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput

RUN, LOG = "run.json", "log.txt"


class Journal:
    """Lines of one run.

    Args:
        folder: The run's folder; nothing is written when None.
        name: File of the lines.
        run: What is being run, as JSON values; another run in the same folder is refused.

    Raises:
        BadInput: When another run lies in the folder.
    """

    def __init__(self, folder: Path | None, name: str, run: dict[str, Any]) -> None:
        self.path = None if folder is None else folder / name
        self.lines: dict[str, dict[str, Any]] = {}
        if folder is None or self.path is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / RUN).is_file():
            write_text(folder / RUN, json.dumps(run, indent=2, ensure_ascii=False) + "\n")
        before = json.loads((folder / RUN).read_text(encoding="utf-8"))
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
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    def _read(self, path: Path) -> None:
        whole = 0
        for raw in path.read_bytes().splitlines(keepends=True):
            if not raw.endswith(b"\n"):
                break  # the run was stopped while it wrote this line
            line = json.loads(raw)
            self.lines[line["id"]] = line
            whole += len(raw)
        os.truncate(path, whole)
