"""What is published under a file's hash was read from that very file.

Claim: same recipe, sources and versions give the same rows, and the manifest's hashes are those of what was read.
Attack: a table is saved after it was hashed and before it is read, while it is read, and put back afterwards; a table
with embedded pictures is saved between the reading of its rows and of its pictures; a picture is replaced by another
one of the same size and time, between builds and during one.
Before (ba22272): the rows of the new table were published under the hash of the old one for ever, and `verify` passed.
A replaced picture was not noticed, or every further build failed with "build again".
Now: such a build is refused and leaves nothing behind that the next one could take for read; content decides.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline.toy import Toy, draw
from twokeys.builder.build import Built, build
from twokeys.builder.read import pictures as located
from twokeys.builder.read import stage as reading
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput

SPLIT = "test"
Say = Callable[[str, int, int], None]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy.balanced(tmp_path / "corpora")


def made(toy: Toy, tmp_path: Path, say: Say = lambda *told: None, check: bool = False, **changes: Any) -> Built:
    recipe = toy.save(tmp_path / "recipe.yaml", **changes)
    return build(recipe, tmp_path / "out", corpora=toy.corpora, engine="serial", say=say, check=check)


def once(stage: str, act: Callable[[], object]) -> Say:
    """Do something when a stage begins."""

    def say(name: str, done: int, total: int) -> None:
        if (name, done) == (stage, 0):
            act()

    return say


def mark(built: Built) -> str:
    assert not [finding for finding in verify(built.folder) if finding.failed]
    return built.manifest.configs["balanced"].fingerprint


def in_place(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def renamed(path: Path, data: bytes) -> None:
    path.with_name("fresh").write_bytes(data)
    path.with_name("fresh").replace(path)


def dated_back(path: Path, data: bytes) -> None:
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


SAVES = [dated_back, *(pytest.param(one, marks=pytest.mark.slow) for one in (in_place, renamed))]


@pytest.mark.parametrize("save", SAVES)
def test_a_table_saved_between_hash_and_reading_is_refused(
    toy: Toy, tmp_path: Path, save: Callable[[Path, bytes], None]
) -> None:
    table = toy.table(SPLIT)
    before, changed = table.read_bytes(), table.read_bytes().replace(b"yes", b"maybe"[:3])
    with pytest.raises(BadInput, match="was written since") as error:
        made(toy, tmp_path, once("rows", lambda: save(table, changed)))
    assert table.name in str(error.value)
    save(table, before)
    first = mark(made(toy, tmp_path))
    save(table, changed)
    assert mark(made(toy, tmp_path)) != first


def test_a_table_that_is_saved_and_put_back_while_it_is_read_is_refused(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, real = toy.table(SPLIT), reading.reader
    before = table.read_bytes()

    def disturbed(name: str) -> Any:
        form = real(name)

        def read(*given: Any) -> Iterator[Any]:
            table.write_bytes(before.replace(b"yes", b"may"))
            yield from form.read(*given)
            table.write_bytes(before)

        return replace(form, read=read)

    with monkeypatch.context() as patch:
        patch.setattr(reading, "reader", disturbed)
        with pytest.raises(BadInput, match="was written since"):
            made(toy, tmp_path)
    assert mark(made(toy, tmp_path)) == mark(made(Toy(toy.corpora, toy.rows), tmp_path / "other"))


@pytest.mark.parametrize("save", SAVES)
def test_pictures_are_of_the_table_that_the_rows_are_of(
    toy: Toy, tmp_path: Path, save: Callable[[Path, bytes], None]
) -> None:
    records = [
        row | {"picture": {"bytes": (toy.corpora / toy.pictures / row["picture"]).read_bytes(), "path": None}}
        for row in toy.rows[SPLIT]
    ]
    corpora, table = tmp_path / "embedded", tmp_path / "embedded" / "toy" / f"{SPLIT}.parquet"
    table.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(records), table)
    embedded, before = Toy(corpora), table.read_bytes()
    corpus = embedded.corpus(image_folder=None, columns={"image": "picture", "id": "id"})
    first = mark(made(embedded, tmp_path / "first", corpora=[corpus]))

    def turn() -> None:
        """The same questions, and the pictures in the order of another table."""
        pq.write_table(pa.Table.from_pylist(records[::-1]), tmp_path / "turned.parquet")
        save(table, (tmp_path / "turned.parquet").read_bytes())

    with pytest.raises(BadInput, match="was written since"):
        made(embedded, tmp_path, once("pictures", turn), corpora=[corpus])
    save(table, before)
    assert mark(made(embedded, tmp_path, corpora=[corpus])) == first


def another_picture(toy: Toy) -> Callable[[], None]:
    """Replaces a picture by another one of the same size and time."""
    place = toy.corpora / toy.pictures / toy.rows[SPLIT][0]["picture"]
    other = place.with_name("other.png")
    draw(other, "square", "blue", 31)
    data = other.read_bytes()
    other.unlink()
    place.write_bytes(place.read_bytes().ljust(5000, b"\0"))  # a picture may be followed by anything

    def act() -> None:
        dated_back(place, data.ljust(5000, b"\0"))

    return act


def test_a_replaced_picture_of_the_same_size_and_time_is_noticed(toy: Toy, tmp_path: Path) -> None:
    replaced = another_picture(toy)
    first = mark(made(toy, tmp_path))
    replaced()
    assert mark(made(toy, tmp_path)) != first
    assert mark(made(toy, tmp_path)) == mark(made(toy, tmp_path / "other"))


@pytest.mark.parametrize("stage", ["groups", "publish"])
def test_one_that_is_replaced_during_a_build_is_noticed_and_the_next_build_is_well(
    toy: Toy, tmp_path: Path, stage: str
) -> None:
    replaced = another_picture(toy)
    with pytest.raises(BadInput, match="has changed since"):
        made(toy, tmp_path, once(stage, replaced))
    assert mark(made(toy, tmp_path)) == mark(made(toy, tmp_path / "other"))


def test_if_a_file_system_keeps_no_time_of_change_check_reads_all_again(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(located, "stamp", lambda path: (path.stat().st_size, path.stat().st_mtime_ns))
    replaced = another_picture(toy)
    made(toy, tmp_path)
    replaced()
    with pytest.raises(BadInput, match="--check"):
        made(toy, tmp_path, title="Published anew")
    checked = made(toy, tmp_path, check=True, title="Published anew")
    assert "pictures" in checked.executed
    assert mark(checked) == mark(made(toy, tmp_path / "other", title="Published anew"))
