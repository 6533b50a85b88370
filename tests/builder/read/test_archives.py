"""Members of zip and tar files: read one by one within limits; no name leads out, and no link is followed."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from twokeys.builder.read import archives
from twokeys.builder.read.archives import archive_in, member_bytes
from twokeys.builder.read.pictures import located, read_bytes
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Corpus, Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput

FILES = {"images/a.png": b"a", "images/val/b.png": b"b" * 3000, "c.png": b"c", "images/../images/d.png": b"d"}


def as_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images/", b"")
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def as_tar(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        folder = tarfile.TarInfo("images")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FORMS = {
    "x.zip": as_zip,
    "X.ZIP": as_zip,
    "x.tar": as_tar,
    "x.tar.gz": lambda files: gzip.compress(as_tar(files)),
    "x.tgz": lambda files: gzip.compress(as_tar(files, tarfile.GNU_FORMAT)),
    "x.tar.zst": lambda files: pa.compress(as_tar(files, tarfile.USTAR_FORMAT), codec="zstd", asbytes=True),
    "x.tar.bz2": lambda files: __import__("bz2").compress(as_tar(files)),
    "x.tar.xz": lambda files: __import__("lzma").compress(as_tar(files)),
}


@pytest.fixture
def put(tmp_path: Path):
    """Write an archive into the corpus's folder."""

    def put(name: str, data: bytes) -> Path:
        path = tmp_path / "c" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return put


@pytest.mark.parametrize("name", FORMS)
def test_a_member_is_read_by_its_name_or_by_the_end_of_it(put, tmp_path, name):
    put(name, FORMS[name](FILES))
    for member, data in {"images/a.png": b"a", "a.png": b"a", "./c.png": b"c", "val/b.png": b"b" * 3000}.items():
        assert read_bytes(f"file:{name}/{member}", tmp_path / "c") == data
        assert read_bytes(f"file:../c/{name}//{member}", tmp_path / "c") == data
    assert located(f"file:{name}/a.png", tmp_path / "c") != f"file:{name}/a.png"


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("member", ["images/../images/d.png", "d.png", "images", "gone.png", "A.png", ""])
def test_a_member_that_is_not_there_is_told(put, tmp_path, name, member):
    put(name, FORMS[name](FILES))
    with pytest.raises(BadInput):
        member_bytes(tmp_path / "c", name, member)


def test_a_name_that_two_members_end_in_is_asked_for(put, tmp_path):
    put("x.zip", as_zip({"train/1.png": b"t", "val/1.png": b"v", "1.pngs": b""}))
    with pytest.raises(BadInput, match=r"2 members are named so: train/1\.png, val/1\.png"):
        member_bytes(tmp_path / "c", "x.zip", "1.png")
    assert member_bytes(tmp_path / "c", "x.zip", "val/1.png") == b"v"


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
def test_two_members_of_one_name_are_none(put, tmp_path, name):
    buffer = io.BytesIO(as_zip({"1.png": b"1"}) if name == "x.zip" else b"")
    if name == "x.zip":
        with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("1.png", b"2")
        put(name, buffer.getvalue())
    else:
        put(name, as_tar({"1.png": b"1", "./1.png": b"2"}))
    with pytest.raises(BadInput, match="two members have this name"):
        member_bytes(tmp_path / "c", name, "1.png")


@pytest.mark.parametrize(
    "stated", ["../x.png", "/etc/x.png", "a/../../x.png", "C:/x.png", "C:\\x.png", "..\\x.png", "\\\\host\\x.png"]
)
@pytest.mark.parametrize("form", ["x.zip", "x.tar"])
def test_no_member_lies_outside_its_archive(put, tmp_path, stated, form):
    put(form, FORMS[form]({stated: b"evil", "good.png": b"good"}))
    assert member_bytes(tmp_path / "c", form, "good.png") == b"good"
    for asked in ("x.png", stated, "host/x.png"):
        with pytest.raises(BadInput):
            member_bytes(tmp_path / "c", form, asked)
    assert not list(tmp_path.rglob("x.png"))


def test_links_in_archives_are_not_followed(put, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in {"s.png": tarfile.SYMTYPE, "h.png": tarfile.LNKTYPE, "p.png": tarfile.FIFOTYPE}.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(tmp_path / "secret")
            archive.addfile(info)
    put("x.tar", buffer.getvalue())
    for name in ("s.png", "h.png", "p.png"):
        with pytest.raises(BadInput, match="a link, or no plain file"):
            member_bytes(tmp_path / "c", "x.tar", name)
    info = zipfile.ZipInfo("s.png")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, str(tmp_path / "secret"))
    put("x.zip", buffer.getvalue())
    with pytest.raises(BadInput, match="the member is a link"):
        member_bytes(tmp_path / "c", "x.zip", "s.png")


