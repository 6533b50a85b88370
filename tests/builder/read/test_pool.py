"""The pool: every distinct image once, with what names and corpora say of it; bad ones are counted and stop nothing."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from twokeys.builder.read.pool import PoolImages, read_pool
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.engines import Process
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

TERMS = {"revision": "1", "license": "cc-by-4.0"}


def plan(*pools: dict[str, Any], **fields: Any) -> Recipe:
    """A recipe with some pools; its corpus is not read."""
    corpus = {"format": "table", "name": "toy", "path": "toy", **TERMS}
    return Recipe.model_validate({"name": "toy", "title": "Toy", "corpora": [corpus], "pool": list(pools), **fields})


def pool(name: str = "photos", **fields: Any) -> dict[str, Any]:
    return {"format": "images", "name": name, "path": name, **TERMS, **fields}


def read(recipe: Recipe, corpora: Path, work: Path | None = None) -> PoolImages:
    return read_pool(Run(work or corpora.parent / "run"), recipe, corpora)


def draw(path: Path, colour: int, size: tuple[int, int] = (5, 4)) -> bytes:
    """An image of one colour; equal colours and sizes are equal pixels in any lossless format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (colour, 10, 200)).save(path)
    return path.read_bytes()


def links(found: PoolImages) -> dict[str, list[str]]:
    """Locator -> links."""
    return {row["image"]: list(row["links"]) for row in found.table.to_dict("records")}


def problems(found: PoolImages) -> list[tuple[str, str]]:
    told = [json.loads(problem) for problem in found.left_out["problem"]]
    return [(str(problem["file"]), str(problem["problem"])) for problem in told]


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    (tmp_path / "corpora").mkdir()
    return tmp_path / "corpora"


# ----------------------------------------------------------------------------------------------- a folder of images


def test_all_image_files_of_nested_folders_are_there(corpora: Path) -> None:
    names = ["1.png", "deep/er/2.PNG", "deep/3 with #, ü and %20.bmp", "deep/name:4.png", ".hidden/5.gif"]
    for number, name in enumerate(names):
        draw(corpora / "photos" / name, number)
    (corpora / "photos" / "README.md").write_text("no image")
    found = read(plan(pool()), corpora)
    assert links(found) == {f"file:{name}": [f"file:{Path(name).name}"] for name in names}
    assert (found.named, len(found.left_out)) == ({"photos": 5}, 0)
    pictures = found.pictures(Images())
    assert pictures.keys == sorted(pictures.keys)
    assert {pictures.read(key) for key in pictures.keys} == {(corpora / "photos" / n).read_bytes() for n in names}


def test_the_facts_are_those_of_the_pixels(corpora: Path) -> None:
    data = draw(corpora / "photos" / "1.png", 7, (6, 3))
    (row,) = read(plan(pool()), corpora).table.to_dict("records")
    facts = describe(data, "1.png", Images())
    assert (row["source"], row["image"], row["image_key"]) == ("photos", "file:1.png", facts.image_key)
    assert (row["width"], row["height"], row["size"], row["bytes_sha256"]) == (6, 3, len(data), facts.bytes_sha256)
    assert (row["contrast"], row["colour"]) == (0.0, "0-0-6")


def test_an_image_that_lies_in_two_places_is_one_with_the_links_of_both(corpora: Path) -> None:
    draw(corpora / "photos" / "b" / "COCO_val2014_000000000042.png", 1)
    draw(corpora / "photos" / "a" / "copy.bmp", 1)
    shutil.copy(corpora / "photos" / "a" / "copy.bmp", corpora / "photos" / "a" / "copy2.bmp")
    found = read(plan(pool()), corpora)
    assert links(found) == {
        "file:a/copy.bmp": ["file:COCO_val2014_000000000042.png", "file:copy.bmp", "file:copy2.bmp"]
    }
    assert found.named == {"photos": 3}


def test_an_image_of_two_pools_is_of_the_pool_that_the_recipe_names_first(corpora: Path) -> None:
    for name in ("a", "z"):
        draw(corpora / name / f"{name}.png", 1)
    found = read(plan(pool("z"), pool("a")), corpora)
    assert [*found.table["source"]] == ["z"]
    assert links(found) == {"file:z.png": ["file:a.png", "file:z.png"]}


