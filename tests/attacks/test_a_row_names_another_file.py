"""A row of a corpus cannot make a build read and publish other files of the machine.

Claim: no file is reached that the user did not name; rows come from outside and stay inside the recipe's folders.
Attack: a Parquet cell `{bytes: null, path: "/home/..."}`, `../`, links, pipes and devices in the place of pictures and
of tables, archives' and Windows' spellings, links that are swapped between reading and publishing.
Before (ba22272): cells and links led anywhere; the picture of another folder was published, byte for byte. A pipe in
the place of a picture kept a build waiting for ever.
Now: one function (`twokeys.builder.read.held`) holds every locator, after links; such rows are bad rows with file, row
and remedy.
"""

from __future__ import annotations

import csv
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pipeline.toy import Toy, draw
from twokeys.builder.build import build
from twokeys.builder.diagnose import diagnose
from twokeys.builder.read import held as holding
from twokeys.builder.read.held import held, read_held
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.read.source import find
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput

SPLIT = "test"


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy.balanced(tmp_path / "corpora")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A picture of the user's that no recipe names."""
    draw(tmp_path / "home" / "private.png", "circle", "green", 77)
    return tmp_path / "home" / "private.png"


def leaked(folder: Path, private: Path) -> bool:
    """Whether the picture's pixels or bytes stand in any file of a folder."""
    return any(private.read_bytes() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def first_picture(toy: Toy) -> Path:
    return toy.corpora / toy.pictures / toy.rows[SPLIT][0]["picture"]


def made(toy: Toy, tmp_path: Path, **changes: Any) -> Path:
    recipe = toy.save(tmp_path / "recipe.yaml", **changes)
    return build(recipe, tmp_path / "out", corpora=toy.corpora, work=tmp_path / "run", engine="serial").folder


# --------------------------------------------------------------------------------------------------- what is bad


def link(place: Path, private: Path) -> None:
    place.unlink()
    place.symlink_to(private)


def relative_link(place: Path, private: Path) -> None:
    place.unlink()
    place.symlink_to(os.path.relpath(private, place.parent))


def chain(place: Path, private: Path) -> None:
    """A link to a link, which leads out."""
    place.unlink()
    (place.parent / "hop").symlink_to(private.parent)
    place.symlink_to("hop/private.png")


def linked_folder(place: Path, private: Path) -> None:
    """The folder on the way is a link, and the picture lies there."""
    (private.parent / place.name).write_bytes(private.read_bytes())
    for path in place.parent.iterdir():
        path.rename(private.parent / path.name) if path != place else path.unlink()
    place.parent.rmdir()
    place.parent.symlink_to(private.parent)


def pipe(place: Path, private: Path) -> None:
    place.unlink()
    os.mkfifo(place)


def device(place: Path, private: Path) -> None:
    place.unlink()
    place.symlink_to("/dev/zero")


def listening(place: Path, private: Path) -> None:
    place.unlink()
    with socket.socket(socket.AF_UNIX) as made:
        home = Path.cwd()
        os.chdir(place.parent)  # such names are short
        try:
            made.bind(place.name)
        finally:
            os.chdir(home)


def folder(place: Path, private: Path) -> None:
    place.unlink()
    place.mkdir()


def loop(place: Path, private: Path) -> None:
    place.unlink()
    place.symlink_to(place.name)


def nowhere(place: Path, private: Path) -> None:
    place.unlink()
    place.symlink_to(private.parent / "gone.png")


BAD = [link, relative_link, chain, linked_folder, pipe, device, listening, folder, loop, nowhere]


@pytest.mark.parametrize("damage", BAD, ids=lambda one: one.__name__)
def test_what_lies_in_a_picture_s_place_is_not_followed_out(
    toy: Toy, private: Path, tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    place = first_picture(toy)
    damage(place, private)
    with pytest.raises(BadInput) as error:
        made(toy, tmp_path)
    name = toy.rows[SPLIT][0]["picture"]
    for part in (name, f"{SPLIT}.jsonl#1", "Put "):
        assert part in str(error.value)
    assert str(private.parent) not in str(error.value), "what is published is the same on every machine"
    assert not leaked(tmp_path / "run", private)
    if damage is not linked_folder:  # that one takes a split's other pictures along
        aside = made(toy, tmp_path, bad_rows="set aside")
        assert not leaked(aside, private)
        assert name in "".join(pq.read_table(path).to_pandas().to_json() for path in aside.glob("removed/*")).replace(
            "\\/", "/"
        )


@pytest.mark.parametrize(
    "named",
    [
        "{home}/private.png",
        "../../../home/private.png",
        "a/../../../../home/private.png",
        "/proc/self/environ",
        "..\\..\\..\\home\\private.png",
        "C:\\home\\private.png",
        "\\\\server\\share\\private.png",
        "\\home\\private.png",
        "file://{home}/private.png",
        "zip://private.png::{home}/private.zip",
        "private.zip/../../../home/private.png",
        "~/private.png",
        "$HOME/private.png",
        "%2e%2e/%2e%2e/private.png",
        ".",
        "..",
        "\0",
    ],
)
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "text", "cell"])
def test_a_name_that_leads_out_is_a_bad_row_in_every_kind_of_table(
    private: Path, tmp_path: Path, named: str, form: str
) -> None:
    name = named.replace("{home}", str(private.parent))
    corpora = tmp_path / "corpora"
    (corpora / "deep" / "toy").mkdir(parents=True)
    write(corpora / "deep" / "toy", form, [{"question": "Is it?", "answer": "yes", "image": name}])
    corpus = Corpus(format="table", name="toy", path="deep/toy", revision="r", license="mit")
    source = find(corpus, corpora)
    from twokeys.builder.read.corpora import reader

    for row in reader("table").read(corpus, source.root, SPLIT):
        if not isinstance(row, BadInput):
            with pytest.raises(BadInput) as error:
                read_bytes(row.image, source.root)
            row = error.value
        assert row.remedy


