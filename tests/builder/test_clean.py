"""What is removed is what twokeys wrote beside results, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

import twokeys
from twokeys.commands.app import app
from twokeys.core.errors import BadInput


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of results: run folders, what is known of masks (once half written), and much that looks like these."""
    for name, file in {
        ".mine.run": "lock", ".other.run": "lock", ".mine.masks": f"{16 * 'a'}.json",
        ".killed.masks": f".{16 * 'b'}.json.71-0badf00d.partial",
        "mine": "manifest.json", ".theirs.run": "thesis.tex", ".their.masks": "face.png", ".git": "HEAD",
        "a.run": "lock", ".run": "lock",
    }.items():  # fmt: skip
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / file).write_text("12345")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "lock").touch()
    (tmp_path / "out" / ".linked.run").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "out"


def names(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


OURS = {".mine.run", ".other.run", ".mine.masks", ".killed.masks"}


def test_nothing_is_removed_unless_it_is_asked_for(out: Path) -> None:
    before = names(out)
    assert {one.folder.name for one in twokeys.clean(out)} == OURS
    assert names(out) == before
    done = CliRunner().invoke(app, ["clean", str(out)])
    assert done.exit_code == 0
    assert "nothing was removed" in done.output
    assert names(out) == before


def test_what_twokeys_wrote_is_removed_and_nothing_else(out: Path) -> None:
    before = names(out)
    done = CliRunner().invoke(app, ["clean", str(out), "--yes", "--json"])
    assert done.exit_code == 0, done.output
    assert {Path(one["folder"]).name: (one["files"], one["size"]) for one in json.loads(done.stdout)} == dict.fromkeys(
        OURS, (1, 5)
    )
    assert names(out) == before - OURS
    assert (out.parent / "elsewhere" / "lock").is_file()


def test_a_run_folder_in_which_a_build_is_at_work_stays(out: Path) -> None:
    with FileLock(out / ".mine.run" / "lock"):
        found = twokeys.clean(out, remove=True)
    assert [one.folder.name for one in found if one.busy] == [".mine.run"]
    assert ".mine.run" in names(out)
    assert ".other.run" not in names(out)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        twokeys.clean(tmp_path / "none")