def test_names_of_coco_say_which_photo_it_is(corpora: Path) -> None:
    folder = corpora / "photos"
    for number, name in enumerate(["COCO_val2014_000000000139.jpg", "000000000724.jpg", "COCO_x.jpg"]):
        draw(folder / name, 60 * number)
    assert sorted(links(read(plan(pool()), corpora)).values()) == [
        ["coco:139", "file:COCO_val2014_000000000139.jpg"],
        ["coco:724", "file:000000000724.jpg"],
        ["file:COCO_x.jpg"],
    ]


def test_a_bad_image_is_left_out_counted_and_told_once(corpora: Path) -> None:
    data = draw(corpora / "photos" / "good.png", 1)
    (corpora / "photos" / "deep").mkdir()
    (corpora / "photos" / "deep" / "cut.png").write_bytes(data[:30])
    (corpora / "photos" / "text.jpg").write_text("no image")
    draw(corpora / "photos" / "vast.png", 1, (40, 40))
    with pytest.warns(RuntimeWarning, match=r"'photos' leaves out 3 images; the first: deep/cut\.png") as told:
        found = read(plan(pool(), images={"max_pixels": 100}), corpora)
    assert len(told) == 1
    assert [*found.table["image"]] == ["file:good.png"]
    assert [place for place, _ in problems(found)] == ["deep/cut.png", "text.jpg", "vast.png"]
    assert "40 x 40 pixels" in problems(found)[2][1]
    assert found.named == {"photos": 4}


def test_links_lead_to_files_inside_the_folder_alone(corpora: Path) -> None:
    draw(corpora.parent / "home" / "private.png", 9)
    draw(corpora / "photos" / "real" / "1.png", 1)
    draw(corpora / "photos" / "real" / "2.png", 2)
    for name, target in (
        ("out.png", corpora.parent / "home" / "private.png"),
        ("outside", corpora.parent / "home"),
        ("inside", corpora / "photos" / "real"),
        ("in.png", Path("real/1.png")),
        ("nowhere.png", Path("gone.png")),
    ):
        (corpora / "photos" / name).symlink_to(target)
    os.mkfifo(corpora / "photos" / "pipe.png")
    with pytest.warns(RuntimeWarning, match="leaves out 5 images"):
        found = read(plan(pool()), corpora)
    assert links(found) == {"file:in.png": ["file:1.png", "file:in.png"], "file:real/2.png": ["file:2.png"]}
    reasons = dict(problems(found))
    assert reasons["out.png"] == "'out.png' leads out of the folder"
    assert reasons["outside"] == "'outside' leads out of the folder"
    assert "(a folder)" in reasons["inside"]
    assert "No such file" in reasons["nowhere.png"]
    assert "(a pipe)" in reasons["pipe.png"]


def test_a_name_that_is_no_utf_8_is_left_out(corpora: Path) -> None:
    draw(corpora / "photos" / "1.png", 1)
    (corpora / "photos" / "1.png").rename(corpora / "photos" / os.fsdecode(b"\xff.png"))
    draw(corpora / "photos" / "2.png", 2)
    with pytest.warns(RuntimeWarning, match="no UTF-8"):
        found = read(plan(pool()), corpora)
    assert [*found.table["image"]] == ["file:2.png"]


def test_a_folder_that_is_itself_a_link_is_a_pool(corpora: Path) -> None:
    draw(corpora.parent / "elsewhere" / "1.png", 1)
    (corpora / "photos").symlink_to(corpora.parent / "elsewhere")
    assert links(read(plan(pool()), corpora)) == {"file:1.png": ["file:1.png"]}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    names=st.lists(
        st.lists(st.text("aäA .#:%-\n'", min_size=1, max_size=6).filter(lambda part: part.strip(". ")), max_size=3),
        min_size=1, max_size=6,
    ),
    data=st.data(),
)  # fmt: skip
def test_every_image_comes_once_whatever_the_files_are_called(
    tmp_path_factory: pytest.TempPathFactory, names: list[list[str]], data: st.DataObject
) -> None:
    corpora = tmp_path_factory.mktemp("corpora")
    drawn: dict[int, set[str]] = {}
    for number, parts in enumerate(names):
        path = corpora / "photos" / Path(*parts, f"{number}.png")
        colour = data.draw(st.integers(0, 3))
        draw(path, colour)
        drawn.setdefault(colour, set()).add(path.relative_to(corpora / "photos").as_posix())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read(plan(pool()), corpora, corpora / "run")
    assert sorted(map(sorted, (of for of in links(found).values()))) == sorted(
        sorted({f"file:{Path(name).name}" for name in of}) for of in drawn.values()
    )
    assert {image.removeprefix("file:") for image in found.table["image"]} == {min(of) for of in drawn.values()}
    assert found.named == {"photos": len(names)}


