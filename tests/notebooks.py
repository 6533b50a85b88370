"""Runs notebooks from top to bottom, as their reader does, and stores what comes out.

python -m tests.notebooks [NUMBER ...]      in a folder of its own, all of them by default
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def executed(path: Path, place: Path) -> Any:
    """A notebook with the outputs of a run in a folder; what is written to standard error is no output.

    Raises:
        nbclient.exceptions.CellExecutionError: When a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=3600, kernel_name="python3", record_timing=False, resources={"metadata": {"path": str(place)}}
    ).execute()
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in code(notebook):
        cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
        for out in cell.outputs:
            if len(out.get("data", {})) > 1:  # a table or a figure: no need of its text beside it
                out.data.pop("text/plain", None)
    return notebook


def code(notebook: Any) -> list[Any]:
    """Its cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(notebook: Any) -> list[list[str]]:
    """What comes out of each cell: `stdout`, or kinds of contents such as `image/png`."""
    return [
        sorted({kind for out in cell.outputs for kind in ([out.name] if "name" in out else out.get("data", {}))})
        for cell in code(notebook)
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for path in NOTEBOOKS:
            if len(sys.argv) < 2 or path.stem[0] in sys.argv[1:]:
                nbformat.write(executed(path, Path(place)), path)
                print(path.name)
