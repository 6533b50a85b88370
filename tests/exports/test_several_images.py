"""Exports of items with several images: formats that carry lists have them in order, others say that they do not.

Inspect and VLMEvalKit are not installed here: simple records stand in the place of their classes.
"""

from __future__ import annotations

import ast
import base64
import io
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from datasets import Image as Pictures
from datasets import List, load_dataset
from PIL import Image

from tests.exports.loading import loaded
from tests.two_images import build_two
from twokeys.core.errors import BadInput
from twokeys.data_cards.published import PublishedFolder
from twokeys.exports.export import export
from twokeys.exports.format import FORMATS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    measure = {"baselines": ["question.prior"], "folds": 5}
    return build_two(tmp_path_factory.mktemp("several"), measure=measure).folder


@pytest.fixture(scope="module")
def pixels(folder: Path) -> dict[str, list[bytes]]:
    """Item -> the pixels of its images, in order."""
    return {
        row["id"]: [Image.open(io.BytesIO(image["bytes"])).convert("RGB").tobytes() for image in row["images"]]
        for row in PublishedFolder(folder).stream("balanced", images=True)
    }


def seen(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def test_lmms_eval_shows_all_images_in_their_order(folder: Path, tmp_path: Path, pixels: dict) -> None:
    export(folder, "lmms-eval", out=tmp_path / "x")
    utils = loaded(tmp_path / "x" / "utils.py")
    for row in load_dataset(str(folder), split="test"):
        assert [image.tobytes() for image in utils.doc_to_visual(row)] == pixels[row["id"]]
        masked = utils.doc_to_visual_masked(row)
        assert len(masked) == 2
        assert all(len(image.getcolors()) == 1 for image in masked)


def test_vlmevalkit_has_a_list_of_images_in_one_cell(
    folder: Path, tmp_path: Path, pixels: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export(folder, "vlmevalkit", out=tmp_path / "x")
    base = ModuleType("vlmeval.dataset.image_base")
    base.ImageBaseDataset = type("ImageBaseDataset", (), {})  # type: ignore[attr-defined]
    for name, module in (("vlmeval", base), ("vlmeval.dataset", base), ("vlmeval.dataset.image_base", base)):
        monkeypatch.setitem(sys.modules, name, module)
    (program,) = (tmp_path / "x").glob("*.py")
    dataset = loaded(program).TwokeysDataset()
    dataset.img_root = str(tmp_path / "images")
    dataset.data = rows = dataset.load_data(program.stem)
    # As VLMEvalKit's own dataset does: an index points to the row that has the images, and a list is read as one.
    cells = dict(zip(rows["index"], rows["image"], strict=True))
    rows["image"] = [ast.literal_eval(cells[cell] if len(cell) <= 64 else cell) for cell in rows["image"]]
    assert len(rows) == made.facts["items"] == len(pixels)
    for _, row in rows.iterrows():
        assert [seen(base64.b64decode(one)) for one in row["image"]] == pixels[row["id"]]
        prompt = dataset.build_prompt(row)
        assert [part["type"] for part in prompt] == ["image", "image", "text"]
        assert [seen(Path(part["value"]).read_bytes()) for part in prompt[:2]] == pixels[row["id"]]


@pytest.fixture
def inspect_task(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The exported task, with records in the place of Inspect's own classes."""

    def through(*given: Any, **named: Any) -> Any:
        return given[0] if given and callable(given[0]) else through

    names = {
        "inspect_ai": ["Task"], "inspect_ai.dataset": ["MemoryDataset", "Sample"],
        "inspect_ai.model": ["ChatMessageUser", "ContentImage", "ContentText", "GenerateConfig"],
        "inspect_ai.scorer": ["CORRECT", "INCORRECT", "Metric", "SampleScore", "Score", "Scorer", "Target"],
        "inspect_ai.solver": ["TaskState", "generate"],
    }  # fmt: skip
    for name, own in names.items():
        module = ModuleType(name)
        for one in own:
            setattr(module, one, SimpleNamespace)
        for one in ("task", "metric", "scorer", "accuracy", "stderr"):
            setattr(module, one, through)
        monkeypatch.setitem(sys.modules, name, module)
    export(folder, "inspect", out=tmp_path / "x")
    (program,) = (tmp_path / "x").glob("*.py")
    return loaded(program)


def test_inspect_sends_all_images_in_their_order(inspect_task: Any, folder: Path, pixels: dict) -> None:
    rows = load_dataset(str(folder), split="test").cast_column("images", List(Pictures(decode=False)))
    for row in rows:
        *images, text = inspect_task.sample(row, "both").input[0].content
        data = [base64.b64decode(one.image.partition("base64,")[2]) for one in images]
        assert [seen(one) for one in data] == pixels[row["id"]]
        assert row["question"] in text.text
        blind = inspect_task.sample(row, "question").input[0].content[:-1]
        assert all(len(set(Image.open(io.BytesIO(base64.b64decode(one.image.partition("base64,")[2]))).getdata())) == 1
                   for one in blind)  # fmt: skip


def test_questions_alone_need_no_image(folder: Path, tmp_path: Path, pixels: dict) -> None:
    export(folder, "lm-eval", out=tmp_path / "x")
    lines = [json.loads(line) for line in (tmp_path / "x" / "items.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {*pixels}


@pytest.mark.parametrize("to", ["vqa-v2", "naturalbench"])
def test_a_format_of_one_image_an_item_says_so(folder: Path, tmp_path: Path, to: str) -> None:
    with pytest.raises(BadInput, match=f"the format {to} carries one image an item.*inspect") as told:
        export(folder, to, out=tmp_path / "x")
    assert "lmms-eval" in str(told.value)
    assert not (tmp_path / "x").exists()


def test_every_shipped_format_says_whether_it_carries_lists() -> None:
    found = {name: one.several for name, one in FORMATS.all().items()}
    assert pd.Series(found).loc[["lmms-eval", "vlmevalkit", "inspect", "lm-eval"]].all()
    assert not found["vqa-v2"]
    assert not found["naturalbench"]