# --------------------------------------------------------------------------------------------- tables and corpora


def test_a_table_of_images_needs_no_questions(corpora: Path) -> None:
    for number in range(4):
        draw(corpora / "hub" / f"{number}.png", number)
    cells = [
        {"bytes": (corpora / "hub" / "0.png").read_bytes(), "path": "000000000007.jpg"},
        {"bytes": (corpora / "hub" / "1.png").read_bytes(), "path": None},
        {"bytes": None, "path": "2.png"},
        {"bytes": None, "path": "../../private.png"},
        None,
    ]
    (corpora / "hub" / "data").mkdir()
    draw(corpora / "hub" / "data" / "2.png", 2)
    table = pa.table({"photo": cells, "scene": ["a", "a", "b", "c", None]})
    pq.write_table(table, corpora / "hub" / "data" / "train-00000-of-00001.parquet")
    named = pool("hub", format="hf", columns={"image": "photo", "links": ["scene"]})
    with pytest.warns(RuntimeWarning, match="leaves out 2 images"):
        found = read(plan(named), corpora)
    at = "parquet:data/train-00000-of-00001.parquet#photo#"
    assert links(found) == {
        f"{at}0": ["coco:7", "file:000000000007.jpg", "hub:scene:a"],
        f"{at}1": ["hub:scene:a"],
        f"{at}2": ["file:2.png", "hub:scene:b"],
    }
    assert [*found.files["hub"]] == ["data/train-00000-of-00001.parquet"]
    pictures = found.pictures(Images())
    assert {pictures.decode(key).getpixel((0, 0)) for key in pictures.keys} == {(n, 10, 200) for n in range(3)}


def test_parquet_files_with_nothing_but_bytes_are_a_pool(corpora: Path) -> None:
    cells = [draw(corpora / "made" / f"{number}.png", number) for number in range(3)]
    for number in range(2):
        (corpora / "bytes").mkdir(exist_ok=True)
        pq.write_table(pa.table({"image": cells[number:]}), corpora / "bytes" / f"{number}.parquet")
    found = read(plan(pool("bytes", format="table", options={"files": "*.parquet"})), corpora)
    assert (len(found.table), found.named) == (3, {"bytes": 5})
    assert set(map(len, links(found).values())) == {0}


def test_a_table_may_name_files(corpora: Path) -> None:
    draw(corpora / "list" / "a" / "1.png", 1)
    (corpora / "list" / "images.csv").write_text("file,kind\na/1.png,x\n,x\n/etc/passwd,x\n")
    with pytest.warns(RuntimeWarning, match="leaves out 2 images"):
        found = read(plan(pool("list", format="table", columns={"image": "file"})), corpora)
    assert links(found) == {"file:a/1.png": ["file:1.png"]}
    assert [place for place, _ in problems(found)] == ["images.csv", "images.csv"]


def test_the_images_that_rows_of_a_corpus_name_are_a_pool(corpora: Path) -> None:
    name = "COCO_val2014_000000310196.jpg"
    draw(corpora / "coco" / "val2014" / name, 3)
    rows = [
        {"question_id": 1, "image": name, "text": "Is there a snowboard?", "label": "yes"},
        {"question_id": 2, "image": name, "text": "Is there a chair?", "label": "no"},
        {"question_id": 3, "image": name, "text": "Is there a chair?", "label": "perhaps"},
        {"question_id": 4, "image": "COCO_val2014_000000000001.jpg", "text": "Is there a dog?", "label": "no"},
    ]
    file = corpora / "pope" / "output" / "coco" / "coco_pope_random.json"
    file.parent.mkdir(parents=True)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    named = pool("pope", format="pope", image_folder="coco", splits=["random"])
    with pytest.warns(RuntimeWarning, match="leaves out 2 images"):
        found = read(plan(named), corpora)
    assert links(found) == {f"file:../coco//val2014/{name}": ["coco:310196", f"file:{name}"]}
    assert found.named == {"pope": 2}
    assert found.pictures(Images()).decode(found.table["image_key"][0]).size == (5, 4)


# -------------------------------------------------------------------------------------------------------- stages


