"""Small hand-written folders with the columns of NLVR2, MMMU, BLINK and NaturalBench, read as a build reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from datasets import Dataset, Features, Image, List, Value
from PIL import Image as Pillow

from twokeys.builder.read.source import find
from twokeys.builder.read.stage import Reading, read
from twokeys.builder.recipe import Recipe, load
from twokeys.builder.run.stages import Run
from twokeys.core.items import image_key
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

Making = Callable[..., Reading]


def png(shade: int) -> bytes:
    data = io.BytesIO()
    Pillow.new("RGB", (12, 10), (shade, 255 - shade, 90)).save(data, "PNG")
    return data.getvalue()


def key(*shades: int) -> str:
    """The image key of items that show these images in this order."""
    return image_key([describe(png(shade), "", Images()).image_key for shade in shades])


def shown(shade: int | None) -> dict[str, Any] | None:
    return None if shade is None else {"bytes": png(shade), "path": f"{shade}.png"}


def write(folder: Path, split: str, rows: Sequence[Mapping[str, Any]], features: Mapping[str, Any]) -> None:
    """Write rows as `push_to_hub` does: one shard with the features in its metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    table = Dataset.from_list([dict(row) for row in rows], features=Features(features))
    table.to_parquet(str(folder / f"{split}-00000-of-00001.parquet"))


@pytest.fixture
def reading(tmp_path: Path) -> Making:
    """Read corpora below `tmp_path`, each given by its name, format and columns."""

    def made(*corpora: Mapping[str, Any], **changes: Any) -> Reading:
        usual = {"revision": "0" * 40, "license": "other", "homepage": "https://example.org"}
        plan = {"name": "x", "title": "x", "corpora": [usual | dict(one) for one in corpora]}
        recipe = Recipe.model_validate(plan | changes)
        return read(Run(tmp_path / "run"), recipe, [find(one, tmp_path) for one in recipe.corpora])

    return made


def by_id(items: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(row["source_id"]): row for row in items.to_dict("records")}


TEXT, PICTURE = Value("string"), Image()
MMMU = {
    "id": TEXT, "question": TEXT, "options": TEXT, "explanation": TEXT,
    **{f"image_{number}": PICTURE for number in range(1, 8)},
    "img_type": TEXT, "answer": TEXT, "topic_difficulty": TEXT, "question_type": TEXT, "subfield": TEXT,
}  # fmt: skip


def mmmu(identity: str, question: str, options: Sequence[str], answer: str, *shades: int) -> dict[str, Any]:
    images = {f"image_{place}": shown(shade) for place, shade in enumerate((*shades, *[None] * 7)[:7], start=1)}
    kind = "multiple-choice" if options else "open"
    row = dict.fromkeys(MMMU, "") | {"id": identity, "question": question, "options": repr(list(options))}
    return row | images | {"answer": answer, "question_type": kind}


MMMU_COLUMNS = {
    "id": "id", "question": "question", "answer": "answer", "choices": "options", "answer_is": "letter",
    "image": [f"image_{number}" for number in range(1, 8)],
}  # fmt: skip


def test_mmmu_has_seven_columns_of_images_and_placeholders(tmp_path: Path, reading: Making) -> None:
    rows = [
        mmmu("v_1", "<image 1> How many are grey?", ["one", "two"], "B", 10),
        mmmu("v_2", "Compare <image 1> with <image 2>.", ["<image 1>", "<image 2>", "neither"], "A", 10, 20),
        mmmu("v_3", "Which of <image 1> to <image 4> differs?", ["a", "b"], "A", 1, 2, 3, 4),
        mmmu("v_4", "What does <image 1> cost?", [], "12.5", 30),
        mmmu("v_5", "All seven: <image 7>?", ["yes", "no"], "A", 1, 2, 3, 4, 5, 6, 7),
        mmmu("v_6", "Look at <image 3>.", ["yes", "no"], "A", 1, 2),
    ]
    write(tmp_path / "mmmu", "validation", rows, MMMU)
    found = reading({"format": "hf", "name": "mmmu", "path": "mmmu", "columns": MMMU_COLUMNS}, bad_rows="set aside")
    items = by_id(found.items)
    assert {name: row["image_key"] for name, row in items.items()} == {
        "v_1": key(10), "v_2": key(10, 20), "v_3": key(1, 2, 3, 4), "v_4": key(30), "v_5": key(1, 2, 3, 4, 5, 6, 7),
    }  # fmt: skip
    assert items["v_2"]["answer"] == "<image 1>"
    assert sorted(items["v_2"]["choices"]) == ["<image 1>", "<image 2>", "neither"]
    assert items["v_4"]["answer_type"] == "number"
    (aside,) = found.set_aside["problem"]
    assert "the row names <image 3>, and the item has 2 images" in aside
    assert "validation-00000-of-00001.parquet" in aside