def write(place: Path, form: str, rows: list[dict[str, Any]]) -> None:
    if form in ("csv", "tsv"):
        with (place / f"{SPLIT}.{form}").open("w", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]), delimiter="," if form == "csv" else "\t")
            table.writeheader()
            table.writerows(rows)
    elif form in ("json", "jsonl"):
        text = json.dumps(rows) if form == "json" else "".join(f"{json.dumps(row)}\n" for row in rows)
        (place / f"{SPLIT}.{form}").write_text(text)
    else:
        cells = rows if form == "text" else [row | {"image": {"bytes": None, "path": row["image"]}} for row in rows]
        pq.write_table(pa.Table.from_pylist(cells), place / f"{SPLIT}.parquet")


@pytest.mark.parametrize("form", ["table", "hf"])
def test_a_cell_without_bytes_publishes_nothing_of_the_machine(tmp_path: Path, private: Path, form: str) -> None:
    """The issue's own example, through the whole build."""
    corpora = tmp_path / "corpora"
    (corpora / "toy").mkdir(parents=True)
    rows = [
        {"question": question, "answer": answer, "image": {"bytes": None, "path": path}}
        for path in (str(private), "../../home/private.png")
        for question, answer in (("Is it a?", "yes"), ("Is it b?", "no"))
    ]
    pq.write_table(pa.Table.from_pylist(rows), corpora / "toy" / f"{SPLIT}.parquet")
    toy = Toy(corpora)
    corpus = toy.corpus(format=form, image_folder=None, columns={"image": "image"})
    with pytest.raises(BadInput, match=r"4 bad rows") as error:
        made(toy, tmp_path, corpora=[corpus])
    assert f"{SPLIT}.parquet#1" in str(error.value)
    assert not leaked(tmp_path / "run", private)


@pytest.mark.parametrize("what", ["link", "device", "pipe"])
def test_a_table_that_leads_out_is_not_read(toy: Toy, private: Path, tmp_path: Path, what: str) -> None:
    table = toy.table(SPLIT)
    secret = private.with_name("secrets.jsonl")
    secret.write_bytes(table.read_bytes())
    {"link": link, "device": device, "pipe": pipe}[what](table, secret)
    with pytest.raises(BadInput, match=rf"{SPLIT}\.jsonl"):
        made(toy, tmp_path)


@pytest.mark.parametrize("pattern", ["../../home/secrets.csv", "{home}/secrets.csv", "../../*/secrets.csv"])
def test_nor_one_that_the_options_name_outside(toy: Toy, private: Path, tmp_path: Path, pattern: str) -> None:
    private.with_name("secrets.csv").write_text("question,answer,picture,id,choices\nIs it?,yes,test/0.png,1,\n")
    named = pattern.replace("{home}", str(private.parent))
    with pytest.raises(BadInput, match="inside the corpus's folder"):
        made(toy, tmp_path, corpora=[toy.corpus(options={"files": {SPLIT: named}})])


@pytest.mark.parametrize(
    "path",
    ["../../home/x.parquet", "{home}/x.parquet", "file://{home}/x.parquet", "http://127.0.0.1:1/x.parquet",
     "zip://x.parquet::{home}/x.zip", "linked.parquet"],
)  # fmt: skip
def test_a_readme_on_the_hub_s_pattern_names_no_file_elsewhere(private: Path, tmp_path: Path, path: str) -> None:
    home, place = private.parent, tmp_path / "corpora" / "toy"
    place.mkdir(parents=True)
    pq.write_table(pa.table({"question": ["a?"], "answer": ["yes"], "image": [b""]}), home / "x.parquet")
    (place / "linked.parquet").symlink_to(home / "x.parquet")
    named = path.replace("{home}", str(home))
    (place / "README.md").write_text(
        f"---\nconfigs:\n- config_name: a\n  data_files:\n  - split: test\n    path: '{named}'\n---\n"
    )
    with pytest.raises(BadInput, match="inside the"):
        find(Corpus(format="hf", name="toy", path="toy", revision="r", license="mit"), tmp_path / "corpora")


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [
        ("vqa-rad", "VQA_RAD Dataset Public.json", "[]"),
        ("gqa", "val_balanced_questions.json", "{}"),
        ("pope", "output/coco/coco_pope_random.json", ""),
        ("math-vision", "data/test.jsonl", ""),
        ("sugarcrepe", "data/add_att.json", "{}"),
        ("nlvr", "dev/dev.json", ""),
        ("clevr", "questions/CLEVR_val_questions.json", "{}"),
    ],
)  # fmt: skip
def test_an_official_file_that_is_a_link_out_is_not_read(tmp_path: Path, form: str, name: str, text: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "secret").write_text(text)
    place = tmp_path / "corpora" / "toy" / name
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "home" / "secret")
    from twokeys.builder.read.corpora import reader

    known = {"gqa": "val", "pope": "random", "math-vision": "test", "nlvr": "dev", "clevr": "val"}
    splits = [known[form]] if form in known else None
    corpus = Corpus(format=form, name="toy", path="toy", revision="r", license="mit", splits=splits)
    root = tmp_path / "corpora" / "toy"
    with pytest.raises(BadInput, match=r"leads out of the folder|no such file") as error:
        list(reader(form).files(corpus, root))
    assert form == "sugarcrepe" or "leads out" in str(error.value)