def test_content_decides_the_key(corpora: Path, tmp_path: Path) -> None:
    for number in range(3):
        draw(corpora / "photos" / f"{number}.png", number)
    recipe = plan(pool(), pool("more", path="photos"))
    first = read(recipe, corpora)
    shutil.copytree(corpora, tmp_path / "copy")
    for path in (tmp_path / "copy" / "photos").iterdir():
        os.utime(path, (1, 1))
    assert read(recipe, tmp_path / "copy", tmp_path / "other").key == first.key
    renamed = plan(pool(citation="Someone 2020"), pool("more", path="photos"))
    assert read(renamed, corpora).key == first.key, "what describes a pool changes nothing that is read"
    draw(corpora / "photos" / "2.png", 9)
    assert read(recipe, corpora).key != first.key


def test_nothing_is_read_twice_and_a_moved_folder_is_read_where_it_is(corpora: Path, tmp_path: Path) -> None:
    data = draw(corpora / "photos" / "1.png", 1)
    read(plan(pool()), corpora)
    run = Run(tmp_path / "run")
    read_pool(run, plan(pool()), corpora)
    assert run.seconds == {}
    corpora.rename(tmp_path / "moved")
    run = Run(tmp_path / "run")
    found = read_pool(run, plan(pool()), tmp_path / "moved")
    assert run.seconds == {}
    pictures = found.pictures(Images())
    assert pictures.read(pictures.keys[0]) == data


def test_engines_and_shards_change_nothing(corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        draw(corpora / "photos" / f"{number}.png", number % 7)
    draw(corpora / "more" / "1.png", 100)
    recipe = plan(pool(), pool("more"))
    one = read(recipe, corpora)
    monkeypatch.setattr("twokeys.builder.read.stage.PICTURES_PER_SHARD", 3)
    monkeypatch.setattr("twokeys.builder.read.pool._ROWS", 2)
    two = read_pool(Run(tmp_path / "cut", Process(2)), recipe, corpora)
    assert one.table.to_json() == two.table.to_json()
    assert (one.key, one.named) == (two.key, two.named)


# --------------------------------------------------------------------------------------------------- real photos


@pytest.mark.slow
def test_the_photos_at_hand_are_a_pool(tmp_path: Path) -> None:
    corpora = Path(os.environ.get("TWOKEYS_CORPORA", ""))
    if not (corpora / "coco_photos" / "photos").is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder with coco_photos")
    found = read(plan(pool(path="coco_photos/photos")), corpora, tmp_path / "run")
    files = [path.name for path in (corpora / "coco_photos" / "photos").iterdir()]
    assert found.named == {"photos": len(files)}
    assert len(found.table) + len(found.left_out) <= len(files)
    assert all(sum(link.startswith("coco:") for link in of) >= 1 for of in links(found).values())
    assert {link for of in links(found).values() for link in of if link.startswith("file:")} == {
        f"file:{name}" for name in files
    }


def test_a_table_whose_cells_are_lists_names_all_images_of_a_pool(tmp_path: Path) -> None:
    for colour in (1, 2, 3):
        draw(tmp_path / "photos" / f"{colour}.png", colour)
    rows = [{"image": ["1.png", "2.png"], "page": "a"}, {"image": "3.png", "page": "b"}, {"image": [], "page": "c"}]
    (tmp_path / "photos" / "all.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    found = read(plan(pool(format="table", columns={"image": "image", "links": ["page"]})), tmp_path)
    assert {name: "photos:page:a" in of for name, of in links(found).items()} == {
        "file:1.png": True, "file:2.png": True, "file:3.png": False,
    }  # fmt: skip
    assert found.named == {"photos": 3}


def test_images_embedded_in_lists_are_those_of_a_pool(tmp_path: Path) -> None:
    data = [draw(tmp_path / f"{colour}.png", colour) for colour in (1, 2, 3)]
    cells = [
        [{"bytes": data[0], "path": "1.png"}, {"bytes": data[1], "path": "2.png"}],
        [{"bytes": data[2], "path": None}],
    ]
    (tmp_path / "photos").mkdir()
    pq.write_table(pa.table({"image": cells}), tmp_path / "photos" / "all.parquet")
    found = read(plan(pool(format="table", columns={"image": "image"})), tmp_path)
    assert sorted(links(found)) == [f"parquet:all.parquet#image#{place}" for place in ("0.0", "0.1", "1.0")]
    assert {len(found.pictures(Images()).read(key)) > 0 for key in found.table["image_key"]} == {True}