BLINK = {
    "idx": TEXT, "question": TEXT, "sub_task": TEXT, **{f"image_{number}": PICTURE for number in range(1, 5)},
    "choices": List(TEXT), "answer": TEXT, "prompt": TEXT,
}  # fmt: skip


def test_blink_has_up_to_four_images_and_letters_in_brackets(tmp_path: Path, reading: Making) -> None:
    def row(identity: str, answer: str, choices: Sequence[str], *shades: int) -> dict[str, Any]:
        images = {f"image_{place}": shown(shade) for place, shade in enumerate((*shades, *[None] * 4)[:4], start=1)}
        asked = {"question": "Which image is like the first?", "sub_task": "Visual_Similarity", "prompt": "..."}
        return {"idx": identity, "answer": answer, "choices": list(choices), **asked, **images}

    two = ["the second image", "the third image"]
    rows = [row("val_1", "(A)", two, 1, 2, 3), row("val_2", "(B)", two, 1, 3, 2), row("val_3", "(A)", ["yes", "no"], 4)]
    write(tmp_path / "blink", "val", rows, BLINK)
    columns = {
        "id": "idx", "question": "question", "answer": "answer", "choices": "choices", "answer_is": "letter",
        "image": ["image_1", "image_2", "image_3", "image_4"],
    }  # fmt: skip
    items = by_id(reading({"format": "hf", "name": "blink", "path": "blink", "columns": columns}).items)
    assert {name: row["image_key"] for name, row in items.items()} == {
        "val_1": key(1, 2, 3), "val_2": key(1, 3, 2), "val_3": key(4),
    }  # fmt: skip
    assert items["val_1"]["answer"] == "the second image"
    assert items["val_2"]["answer"] == "the third image"
    assert items["val_1"]["question_key"] == items["val_2"]["question_key"]


def test_nlvr2_has_a_left_and_a_right_image(tmp_path: Path, reading: Making) -> None:
    features = {"question_id": TEXT, "question": TEXT, "answer": TEXT, "left_image": PICTURE, "right_image": PICTURE}
    rows = [
        {"question_id": f"dev-{number}-0-0", "question": "Both are dark.", "answer": answer,
         "left_image": shown(left), "right_image": shown(right)}
        for number, (left, right, answer) in enumerate([(1, 2, "True"), (2, 1, "False"), (3, 3, "True")])
    ]  # fmt: skip
    write(tmp_path / "nlvr2", "balanced_dev", rows, features)
    columns = {"id": "question_id", "image": ["left_image", "right_image"]}
    items = by_id(reading({"format": "hf", "name": "nlvr2", "path": "nlvr2", "columns": columns}).items)
    assert [items[f"dev-{number}-0-0"]["image_key"] for number in range(3)] == [key(1, 2), key(2, 1), key(3, 3)]
    assert {row["answer_type"] for row in items.values()} == {"yes/no"}


def test_nlvr2_as_records_with_a_list_of_files(tmp_path: Path, reading: Making) -> None:
    (tmp_path / "nlvr2" / "dev").mkdir(parents=True)
    for shade in (1, 2):
        (tmp_path / "nlvr2" / "dev" / f"dev-{shade}.png").write_bytes(png(shade))
    records = [
        {"sentence": "Both are dark.", "label": "True", "images": ["dev/dev-1.png", "dev/dev-2.png"]},
        {"sentence": "Both are dark.", "label": "False", "images": ["dev/dev-2.png", "dev/dev-1.png"]},
    ]
    (tmp_path / "nlvr2" / "dev.json").write_text(json.dumps(records), encoding="utf-8")
    columns = {"question": "sentence", "answer": "label", "image": "images"}
    corpus = {"format": "table", "name": "nlvr2", "path": "nlvr2", "columns": columns, "splits": ["dev"]}
    items = by_id(reading(corpus | {"options": {"files": {"dev": "dev.json"}}}).items)
    assert [items["1"]["image_key"], items["2"]["image_key"]] == [key(1, 2), key(2, 1)]


