"""`twokeys export`: what it refuses, what it replaces, and what every export says of itself."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.exports.conftest import Exporting
from tests.exports.loading import loaded
from tests.pipeline.toy import run
from twokeys.audit.wording import BLIND_PROMPT
from twokeys.core.errors import BadInput
from twokeys.data_cards.manifest import Manifest
from twokeys.exports.export import RECORD, export
from twokeys.exports.format import BUILT_IN


@pytest.mark.parametrize("to", list(BUILT_IN))
def test_every_export_names_the_rows_that_it_holds_and_its_files(to: str, exported: Exporting, folder: Path) -> None:
    out = exported(to)
    said = json.loads((out / RECORD).read_text(encoding="utf-8"))
    claims = Manifest.load(folder).configs["balanced"]
    assert said["format"] == to
    assert (said["facts"]["version"], said["facts"]["fingerprint"]) == (claims.version, claims.fingerprint)
    assert said["facts"]["items"] == claims.splits["test"]
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {RECORD}
    assert {name for name in there if "__pycache__" not in name} == set(said["files"])
    assert all(
        hashlib.sha256((out / name).read_bytes()).hexdigest() == digest for name, digest in said["files"].items()
    )
    card = (out / "README.md").read_text(encoding="utf-8")
    assert claims.version in card
    assert claims.fingerprint in card
    assert "version 5 of twokeys' parser" in card


def test_the_same_folder_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for to in BUILT_IN:
        first, second = (export(folder, to, out=tmp_path / to / name, dataset="me/toy") for name in ("a", "b"))
        assert first.files == second.files
        assert dict(first.to_pandas().to_numpy().tolist()) == first.files
        assert f"{to}: " in first._repr_html_()


def test_an_export_replaces_an_earlier_one_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(folder, "lm-eval", out=out)
    (out / "__pycache__").mkdir()
    (out / "__pycache__" / "utils.cpython-311.pyc").write_bytes(b"left by a harness")
    again = export(folder, "lmms-eval", out=out, split="train")
    assert (again.facts["split"], (out / "items.jsonl").exists()) == ("train", False)
    (out / "mine.txt").write_text("notes")
    with pytest.raises(BadInput, match=r"files that twokeys did not write, such as .*mine\.txt"):
        export(folder, "lm-eval", out=out)
    assert (out / "mine.txt").read_text() == "notes"


@pytest.mark.parametrize(
    "name",
    [
        "utils.pyc",  # a module without source
        "__pycache__/mine.cpython-311.pyc",  # of a module that no export wrote
        "src/__pycache__/utils.cpython-311.pyc",
        "__pycache__/notes.pyc",
        "__pycache__/utils.py",
    ],
)
@pytest.mark.parametrize("earlier", [True, False], ids=["in an export", "in a folder of others"])
def test_compiled_modules_of_others_are_never_replaced(folder: Path, tmp_path: Path, name: str, earlier: bool) -> None:
    out = tmp_path / "out"
    if earlier:
        export(folder, "lm-eval", out=out)
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(b"mine")
    with pytest.raises(BadInput, match="files that twokeys did not write, such as "):
        export(folder, "lm-eval", out=out)
    assert (out / name).read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["x.pyc", "__pycache__/utils.cpython-311.pyc"])
def test_a_compiled_module_is_no_place_for_an_export(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(BadInput, match="files that twokeys did not write, such as "):
        export(folder, "lm-eval", out=tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"mine"


def test_a_folder_with_compiled_modules_alone_is_of_others(folder: Path, tmp_path: Path) -> None:
    cached = tmp_path / "out" / "__pycache__" / "utils.cpython-311.pyc"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"mine")
    with pytest.raises(BadInput, match="files that twokeys did not write, such as "):
        export(folder, "lm-eval", out=tmp_path / "out")
    assert cached.read_bytes() == b"mine"
    with pytest.raises(BadInput, match="inside the published folder"):
        export(folder, "lm-eval", out=folder / "exports")


def test_bad_input_names_what_is_allowed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match=r"no format 'coco'\. Allowed: lmms-eval, vlmevalkit, inspect, lm-eval, vqa-v2, naturalbench"
    ):
        export(folder, "coco", out=tmp_path / "a")
    with pytest.raises(BadInput, match=r"no config 'removed'\. Allowed: balanced\."):
        export(folder, "lm-eval", out=tmp_path / "b", config="removed")
    with pytest.raises(BadInput, match=r"no split 'dev'\. Allowed: test, train"):
        export(folder, "lm-eval", out=tmp_path / "c", split="dev")
    with pytest.raises(BadInput, match="no folder"):
        export(tmp_path / "nowhere", "lm-eval", out=tmp_path / "d")


def test_a_folder_that_was_edited_is_not_exported(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (file,) = (copy / "balanced").glob("test-*.parquet")
    table = pq.read_table(file)
    pq.write_table(table.slice(1), file)
    with pytest.raises(BadInput, match="not the one of the manifest"):
        export(copy, "lm-eval", out=tmp_path / "out")
    (copy / "manifest.json").write_text("{}")
    with pytest.raises(BadInput, match=r"manifest\.json"):
        export(copy, "lm-eval", out=tmp_path / "out")


def test_the_command_writes_an_export(folder: Path, tmp_path: Path) -> None:
    done = run("export", folder, "--to", "lm-eval", "--out", tmp_path / "out", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["facts"]["items"] == 90
    wrong = run("export", folder, "--to", "nothing", cwd=tmp_path)
    assert (wrong.returncode, "lmms-eval" in wrong.stderr) == (2, True)


def test_another_instruction_is_asked_in_every_harness(folder: Path, tmp_path: Path) -> None:
    for to in ("lmms-eval", "lm-eval"):
        export(folder, to, out=tmp_path / to, instruction="")
        utils = loaded(tmp_path / to / "utils.py")
        assert utils.doc_to_text({"question": "Is it red?", "choices": []}) == "Is it red?"
    shown = loaded(tmp_path / "lmms-eval" / "utils.py")
    assert shown.doc_to_text_masked({"question": "Is it red?", "choices": []}) == BLIND_PROMPT