def test_an_archive_that_is_a_link_out_is_not_read_unless_the_recipe_names_it(put, tmp_path):
    outside = tmp_path / "home" / "x.zip"
    outside.parent.mkdir()
    outside.write_bytes(as_zip(FILES))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x.zip").symlink_to(outside)
    with pytest.raises(BadInput, match="leads out of the folder"):
        read_bytes("file:x.zip/a.png", tmp_path / "c")
    assert read_bytes("file:../c/x.zip//a.png", tmp_path / "c") == b"a"


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz"])
def test_limits_are_held_before_a_member_is_read(put, tmp_path, name, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 2000)
    put(name, FORMS[name](FILES))
    assert member_bytes(tmp_path / "c", name, "a.png") == b"a"
    with pytest.raises(BadInput, match="the member has 3,000 bytes"):
        member_bytes(tmp_path / "c", name, "b.png")
    monkeypatch.setattr(archives, "MOST", 2)
    archives._members.cache_clear()
    with pytest.raises(BadInput, match="more than 2 members"):
        member_bytes(tmp_path / "c", name, "a.png")


def test_a_packed_archive_is_unpacked_up_to_a_limit(put, tmp_path, monkeypatch):
    from twokeys.builder.read import packed

    monkeypatch.setattr(packed, "MOST_UNPACKED", 20_000)
    put("x.tar.gz", gzip.compress(as_tar({"a.png": b"\0" * 10_000_000})))
    with pytest.raises(BadInput, match="more than 20,000 bytes when it is unpacked"):
        member_bytes(tmp_path / "c", "x.tar.gz", "a.png")


def test_a_zip_that_understates_a_member_is_told(put, tmp_path):
    data = bytearray(as_zip({"a.png": b"a" * 5000}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(mark) + place
        data[at : at + 4] = struct.pack("<I", 10)
    put("x.zip", bytes(data))
    with pytest.raises(BadInput, match=r"cannot be read|other bytes"):
        member_bytes(tmp_path / "c", "x.zip", "a.png")


@pytest.mark.parametrize("name", FORMS)
def test_a_damaged_archive_is_told(put, tmp_path, name):
    data = FORMS[name](FILES)
    for broken in (b"", b"no archive", data[: min(len(data) // 2, 2500)], data[:20]):
        path = put(name, broken)
        os.utime(path, ns=(len(broken), len(broken)))
        with pytest.raises(BadInput):
            member_bytes(tmp_path / "c", name, "val/b.png")


def test_an_encrypted_member_is_told(put, tmp_path):
    data = bytearray(as_zip({"a.png": b"a"}))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.rindex(mark) + place] |= 1
    put("x.zip", bytes(data))
    with pytest.raises(BadInput, match="encrypted"):
        member_bytes(tmp_path / "c", "x.zip", "a.png")


def test_a_folder_may_be_named_like_an_archive(put, tmp_path):
    put("x.zip/a.png", b"file")
    assert archive_in(tmp_path / "c", "x.zip/a.png") is None
    assert read_bytes("file:x.zip/a.png", tmp_path / "c") == b"file"
    assert read_bytes("file:../c/x.zip//a.png", tmp_path / "c") == b"file"


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
@pytest.mark.parametrize("named", ["in the recipe", "in the rows"])
def test_a_corpus_with_its_images_in_an_archive_is_read(tmp_path, put, encoded, shapes, name, named):
    files = {f"images/{number}.png": encoded(shapes[number], "PNG") for number in range(4)}
    put(name, FORMS[name](files))
    inside = "" if named == "in the recipe" else f"{name}/"
    rows = [f"What is it in {number}?,circle,{inside}{number}.png" for number in range(4)]
    put("test.csv", "\n".join(["question,answer,image", *rows, f"Why?,no,{inside}9.png"]).encode())
    folder = f"c/{name}" if named == "in the recipe" else None
    made = Corpus(format="table", name="c", path="c", image_folder=folder, revision="r", license="mit")
    recipe = {"name": "c", "title": "c", "bad_rows": "set aside", "corpora": [made.model_dump()]}
    done = read(Run(tmp_path / "run"), Recipe.model_validate(recipe), [find(made, tmp_path)])
    assert (len(done.items), len(done.pictures), len(done.set_aside)) == (4, 4, 1)
    assert "there is no such member" in done.set_aside["problem"].iloc[0]
    assert str(tmp_path) not in done.set_aside["problem"].iloc[0]
