"""Hashes of files: those of any other tool, and of several files in an order."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from twokeys.core.files import hashes, sha256, sha256_of_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, one of them in a folder inside."""
    (tmp_path / "b").mkdir()
    for name in ("a.txt", "b/a.txt", "c.bin"):
        (tmp_path / name).write_bytes(name.encode() * 300_000)
    return tmp_path


def test_a_file_has_the_hash_of_its_bytes(folder: Path) -> None:
    assert sha256(folder / "c.bin") == hashlib.sha256((folder / "c.bin").read_bytes()).hexdigest()
    (folder / "empty").touch()
    assert sha256(folder / "empty") == hashlib.sha256().hexdigest()


def test_several_files_have_one_hash_that_their_order_changes(folder: Path) -> None:
    files = [folder / "a.txt", folder / "c.bin"]
    digests = b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
    assert sha256_of_all(files) == hashlib.sha256(digests).hexdigest()
    assert sha256_of_all(files) != sha256_of_all(files[::-1])


def test_a_folder_is_listed_with_all_files_but_those_left_out(folder: Path) -> None:
    assert list(hashes(folder)) == ["a.txt", "b/a.txt", "c.bin"]
    assert hashes(folder, {"a.txt"}) == {name: sha256(folder / name) for name in ("b/a.txt", "c.bin")}
