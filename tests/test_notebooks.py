"""The notebooks run from top to bottom in the project's environment, and are kept with what came out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks import NOTEBOOKS, executed, kinds

ROOT = Path(__file__).parent.parent
RUN = [pytest.param(path, marks=pytest.mark.slow, id=path.stem) for path in NOTEBOOKS]


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == kind]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One working directory for all notebooks, as their reader has."""
    return tmp_path_factory.mktemp("notebooks")


def test_notebooks_are_numbered_from_one() -> None:
    assert [path.stem.partition("_")[0] for path in NOTEBOOKS] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_with_the_outputs_of_one_run(path: Path) -> None:
    """In the order of its cells, without an error; small, and of no machine."""
    found = cells(path)
    assert [cell["execution_count"] for cell in found] == list(range(1, len(found) + 1)), (
        "run: python -m tests.notebooks"
    )
    outputs = [out for cell in found for out in cell["outputs"]]
    assert {out["output_type"] for out in outputs} <= {"stream", "execute_result", "display_data"}
    assert all(out.get("name") != "stderr" for out in outputs)
    assert path.stat().st_size < 500_000
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.])/(?:work|tmp|root|home|Users|usr|var)/", text)


def test_most_notebooks_hold_a_figure() -> None:
    drawn = [path for path in NOTEBOOKS if '"image/png"' in path.read_text(encoding="utf-8")]
    assert len(drawn) >= len(NOTEBOOKS) - 1  # the one on rules has tables


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_its_number_and_the_readme_s_installation(path: Path) -> None:
    first = "".join(cells(path, "markdown")[0]["source"])
    (command,) = re.findall(r"```bash\n(.*)\n```", first)
    assert first.startswith(f"# {path.stem.partition('_')[0]} ")
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", RUN)
def test_a_notebook_runs_to_the_outputs_that_it_is_kept_with(
    path: Path, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    """Each cell gives the kinds of outputs that are stored; figures may differ in their last digits elsewhere."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(place / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    again = executed(path, place)
    assert kinds(again) == kinds(nbformat.read(path, as_version=4))
