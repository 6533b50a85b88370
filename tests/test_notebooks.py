"""The notebooks run from top to bottom in the project's environment, and are kept without outputs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUICK = ("1_diagnose_your_corpus", "3_write_a_rule")
"""Those on a small corpus; the others build easy-VQA, once for all of them."""
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
    assert set(QUICK) <= {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_its_number_and_the_readme_s_installation(path: Path) -> None:
    first = "".join(cells(path, "markdown")[0]["source"])
    (command,) = re.findall(r"```bash\n(.*)\n```", first)
    assert first.startswith(f"# {path.stem.partition('_')[0]} ")
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", RUN)
def test_a_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(place / "cache"))
    names: dict[str, Any] = {"__name__": "__notebook__"}
    for number, cell in enumerate(cells(path)):
        exec(compile("".join(cell["source"]), f"{path.name}[{number}]", "exec"), names)
    if "built" in names and path.stem not in QUICK:
        assert names["built"].certified
