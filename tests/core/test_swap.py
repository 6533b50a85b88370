"""A folder takes the place of another one whole, and nothing of the user's goes with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from twokeys.core import swap
from twokeys.core.errors import BadInput
from twokeys.core.place import Kind
from twokeys.core.swap import alone_at, whole_folder

KIND = Kind("record.json", "mark", "build")


@pytest.fixture(params=["one step", "two steps"], autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Systems that exchange two names in one step, and systems that do not."""
    if request.param == "two steps":
        monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    return str(request.param)


def write(place: Path, text: str, during: Callable[[], None] = lambda: None) -> None:
    """Write a folder of two files and a record; something happens before it takes its place."""
    with alone_at(place, KIND) as output, whole_folder(output) as new:
        (new / "deep").mkdir()
        for name in ("a", "deep/b"):
            (new / name).write_text(text)
        (new / KIND.record).write_text(json.dumps({"mark": 1, "files": {"a": "", "deep/b": ""}}))
        during()


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def text(place: Path) -> str:
    assert names(place) == ["a", "deep", "deep/b", KIND.record]
    (said,) = {(place / name).read_text() for name in ("a", "deep/b")}
    return said


def test_a_folder_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    place = tmp_path / "new" / "out"
    for said in ("one", "two"):
        write(place, said)
        assert text(place) == said
        assert [path.name for path in place.parent.iterdir()] == ["out"], "nothing lies beside it"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out" / "empty").mkdir(parents=True)
    write(tmp_path / "out", "one")
    assert text(tmp_path / "out") == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("before", [True, False], ids=["an earlier one", "nothing before"])
@pytest.mark.parametrize("name", ["notes.txt", "deep/notes.txt", "a", "record.json", "link"])
def test_what_comes_into_the_place_meanwhile_stays_there(tmp_path: Path, before: bool, name: str) -> None:
    place = tmp_path / "out"
    if before:
        write(place, "one")

    def put() -> None:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if name == "link":
            (place / name).symlink_to("a")
        else:
            (place / name).write_text("mine")

    with pytest.raises(BadInput, match="--out"):
        write(place, "two", put)
    assert (place / name).is_symlink() if name == "link" else (place / name).read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["notes.txt", "a"])
def test_so_does_what_comes_between_the_last_look_and_the_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place, real = tmp_path / "out", swap._put
    write(place, "one")

    def late(new: Path, old: Path, output: swap.Output) -> None:
        (place / name).write_text("mine")
        real(new, old, output)

    monkeypatch.setattr(swap, "_put", late)
    with pytest.raises(BadInput, match="--out"):
        write(place, "two")
    assert (place / name).read_text() == "mine"
    assert (place / "deep" / "b").read_text() == "one"


def test_what_comes_while_the_earlier_one_is_removed_is_kept_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A programme whose working directory is the folder writes into it wherever it is."""
    place, real = tmp_path / "out", swap._remove
    write(place, "one")

    def late(folder: Path, kind: Kind) -> None:
        (folder / "notes.txt").write_text("mine")
        real(folder, kind)

    monkeypatch.setattr(swap, "_remove", late)
    with pytest.raises(BadInput, match="they now lie in") as error:
        write(place, "two")
    assert text(place) == "two"
    (kept,) = tmp_path.glob(".out.*.old")
    assert str(kept) in str(error.value)
    assert names(kept) == ["notes.txt"]
    monkeypatch.setattr(swap, "_remove", real)
    write(place, "three")
    assert names(kept) == ["notes.txt"], "the next build leaves it, too"


@pytest.mark.parametrize("name", [".out.old", ".out.partial", ".out.new", ".out.lock", ".out.0123456789abcdef.old"])
def test_folders_of_the_user_beside_the_place_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.tex").write_text("mine")
    for said in ("one", "two"):
        write(tmp_path / "out", said)
    assert (tmp_path / name / "thesis.tex").read_text() == "mine"


def test_a_block_that_fails_leaves_the_earlier_folder_alone(tmp_path: Path) -> None:
    write(tmp_path / "out", "one")

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "out", "two", fail)
    assert text(tmp_path / "out") == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    def second() -> None:
        with pytest.raises(BadInput, match="another process is writing"):
            write(tmp_path / "out", "two")
        write(tmp_path / "other", "two")

    write(tmp_path / "out", "one", second)
    assert text(tmp_path / "out") == "one"
    write(tmp_path / "out", "three")
    assert text(tmp_path / "out") == "three"


class Killed(BaseException):
    """Stands for a signal that nothing can answer: all code after it is left out."""


@pytest.mark.parametrize("moment", ["_put", "_remove", "rmtree", "after"])
def test_what_a_killed_process_left_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, system: str
) -> None:
    place = tmp_path / "out"
    write(place, "one")
    with monkeypatch.context() as killing:
        killing.setattr(swap.shutil, "rmtree", lambda *given, **more: None)

        def kill(*given: object, **more: object) -> None:
            raise Killed

        if moment == "after":  # between the two renames, where there are two
            killing.setattr(swap.Output, "check", lambda self, folder=None: kill() if folder else None)
            killing.setattr(Path, "rename", _only_away(Path.rename))
        elif moment != "rmtree":
            killing.setattr(swap, moment, kill)
        with pytest.raises(Killed):
            write(place, "two", kill if moment == "rmtree" else lambda: None)
    assert len(list(tmp_path.iterdir())) > 1, "something lies there"
    if system == "one step":
        assert text(place) in ("one", "two"), "at no moment is there no folder"
    with alone_at(place, KIND):
        assert text(place) in ("one", "two"), "the earlier one is back"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _only_away(rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    """Renaming as a killed process did it: nothing is named back."""
    return lambda path, target: path if path.suffix == ".old" else rename(path, target)


@pytest.mark.parametrize(
    "said", ["no JSON", "{}", "[1, null]", '["../victim"]', '["victim"]', '[".out.0123456789abcdef.old/../victim"]']
)
def test_a_lock_that_lists_other_folders_removes_none(tmp_path: Path, said: str) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis.tex").write_text("mine")
    (tmp_path / ".out.twokeys-lock").write_text(said)
    write(tmp_path / "out", "one")
    assert (tmp_path / "victim" / "thesis.tex").read_text() == "mine"
    assert text(tmp_path / "out") == "one"