# ------------------------------------------------------------------------------------------------------ swapped


def test_a_link_that_is_swapped_after_reading_is_not_published(toy: Toy, private: Path, tmp_path: Path) -> None:
    recipe, place = toy.save(tmp_path / "recipe.yaml"), first_picture(toy)
    diagnose(recipe, tmp_path / "told", corpora=toy.corpora, work=tmp_path / "run", engine="serial")
    copy = private.with_name("copy.png")
    copy.write_bytes(place.read_bytes())
    os.utime(copy, ns=(place.stat().st_atime_ns, place.stat().st_mtime_ns))
    link(place, copy)  # the same bytes, size and time: nothing but the place says that it is another file
    with pytest.raises(BadInput, match="leads out of the folder"):
        made(toy, tmp_path)


@pytest.mark.parametrize("what", ["the file", "its folder", "a pipe"])
def test_what_is_swapped_between_looking_and_opening_is_not_read(
    tmp_path: Path, private: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    inside = tmp_path / "toy" / "a" / "private.png"
    inside.parent.mkdir(parents=True)
    inside.write_bytes(b"public")
    real = os.open

    def swapping(path: Any, *rest: Any, **more: Any) -> int:
        if what == "the file":
            link(inside, private)
        elif what == "a pipe":
            pipe(inside, private)
        else:
            inside.parent.rename(tmp_path / "toy" / "b")
            inside.parent.symlink_to(private.parent)
        return real(path, *rest, **more)

    monkeypatch.setattr(holding.os, "open", swapping)
    with pytest.raises(BadInput):
        read_held(tmp_path / "toy", "a/private.png")


# ------------------------------------------------------------------------------------------------- what is allowed


def test_links_that_the_user_names_and_links_inside_are_fine(toy: Toy, tmp_path: Path) -> None:
    plain = made(toy, tmp_path)
    before = {path.name: path.read_bytes() for path in plain.glob("balanced/*.parquet")}
    place = first_picture(toy)
    place.rename(place.with_name("there.png"))
    place.symlink_to("there.png")
    (tmp_path / "disk").mkdir()
    for name, kept in (("toy/pictures", "photos"), ("toy", "toy")):  # the recipe names both
        (toy.corpora / name).rename(tmp_path / "disk" / kept)
        (toy.corpora / name).symlink_to(tmp_path / "disk" / kept)
    recipe = toy.save(tmp_path / "recipe.yaml")
    again = build(recipe, tmp_path / "again", corpora=toy.corpora, work=tmp_path / "again.run", engine="serial").folder
    assert {path.name: path.read_bytes() for path in again.glob("balanced/*.parquet")} == before


def test_a_picture_folder_is_found_beside_a_corpus_that_is_a_link(tmp_path: Path) -> None:
    for name in ("disk/deep/toy", "corpora/photos", "disk/deep/photos"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "corpora" / "toy").symlink_to(tmp_path / "disk" / "deep" / "toy")
    (tmp_path / "corpora" / "photos" / "1.png").write_bytes(b"named")
    (tmp_path / "disk" / "deep" / "photos" / "1.png").write_bytes(b"another")
    assert read_bytes("file:../photos//1.png", tmp_path / "corpora" / "toy") == b"named"


@given(st.lists(st.sampled_from(["..", ".", "a", "b", "out", "in", "1.png", "", "\\", "//"]), max_size=7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_the_name_only_files_inside_come_back(tmp_path: Path, parts: list[str]) -> None:
    root = tmp_path / "root"
    if not root.exists():
        (root / "a" / "b").mkdir(parents=True)
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "1.png").write_bytes(b"outside")
        (tmp_path / "1.png").write_bytes(b"outside")
        for place in (root, root / "a", root / "a" / "b"):
            (place / "1.png").write_bytes(b"inside")
            (place / "out").symlink_to(tmp_path / "out")
            (place / "in").symlink_to(root / "a")
    name = "/".join(parts)
    try:
        data = read_held(root, name)
    except BadInput:
        return
    assert data == b"inside"
    assert held(root, name).is_relative_to(root.resolve())
