"""The verb: what it says without Gradio, of bad input, and what the rest of twokeys knows of it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import util
from pathlib import Path

import pytest
from typer.testing import CliRunner

import twokeys
from twokeys.browsing import browse as module
from twokeys.commands.app import app
from twokeys.core.errors import MissingPackage

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio is not installed."""
    known = util.find_spec
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "gradio" else known(name))


@pytest.mark.usefixtures("bare")
def test_without_gradio_the_command_says_how_to_install_it(folder: Path) -> None:
    with pytest.raises(MissingPackage, match=r'pip install "twokeys\[browse\]"$'):
        twokeys.browse(folder)
    done = CliRunner().invoke(app, ["browse", str(folder)])
    assert done.exit_code == 2
    assert "gradio" in done.output


def test_the_extra_that_is_named_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extra,) = re.findall(r"twokeys\[(\w+)\]", module.INSTALL)
    assert any(one.startswith("gradio") for one in project["optional-dependencies"][extra])


def test_pins_of_the_page_are_those_of_the_rest_but_for_pillow() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        named = [line.partition("==") for line in lines if line and not line.startswith("#")]
        return {package.lower().replace("_", "-"): version for package, _, version in named}

    page, rest = pins("constraints-browse.txt"), pins("constraints.txt")
    assert "gradio" in page
    assert [name for name in page if name in rest and page[name] != rest[name]] == ["pillow"]


def test_nothing_but_the_page_loads_gradio_and_no_help_loads_torch() -> None:
    code = (
        "import sys, twokeys, twokeys.commands.app, twokeys.browsing.browse, twokeys.browsing.library\n"
        "from twokeys.browsing import html\n"
        "print([name for name in ('gradio', 'starlette') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_help_names_the_runs_that_can_be_shown() -> None:
    done = CliRunner().invoke(app, ["browse", "--help"])
    assert done.exit_code == 0
    assert {"--evaluation", "--explanation", "--host", "--port"} <= set(re.findall(r"--[a-z]+", done.output))


@pytest.mark.parametrize("kind", ["nowhere", "empty", "a file"])
def test_a_folder_that_is_none_is_bad_input(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: True)
    place = tmp_path / "it"
    if kind == "empty":
        place.mkdir()
    if kind == "a file":
        place.write_text("x", encoding="utf-8")
    done = CliRunner().invoke(app, ["browse", str(place)])
    assert (done.exit_code, "holds no published items" in done.output) == (2, True), done.output


def test_a_manifest_that_was_edited_is_bad_input(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.setattr(module, "find_spec", lambda name: True)
    place = Path(shutil.copytree(folder, tmp_path / "it"))
    (place / "manifest.json").write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(app, ["browse", str(place)])
    assert done.exit_code == 2, done.output
    assert "manifest.json" in done.output
