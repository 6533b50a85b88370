"""Disks that are full or closed, and names that change places."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from twokeys.core import disk
from twokeys.core.disk import exchange, whole, writing
from twokeys.core.errors import BadInput


def test_two_folders_change_places_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    assert exchange(tmp_path / "one", tmp_path / "other")
    assert [(tmp_path / "one" / "other").read_text(), (tmp_path / "other" / "one").read_text()] == ["other", "one"]


def test_a_name_that_is_missing_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_system_that_cannot_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_exchanging", lambda: None)
    assert not exchange(tmp_path, tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV])
def test_so_does_a_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    import ctypes

    def call(one: bytes, other: bytes) -> int:
        ctypes.set_errno(number)
        return -1

    monkeypatch.setattr(disk, "_exchanging", lambda: call)
    assert not exchange(tmp_path, tmp_path)


def test_a_whole_file_is_on_the_disk_before_it_has_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, order = tmp_path / "file", []

    def fsync(number: int) -> None:
        order.append((os.fstat(number).st_ino, place.exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    with whole(place) as temporary:
        temporary.write_text("x")
    assert order == [(place.stat().st_ino, False), (tmp_path.stat().st_ino, True)]


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EDQUOT, "make room"),
        (errno.EFBIG, "make room"),
        (errno.EROFS, "allow writing"),
        (errno.EACCES, "allow writing"),
        (errno.ENAMETOOLONG, "name another place"),
        (errno.ENOTDIR, "name another place"),
    ],
)
def test_what_a_disk_answers_is_a_sentence(tmp_path: Path, number: int, remedy: str) -> None:
    with pytest.raises(BadInput) as error, writing(tmp_path / "place"):
        raise OSError(number, os.strerror(number), str(tmp_path / "place" / "file"))
    for part in (str(tmp_path / "place"), os.strerror(number), remedy):
        assert part.lower() in str(error.value).lower()


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "gone", "/elsewhere/file"), OSError("odd"), ValueError("odd")])
def test_what_has_nothing_to_do_with_the_place_stays_what_it_is(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, writing(tmp_path / "place"):
        raise error
    assert raised.value is error


def test_a_name_that_the_locale_cannot_write_is_a_sentence() -> None:
    with pytest.raises(BadInput, match="encoding"), writing(Path("caf\u00e9")):
        "caf\u00e9".encode("ascii")
