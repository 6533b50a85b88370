"""`eval.yaml` and the configs that it names: what Inspect reads of them, and that they repeat the balanced set."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import load_dataset
from PIL import Image

from tests.pipeline.adversary import Adversary, Row
from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, published
from twokeys.builder.build import Built
from twokeys.builder.publish.eval_rows import shows
from twokeys.builder.verify import verify
from twokeys.core.pictures.limits import Images
from twokeys.core.pictures.shown import shown_uri, upright

LIMITS = Images()


@pytest.fixture
def asked(toy: Toy, make: Build) -> Built:
    return make(toy, eval=True)


def tasks(built: Built) -> dict[str, dict[str, Any]]:
    said = yaml.safe_load((built.folder / "eval.yaml").read_text(encoding="utf-8"))
    assert {**said, "tasks": None} == {
        "name": "Drawn shapes",
        "description": "Drawn shapes",
        "evaluation_framework": "inspect-ai",
        "tasks": None,
    }
    return {task["config"]: task for task in said["tasks"]}


# The words that Inspect 0.3.285 knows; it refuses any other (inspect_ai/_eval/task/hf.py).
TASK = {"id", "config", "split", "field_spec", "shuffle_choices", "epochs", "epoch_reducer", "solvers", "scorers"}
FIELDS = {"input", "target", "choices", "id", "metadata", "sandbox", "files", "setup", "input_image"}
SOLVERS = {"prompt_template", "system_message", "user_message", "chain_of_thought", "use_tools", "generate",
           "self_critique", "multiple_choice"}  # fmt: skip
SCORERS = {"includes", "match", "pattern", "answer", "exact", "f1", "model_graded_qa", "model_graded_fact", "choice"}


def test_every_word_is_one_that_the_reader_knows(asked: Built) -> None:
    said = tasks(asked)
    assert len({task["id"] for task in said.values()}) == len(said) == 2
    for task in said.values():
        assert task.keys() <= TASK
        assert {"input", "target"} <= task["field_spec"].keys() <= FIELDS
        assert {solver["name"] for solver in task["solvers"]} <= SOLVERS
        assert {scorer["name"] for scorer in task["scorers"]} <= SCORERS


def test_without_being_asked_for_there_is_none(built: Built) -> None:
    assert not (built.folder / "eval.yaml").exists()
    assert set(built.manifest.configs) == {"balanced", "measurements", "removed"}


def test_every_evaluated_item_is_in_one_task_as_it_is_published(asked: Built, tmp_path: Path) -> None:
    expected = {row["id"]: row for row in published(asked.folder) if row["split"] == "test"}
    seen: set[str] = set()
    for config, task in tasks(asked).items():
        spec = task["field_spec"]
        for row in load_dataset(str(asked.folder), config, split=task["split"], cache_dir=str(tmp_path / "cache")):
            wanted = expected[row["id"]]
            assert row[spec["input"]] == wanted["question"]
            assert isinstance(row[spec["input_image"]], str)
            assert shows(row[spec["input_image"]], wanted["image"]["bytes"], LIMITS)
            target = row[spec["target"]]
            if config == "eval-choice":
                assert row[spec["choices"]]["ABCDEFGH".index(target)] == wanted["answer"]
            else:
                assert target == wanted["answer"]
                assert "choices" not in spec
            assert set(spec["metadata"]) <= set(row)
            assert row["id"] not in seen
            seen.add(row["id"])
    assert seen == set(expected)


def test_verify_passes_and_recounts_them(asked: Built) -> None:
    assert not [finding for finding in verify(asked.folder) if not finding.ok]


@pytest.mark.parametrize("column", ["target", "question", "image_uri", "group"])
def test_a_changed_cell_is_found_when_all_hashes_fit(asked: Built, column: str) -> None:
    config = next(iter(tasks(asked)))
    changed: list[str] = []

    def change(rows: list[Row]) -> None:
        rows[0][column] = next(row[column] for row in rows if row[column] != rows[0][column])
        changed.append(rows[0]["id"])

    forger = Adversary(asked.folder)
    forger.rows(config, change)
    forger.forge()
    problems = {finding.check: finding.problems for finding in verify(asked.folder) if not finding.ok}
    assert changed[0] in json.dumps(problems["rows of eval.yaml"])


def picture(mode: str, kind: str, **more: Any) -> bytes:
    buffer = io.BytesIO()
    made = Image.new(mode, (6, 4))
    made.putpixel((0, 0), 200 if mode in ("L", "P") else (200, 10, 10, 0)[: len(mode)])
    made.save(buffer, kind, **more)
    return buffer.getvalue()


def test_a_plain_picture_keeps_its_bytes() -> None:
    for kind, name in (("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")):
        data = picture("RGB", kind)
        assert shown_uri(data) == f"data:{name};base64,{base64.b64encode(data).decode()}"


def test_what_a_plain_reader_would_see_otherwise_is_sent_as_it_is_meant() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for data in (picture("RGB", "JPEG", exif=exif), picture("RGBA", "PNG"), picture("RGB", "BMP")):
        head, _, body = shown_uri(data).partition(",")
        shown = Image.open(io.BytesIO(base64.b64decode(body)))
        assert head == "data:image/png;base64"
        assert (shown.mode, shown.tobytes()) == ("RGB", upright(Image.open(io.BytesIO(data))).tobytes())
        assert shows(shown_uri(data), data, LIMITS)


def test_another_picture_is_told_apart() -> None:
    one, two = picture("RGB", "PNG"), picture("L", "PNG")
    assert not shows(shown_uri(one), two, LIMITS)
    assert not shows("https://example.org/a.png", one, LIMITS)
