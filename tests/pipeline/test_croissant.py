"""`croissant.json` is valid, and mlcroissant reads the published rows by it."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pytest
from PIL import Image

from tests.pipeline.toy import published
from twokeys.builder.build import Built
from twokeys.core.columns import PICTURES
from twokeys.data_cards.croissant import croissant_text
from twokeys.data_cards.manifest import Manifest


@pytest.fixture(scope="module")
def said(built: Built) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.folder / "croissant.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def dataset(built: Built) -> mlcroissant.Dataset:
    return mlcroissant.Dataset(built.folder / "croissant.json")


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return [plain(member) for member in value] if isinstance(value, (list, np.ndarray)) else value


def test_mlcroissant_finds_no_error(dataset: mlcroissant.Dataset) -> None:
    assert not dataset.metadata.ctx.issues.errors


@pytest.mark.parametrize("config", ["balanced", "measurements", "removed"])
def test_mlcroissant_reads_the_rows_that_are_published(built: Built, dataset: mlcroissant.Dataset, config: str) -> None:
    records = list(dataset.records(config))
    expected = {row["id"]: row for row in published(built.folder, config)}
    assert len(records) == len(expected) > 0
    for record in records:
        cells = {name.partition("/")[2]: plain(value) for name, value in record.items()}
        row = expected.pop(cells["id"])
        assert cells.keys() == row.keys()
        if config == "balanced":
            assert isinstance(cells["image"], Image.Image)
            assert cells["image"].size == Image.open(io.BytesIO(row["image"]["bytes"])).size
        for name in row.keys() - PICTURES.keys():
            wanted = row[name]
            assert cells[name] == (pytest.approx(wanted) if isinstance(wanted, float) else wanted), name
    assert not expected


def test_every_parquet_file_is_named_with_its_hash(built: Built, said: dict[str, Any]) -> None:
    named = {node["contentUrl"]: node["sha256"] for node in said["distribution"] if "contentUrl" in node}
    files = sorted(built.folder.rglob("*.parquet"))
    assert named == {
        file.relative_to(built.folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def test_responsible_ai_fields_say_what_was_measured_and_done(built: Built, said: dict[str, Any]) -> None:
    manifest = built.manifest
    ceiling = manifest.after.ceiling("question")
    assert any(f"{ceiling.right} of {ceiling.items}" in line for line in said["rai:dataBiases"])
    steps = " ".join(said["rai:dataPreprocessingProtocol"])
    assert all(f"dropped {rule.dropped} of {rule.seen}." in steps for rule in manifest.rules)
    assert "Balance of split=test" in steps
    assert said["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert said["version"] == manifest.configs["balanced"].version


def test_no_answer_depends_on_the_order_of_the_manifests_keys(built: Built, folder: Path) -> None:
    info = [{"config_name": name, "features": [{"name": "id", "dtype": "string"}]} for name in built.manifest.configs]
    assert croissant_text(built.manifest, info, {}) == croissant_text(Manifest.load(folder), info, {})


def test_a_type_without_a_word_in_croissant_is_an_error(built: Built) -> None:
    info = [{"config_name": name, "features": [{"name": "id", "dtype": "int64"}]} for name in built.manifest.configs]
    with pytest.raises(ValueError, match="'int64'"):
        croissant_text(built.manifest, info, {})


def test_lists_of_boxes_are_repeated_whole_numbers(built: Built) -> None:
    boxes = [{"name": "edit_boxes", "list": {"list": "int32"}}]
    info = [{"config_name": name, "features": boxes} for name in built.manifest.configs]
    field = json.loads(croissant_text(built.manifest, info, {}))["recordSet"][0]["field"][1]
    assert (field["@id"], field["dataType"], field["repeated"]) == ("balanced/edit_boxes", "sc:Integer", True)
