"""A whole build of 60 items with two images each: read, measured, balanced, published, loaded, verified."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import Any

import mlcroissant
import pandas as pd
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from PIL import Image

from tests.two_images import BLOCKS, STATEMENTS, build_two, records
from twokeys.builder.build import Built
from twokeys.builder.pair.pool import _of_items
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput
from twokeys.core.items import image_key
from twokeys.core.pictures.limits import Images
from twokeys.data_cards.published import PublishedFolder

QUICK = {"baselines": ["question.prior"], "folds": 5}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_two(tmp_path_factory.mktemp("several"))


@pytest.fixture(scope="module")
def every(built: Built) -> pd.DataFrame:
    """All items, published or removed."""
    there = PublishedFolder(built.folder)
    return pd.concat([there.rows_of("balanced"), there.rows_of("removed")], ignore_index=True)


def test_the_ceilings_are_those_of_ordered_pairs(built: Built) -> None:
    by_question, by_image = Counter(), Counter()
    for row in records():
        by_question[row["question"], row["answer"]] += 1
        by_image[tuple(row["image"]), row["answer"]] += 1
    pairs = {tuple(row["image"]) for row in records()}
    assert len(pairs) == 2 * BLOCKS
    best = {
        "question": sum(max(by_question[text, answer] for answer in ("yes", "no")) for text in STATEMENTS),
        "image": sum(max(by_image[pair, answer] for answer in ("yes", "no")) for pair in pairs),
    }
    for view, right in best.items():
        ceiling = built.manifest.before.ceiling(view)
        assert (ceiling.right, ceiling.items) == (right, len(records())), view
        assert built.manifest.after.ceiling(view).share <= 0.5


def test_balanced_items_have_image_partners_with_other_pairs(built: Built) -> None:
    rows = PublishedFolder(built.folder).rows_of("balanced").set_index("id")
    assert len(rows) == 40
    for _, row in rows.iterrows():
        partner = rows.loc[row["image_partner"]]
        assert partner["question_key"] == row["question_key"]
        assert partner["compared"] != row["compared"]
        assert list(partner["image_keys"]) != list(row["image_keys"])


def test_every_config_has_lists_and_load_dataset_gives_them_in_order(built: Built) -> None:
    files = {row["id"]: row["image"] for row in records()}
    images = built.folder.parent / "corpora" / "two" / "images"
    rows = load_dataset(str(built.folder), split="test")
    assert "image" not in rows.column_names
    for row in rows:
        wanted = [Image.open(images / name).convert("RGB") for name in files[row["source_id"]]]
        assert [image.convert("RGB").tobytes() for image in row["images"]] == [image.tobytes() for image in wanted]
        assert row["image_key"] == image_key(row["image_keys"])
    pairs = load_dataset(str(built.folder), "pairs", split="test")
    assert {"images", "partner_images", "image_keys", "partner_image_keys"} <= {*pairs.column_names}
    first = next(iter(load_dataset(str(built.folder), split="test", streaming=True)))
    assert len(first["images"]) == 2
    assert "image_keys" in load_dataset(str(built.folder), "removed", split="test").column_names


def test_items_that_share_any_image_are_in_one_group(every: pd.DataFrame) -> None:
    by_image = every.explode("image_keys").groupby("image_keys")["group"].nunique()
    assert (by_image == 1).all()
    assert every["group"].nunique() == BLOCKS


def test_the_folder_verifies_and_an_edited_image_key_does_not(built: Built, tmp_path: Path) -> None:
    failed = [one.check for one in verify(built.folder) if one.failed]
    assert not failed
    copy = Path(shutil.copytree(built.folder, tmp_path / "copy"))
    (path,) = (copy / "balanced").glob("*.parquet")
    table = pq.read_table(path)
    place = table.schema.get_field_index("image_keys")
    turned = [keys[::-1] for keys in table["image_keys"].to_pylist()]
    pq.write_table(table.set_column(place, table.schema.field(place), [turned]), path)
    problems = [problem for one in verify(copy) for problem in one.problems]
    assert any("its image key, size or mean colour does not follow from its pixels" in problem for problem in problems)


def test_images_are_found_by_the_key_of_their_list(built: Built, every: pd.DataFrame) -> None:
    images = PublishedFolder(built.folder).images(["balanced"])
    singles = dict(images.items())
    assert len(singles) == 2 * BLOCKS
    for key, data in images.lists():
        keys = every.set_index("image_key")["image_keys"].loc[[key]].iloc[0]
        assert list(data) == [singles[one] for one in keys]
        assert images.get(key) == data


def test_croissant_reads_the_lists(built: Built) -> None:
    found = list(mlcroissant.Dataset(built.folder / "croissant.json").records("balanced"))
    rows = {row["id"]: row for row in PublishedFolder(built.folder).stream("balanced", images=True)}
    assert len(found) == len(rows)
    for record in found:
        row = rows[record["balanced/id"].decode()]
        sizes = [Image.open(io.BytesIO(image["bytes"])).size for image in row["images"]]
        assert [image.size for image in record["balanced/images"]] == sizes


def test_card_and_report_speak_of_lists(built: Built) -> None:
    card = (built.folder / "README.md").read_text(encoding="utf-8")
    assert 'remove_columns("images")' in card
    assert 'columns=["image_key", "images"]' in card
    assert "list of image" in card
    assert (built.folder / "report.html").read_text(encoding="utf-8").count("data:image") > 2


def test_one_image_an_item_is_published_as_ever(tmp_path: Path) -> None:
    rows = [row | {"image": row["image"][:1]} for row in records()]
    one = build_two(tmp_path / "list", rows)
    name = build_two(tmp_path / "name", [row | {"image": row["image"][0]} for row in rows])
    assert one.manifest.configs["balanced"].fingerprint == name.manifest.configs["balanced"].fingerprint
    there = PublishedFolder(one.folder)
    assert all("image_keys" not in there.columns(config) for config in there.configs)
    assert "image" in there.columns("balanced")


def test_eval_yaml_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"takes one image an item.*Take it out of the recipe"):
        build_two(tmp_path, eval=True)


def mixed() -> list[dict[str, Any]]:
    """Lists of one to three images, in other orders and with an image twice, about images of the corpus."""
    lists = [["0-0.png"], ["0-0.png", "1-0.png"], ["1-0.png", "0-0.png"], ["2-0.png", "2-0.png"], ["2-0.png"]]
    lists += [[f"{place}-0.png" for place in order] for order in permutations((3, 4, 5))]
    lists += [[f"{block}-{place}.png"] for block in range(6, BLOCKS) for place in (0, 1)]
    texts = ("Is it red?", "Is it blue?")
    found = [(images, text, (number + len(text)) % 2) for number, images in enumerate(lists) for text in texts]
    return [
        {"id": str(number), "image": images, "question": text, "answer": ("no", "yes")[answer]}
        for number, (images, text, answer) in enumerate(found)
    ]


def test_lists_of_any_length_and_order_stand_beside_each_other(tmp_path: Path) -> None:
    built = build_two(tmp_path, mixed())
    there = PublishedFolder(built.folder)
    rows = pd.concat([there.rows_of("balanced"), there.rows_of("removed")], ignore_index=True)
    assert len(rows) == len(mixed())
    lists = rows["image_keys"].map(tuple)
    assert rows["image_key"].nunique() == lists.nunique() == 19
    assert (rows.explode("image_keys").groupby("image_keys")["group"].nunique() == 1).all()
    groups = dict(zip(rows["source_id"], rows["group"], strict=True))
    assert groups["0"] == groups["2"] == groups["4"]
    assert groups["6"] == groups["8"] != groups["0"]
    assert not [one.check for one in verify(built.folder) if one.failed]
    said = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))
    kinds = {kind["kind"]: kind["used"] for kind in said["groups"]}
    assert kinds == {"image": True, "any image": True}
    shown = {data for _, of in there.images(["balanced"]).lists() for data in of}
    assert said["unique_image_bytes"] == sum(len(data) for data in shown)
    assert len({hashlib.sha256(data).hexdigest() for data in shown}) == len(shown)


def sided() -> list[dict[str, Any]]:
    """Two questions about both orders of two images, and about one of them."""
    found = []
    for block in range(BLOCKS):
        first, second = f"{block}-0.png", f"{block}-1.png"
        for number, images in enumerate(([first, second], [second, first], [first])):
            place = (number + block) % 2
            asked = {"Is there a red shape?": ("yes", "no"), "Is the shape on the left or right?": ("left", "right")}
            for text, answers in asked.items():
                identity = f"{block}-{number}-{answers[0]}"
                found.append({"id": identity, "image": images, "question": text, "answer": answers[place]})
    return found


def test_generators_that_change_images_leave_lists_alone_and_others_keep_them(tmp_path: Path) -> None:
    mirror = {"generator": "mirror-sides", "with": {"orientation_means_nothing": True}}
    pair = {"generators": [mirror, {"generator": "question-edits"}]}
    with pytest.warns(RuntimeWarning, match="mirror-sides leaves 40 items of several images alone"):
        built = build_two(tmp_path, sided(), measure=QUICK, pair=pair, language="en")
    there = PublishedFolder(built.folder)
    rows = pd.concat([there.rows_of("balanced"), there.rows_of("removed")]).set_index("id")
    made = rows[rows["edit_of"].notna()]
    of_question = made[made["edit_kind"].str.startswith("question.")]
    assert (of_question["image_keys"].map(len) == 2).any()
    assert all(
        list(row["image_keys"]) == list(rows.loc[row["edit_of"], "image_keys"]) for _, row in of_question.iterrows()
    )
    assert (made.drop(index=of_question.index)["image_keys"].map(len) == 1).all()
    assert not [one.check for one in verify(built.folder) if one.failed]


def test_a_pool_knows_every_image_of_a_list_and_its_group(built: Built, every: pd.DataFrame, tmp_path: Path) -> None:
    facts = {"source": "two", "width": 40, "height": 40, "image": "file:x", "bytes_sha256": ""}
    keys = sorted(set(every["image_keys"].explode()))
    table = pd.DataFrame([{"image_key": key} | facts for key in keys])
    items = every.assign(links=[[f"of {identity}"] for identity in every["id"]])
    found = _of_items(items, Pictures(table, {"two": tmp_path}, Images())).set_index("image_key")
    assert sorted(found.index) == keys
    for key in keys:
        showing = items[[key in of for of in items["image_keys"]]]
        assert set(showing["group"]) == {found.loc[key, "group"]}
        assert found.loc[key, "links"] == sorted(f"of {identity}" for identity in showing["id"])
        assert found.loc[key, "image_width"] == 40
