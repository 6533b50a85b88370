"""Every verb that writes a folder: one process at a time, what was there stays whole, and the user's files stay."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.audit.conftest import Says, looks, rows
from tests.pipeline.toy import Toy
from tests.reliability.running import run, start, wait
from twokeys.audit.evaluation.evaluate import ANSWERS, evaluate
from twokeys.audit.explanation.explain import explain
from twokeys.audit.explanation.sensitivity import sensitivity
from twokeys.audit.models.model import Masking
from twokeys.audit.reference.families import untrained
from twokeys.audit.reference.train import train_reference
from twokeys.builder.diagnose import diagnose
from twokeys.builder.publish.report.compose import diagnosis_report
from twokeys.core.errors import BadInput
from twokeys.core.lock import lock_of

NAMES = ["rollout", "occlusion"]
Verb = Callable[[Path], object]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy.shapes(tmp_path_factory.mktemp("corpora"), train=4, test=4)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pandas as pd

    place = tmp_path_factory.mktemp("published") / "shapes"
    (place / "balanced").mkdir(parents=True)
    pd.DataFrame(rows()[:8]).to_parquet(place / "balanced" / "test-00000-of-00001.parquet")
    return place


@pytest.fixture(params=["diagnose", "evaluate", "explain", "explain --masks all", "train-reference"])
def verb(request: pytest.FixtureRequest, toy: Toy, work: Path, folder: Path, tmp_path: Path) -> Verb:
    model = untrained("llava", 0)
    verbs: dict[str, Verb] = {
        "diagnose": lambda out: diagnose(
            toy.save(tmp_path / "recipe.yaml"), out, corpora=toy.corpora, work=work, engine="serial"
        ),
        "evaluate": lambda out: evaluate(folder, Says(looks), masking=Masking(), out=out),
        "explain": lambda out: explain(folder, model, NAMES, limit=2, budget=12, masking=Masking(), out=out),
        "explain --masks all": lambda out: sensitivity(folder, model, NAMES, limit=2, budget=12, out=out),
        "train-reference": lambda out: train_reference("llava", out),
    }
    return verbs[request.param]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_process_at_a_time(verb: Verb, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FileLock(lock_of(out)), pytest.raises(BadInput, match=r"another process is writing .*out.*Wait for it"):
        verb(out)
    assert not out.exists()


@pytest.mark.parametrize(("verb", "name"), [
    ("diagnose", "report.html"), ("diagnose", "notes.txt"), ("evaluate", "report.html"), ("evaluate", "log.txt"),
    ("explain", "result.json"), ("explain --masks all", "sensitivity.json"), ("train-reference", "config.json"),
], indirect=["verb"])  # fmt: skip
def test_a_file_of_the_users_is_never_written_over(verb: Verb, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(BadInput, match="--out"):
        verb(out)
    assert contents(out) == {name: b"mine"}
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith((".new", ".old", "-lock"))] == []


def test_an_evaluation_writes_beside_notes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    evaluate(folder, Says(looks), masking=Masking(), out=tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_a_file_that_comes_in_while_a_diagnosis_is_at_work_stays(
    toy: Toy, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "out"
    diagnose(recipe, out, corpora=toy.corpora, work=work, engine="serial")
    before = contents(out)

    made = diagnosis_report

    def report(*given: Any, **named: Any) -> Any:
        (out / "notes.txt").write_text("mine")
        return made(*given, **named)

    monkeypatch.setattr("twokeys.builder.diagnose.diagnosis_report", report)
    with pytest.raises(BadInput, match=r"notes\.txt"):
        diagnose(recipe, out, corpora=toy.corpora, work=work, engine="serial")
    assert contents(out) == before | {"notes.txt": b"mine"}


def killed_in(target: str) -> Callable[[], None]:
    """Have a process killed as soon as it calls a function."""

    def before() -> None:
        module, _, name = target.rpartition(".")
        setattr(__import__(module, fromlist=[name]), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))

    return before


@pytest.mark.parametrize("where", ["twokeys.builder.diagnose.diagnosis_report", "twokeys.core.swap.exchange",
                                   "twokeys.core.swap._remove", "twokeys.core.swap.hashes"])  # fmt: skip
def test_a_kill_in_the_middle_leaves_one_diagnosis_whole(toy: Toy, work: Path, tmp_path: Path, where: str) -> None:
    """Another title makes another report of the same measurements."""
    out = tmp_path / "out"

    def words(title: str) -> list[object]:
        recipe = toy.save(tmp_path / f"{title}.yaml", title=title)
        return ["diagnose", recipe, "--out", out, "--corpora", toy.corpora, "--work", work, "--engine", "serial"]

    assert run(words("One")).status == 0
    first = contents(out)
    assert run(words("Other"), killed_in(where)).status == -signal.SIGKILL
    left = contents(out)
    second = run(words("Other"))
    assert (second.status, second.is_plain) == (0, True)
    assert left in (first, contents(out)), "half a diagnosis"
    assert first["report.html"] != contents(out)["report.html"]
    listed = json.loads((out / "files.json").read_text())["files"]
    assert set(listed) == set(contents(out)) - {"files.json"}
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_of_two_diagnoses_at_once_one_ends_in_a_sentence(toy: Toy, tmp_path: Path) -> None:
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "out"
    words = ["diagnose", recipe, "--out", out, "--corpora", toy.corpora, "--engine", "serial"]
    children = [
        (start([*words, "--work", tmp_path / f"work{number}"], tmp_path / f"log{number}"), tmp_path / f"log{number}")
        for number in range(2)
    ]
    ended = sorted((wait(*child) for child in children), key=lambda one: one.status)
    assert [one.status for one in ended] == [0, 2]
    assert {"assets/blindness.png", "diagnosis.json", "files.json", "report.html"} <= set(contents(out))


def test_an_evaluation_that_is_stopped_at_its_end_asks_nothing_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as stop:
        stop.setattr("twokeys.audit.evaluation.report.report", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            evaluate(folder, Says(looks), masking=Masking(), out=out)
    again = Says(looks)
    evaluate(folder, again, masking=Masking(), out=out)
    assert again.asked == 0


@pytest.mark.parametrize(
    "damage", [b"{", b"[]\n", b"nothing\n", b"\xff\xfe\n", b'{"answer": "yes"}\n', b"[" * 10**5 + b"\n"]
)
def test_damaged_answers_are_asked_again_and_said(folder: Path, tmp_path: Path, damage: bytes) -> None:
    out = tmp_path / "out"
    whole = evaluate(folder, Says(looks), masking=Masking(), out=out)
    lines = (out / ANSWERS).read_bytes().splitlines(keepends=True)
    (out / ANSWERS).write_bytes(b"".join(lines[:3]) + damage)
    again = Says(looks)
    if damage.endswith(b"\n"):
        with pytest.warns(RuntimeWarning, match="damaged from its line 4 on"):
            found = evaluate(folder, again, masking=Masking(), out=out)
    else:
        found = evaluate(folder, again, masking=Masking(), out=out)
    assert found.json() == whole.json()
    assert again.asked == 5 * 4


@pytest.mark.parametrize("damage", ["", "[]", "{", "[" * 10**5])
def test_a_damaged_run_is_refused_in_a_sentence(folder: Path, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    evaluate(folder, Says(looks), masking=Masking(), out=out)
    (out / "run.json").write_text(damage)
    with pytest.raises(BadInput, match=r"run\.json: the file is damaged.*Name another folder"):
        evaluate(folder, Says(looks), masking=Masking(), out=out)
