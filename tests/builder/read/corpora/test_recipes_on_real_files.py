"""Recipes that ship, on the real files of their datasets or on real rows in their form, where these are at hand.

    python -m tests.builder.read.corpora.test_recipes_on_real_files FOLDER

lays the files out in FOLDER as the recipes say, for `twokeys recipe check` and `twokeys diagnose`, beside recipes that
differ from the shipped ones in what `CHANGES` says.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from twokeys.builder import recipe
from twokeys.builder.recipe import Recipe
from twokeys.builder.recipe_check import check_recipe

Row = dict[str, Any]
CHANGES: dict[str, Row] = {
    "vqa-v1": {},
    "vqa-v2": {"splits": ["train"]},
    "vsr": {"splits": ["test"]},
    "gqa": {"images": "names", "options": {"files": {"val": "val_bal_tail_-0.7.json"}}},
    "a-okvqa": {"splits": ["validation"]},
    "ok-vqa": {
        "format": "table",
        "image_folder": "coco",
        "splits": None,
        "options": {"files": {"train": "lxmert_labels_train2014.json", "val2014": "lxmert_labels_val2014.json"}},
        "columns": {"id": "question_id", "question": "sent", "answer": None, "answers": "label",
                    "image": ["{img_id}.jpg"]},
        "group_by": ["image", "near_image"],
    },
    "pope-photos": {"path": "pope-photos", "options": {"config": "Full", "meta": ["image_source"]}},
}  # fmt: skip
"""What differs from the recipe that ships: a part is at hand, images are known by name, or a folder stands for the
repository."""
COUNTS = {
    "vqa-v1": {"train": 267, "val": 419},
    "vqa-v2": {"train": 401},
    "vsr": {"test": 48},
    "gqa": {"val": 1000},
    "a-okvqa": {"validation": 213},
    "ok-vqa": {"train": 153, "val2014": 58},
    "pope-photos": {"random": 198, "popular": 198, "adversarial": 198},
}
"""Rows that `recipe check` reads: a thousand of each split at most."""


def lay_out(name: str, corpora: Path, place: Path) -> Recipe:
    """Put the files of one recipe where it looks for them; its recipe with what differs."""
    photos = corpora / "coco_photos"
    _LAID[name](corpora if name == "gqa" else photos, place)
    shipped = recipe.load(name)
    plan = shipped.model_dump(mode="json", by_alias=True)
    plan["corpora"][0] |= CHANGES[name]
    if name == "ok-vqa":
        plan["categories"] = []  # these files tell no type of question
    (place / f"{name}.yaml").write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return Recipe.model_validate(plan)


def _photos(photos: Path, place: Path, folders: dict[str, str], rename: Callable[[str], str] = str) -> None:
    """Copy the photos, each into the folder that its name begins with."""
    for beginning, folder in folders.items():
        (place / folder).mkdir(parents=True, exist_ok=True)
        for path in (photos / "photos").glob(f"{beginning}*.jpg"):
            shutil.copyfile(path, place / folder / rename(path.name))


def _official_vqa(version: str) -> Callable[[Path, Path], None]:
    def lay(photos: Path, place: Path) -> None:
        shutil.copytree(photos / version, place / version, dirs_exist_ok=True, copy_function=shutil.copyfile)
        _photos(photos, place, {"COCO_train2014": "coco/train2014", "COCO_val2014": "coco/val2014"})

    return lay


def _vsr(photos: Path, place: Path) -> None:
    (place / "vsr").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(photos / "vsr/vsr_validated_subset.jsonl", place / "vsr/test.jsonl")
    _photos(photos, place, {"COCO_": "coco/images2017"}, lambda name: name.rpartition("_")[2])


def _gqa(corpora: Path, place: Path) -> None:
    (place / "gqa").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(corpora / "gqa_ood/data/alpha_tail/val_bal_tail_-0.7.json", place / "gqa/val_bal_tail_-0.7.json")


def _ok_vqa(photos: Path, place: Path) -> None:
    shutil.copytree(photos / "okvqa", place / "ok-vqa", dirs_exist_ok=True, copy_function=shutil.copyfile)
    _photos(photos, place, {"COCO_": "coco"})


def _a_okvqa(photos: Path, place: Path) -> None:
    """The real rows with their photos, as the Hub's copy has them: Parquet with embedded images."""
    rows = []
    for row in json.loads((photos / "aokvqa/aokvqa_v1p0_val.json").read_text(encoding="utf-8")):
        path = photos / "photos" / f"COCO_val2014_{row['image_id']:012d}.jpg"
        if path.is_file():
            shown = {"bytes": path.read_bytes(), "path": None}
            rows.append({name: value for name, value in row.items() if name != "image_id"} | {"image": shown})
    rows = [row | {"direct_answers": str(row["direct_answers"])} for row in rows]
    _parquet(place / "a-okvqa/data/validation-00000-of-00001.parquet", rows)


def _pope(photos: Path, place: Path) -> None:
    """The same of POPE."""
    for split in COUNTS["pope-photos"]:
        lines = (photos / f"pope/coco/coco_pope_{split}.json").read_text(encoding="utf-8").splitlines()
        rows = []
        for number, line in enumerate(map(json.loads, lines)):
            shown = {"bytes": (photos / "photos" / line["image"]).read_bytes(), "path": None}
            rows.append(
                {"id": str(number), "question_id": str(line["question_id"]), "question": line["text"],
                 "answer": line["label"], "image_source": line["image"].removesuffix(".jpg"), "image": shown}
            )  # fmt: skip
        _parquet(place / f"pope-photos/Full/{split}-00000-of-00001.parquet", rows)
    files = [{"split": split, "path": f"Full/{split}-*"} for split in COUNTS["pope-photos"]]
    card = {"configs": [{"config_name": "Full", "data_files": files}]}
    (place / "pope-photos/README.md").write_text(f"---\n{json.dumps(card)}\n---\n", encoding="utf-8")


def _parquet(path: Path, rows: list[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


_LAID: dict[str, Callable[[Path, Path], None]] = {
    "vqa-v1": _official_vqa("vqa_v1"), "vqa-v2": _official_vqa("vqa_v2"), "vsr": _vsr, "gqa": _gqa,
    "a-okvqa": _a_okvqa, "ok-vqa": _ok_vqa, "pope-photos": _pope,
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_the_recipe_reads_real_rows(name: str, tmp_path: Path, official: Callable[[str], Path]) -> None:
    corpora = official("gqa_ood" if name == "gqa" else "coco_photos")
    found = check_recipe(lay_out(name, corpora, tmp_path), tmp_path)
    assert {one.split: one.rows for one in found.splits} == COUNTS[name]
    assert found.problems == []
    assert sum(len(one.bad) for one in found.splits) == (1 if name == "a-okvqa" else 0)  # an option twice
    assert all(one.images > 0 or name == "gqa" for one in found.splits)


if __name__ == "__main__":
    for each in COUNTS:
        lay_out(each, Path(os.environ["TWOKEYS_CORPORA"]), Path(sys.argv[1]))