def test_naturalbench_rows_are_read_once_for_each_question_and_image(tmp_path: Path, reading: Making) -> None:
    cells = [f"Image_{image}_Question_{question}" for question in (0, 1) for image in (0, 1)]
    features = {"Index": Value("int64"), "Image_0": PICTURE, "Question_0": TEXT, "Image_1": PICTURE, "Question_1": TEXT}
    features |= dict.fromkeys(cells, TEXT) | {"Question_Type": TEXT, "Source": TEXT}
    row = {
        "Index": 7,
        "Image_0": shown(1),
        "Image_1": shown(2),
        "Question_0": "Is it dark?",
        "Question_1": "Is it light?",
    }
    row |= dict(zip(cells, ["Yes", "No", "No", "Yes"], strict=True)) | {"Question_Type": "yes_no", "Source": "x"}
    write(tmp_path / "nb", "train", [row], features)
    corpora = [
        {"format": "hf", "name": f"nb-{image}{question}", "path": "nb", "splits": {"train": "test"}, "columns": {
            "id": "Index", "question": f"Question_{question}", "image": f"Image_{image}",
            "answer": f"Image_{image}_Question_{question}", "links": ["Index"],
        }}
        for image in (0, 1) for question in (0, 1)
    ]  # fmt: skip
    items = reading(*corpora).items.set_index("source")
    assert items["image_key"].to_dict() == {"nb-00": key(1), "nb-01": key(1), "nb-10": key(2), "nb-11": key(2)}
    assert items["compared"].to_dict() == {"nb-00": "yes", "nb-01": "no", "nb-10": "no", "nb-11": "yes"}


def test_nlvr2_in_its_official_files(tmp_path: Path) -> None:
    """JSON Lines under the name of JSON; images are named after the identifier without its sentence."""

    def line(identifier: str, sentence: str, label: str) -> str:
        more = {"validation": {"77": label}, "writer": "103", "synset": "beer bottle", "query": "some beer bottles2"}
        urls = {f"{side}_url": f"https://example.org/{side}.jpg" for side in ("left", "right")}
        return json.dumps({"identifier": identifier, "sentence": sentence, "label": label, **urls, **more}) + "\n"

    place = tmp_path / "nlvr2_json"
    same, seven = "All the bottles are from the same brand.", "The left and right image contains seven bottles."
    lines = {
        "dev": [("dev-9-0-0", same, "True"), ("dev-9-1-0", same, "False"), ("dev-9-0-1", seven, "False"),
                ("dev-9-2-0", same, "False")],
        "test1": [("test1-3-2-1", seven, "True")],
    }  # fmt: skip
    shades = {"dev-9-0": (10, 20), "dev-9-1": (30, 20), "test1-3-2": (40, 50)}
    for split, rows in lines.items():
        (place / "data").mkdir(parents=True, exist_ok=True)
        (place / "data" / f"{split}.json").write_text("".join(line(*row) for row in rows))
    for pair, both in shades.items():
        folder = place / "images" / pair.partition("-")[0]
        folder.mkdir(parents=True, exist_ok=True)
        for number, shade in enumerate(both):
            (folder / f"{pair}-img{number}.png").write_bytes(png(shade))
    recipe = load("nlvr2-json")
    found = read(Run(tmp_path / "run"), recipe, [find(one, tmp_path) for one in recipe.corpora])
    items = by_id(found.items)
    assert {name: (row["answer"], row["answer_type"], row["image_key"]) for name, row in items.items()} == {
        "dev-9-0-0": ("true", "yes/no", key(10, 20)), "dev-9-1-0": ("false", "yes/no", key(30, 20)),
        "dev-9-0-1": ("false", "yes/no", key(10, 20)), "test1-3-2-1": ("true", "yes/no", key(40, 50)),
    }  # fmt: skip
    assert set(found.items["split"]) == {"dev", "test"}
    assert items["dev-9-0-0"]["links"] == items["dev-9-1-0"]["links"]
    (aside,) = found.set_aside["problem"]
    assert "dev-9-2-img0.png" in aside
