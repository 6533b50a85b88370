"""Builds with edited photos: edits on one side give the answer away and are refused; edits on both sides are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.builder.pair.generators.photos import toy
from tests.pipeline.toy import published
from twokeys.builder.build import build
from twokeys.builder.diagnose import diagnose
from twokeys.builder.pairs import pairs
from twokeys.builder.recipe import Recipe
from twokeys.core.errors import BadInput

pytest.importorskip("cv2")
pytest.importorskip("jpeglib")
pytest.importorskip("pycocotools.mask")
NUMBER = 40


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos with an apple and a leaf each, POPE's questions for both, and COCO's annotations."""
    root: Path = tmp_path_factory.mktemp("corpora")
    for folder in ("coco/val2014", "coco/annotations", "pope/output/coco"):
        (root / folder).mkdir(parents=True)
    random = np.random.default_rng(0)
    pictures, lines = {}, []
    for number in range(1, NUMBER + 1):
        y, other = (int(at) for at in random.integers(24, 72, 2))
        discs = [("apple", int(random.integers(24, 44)), y), ("leaf", int(random.integers(84, 104)), other)]
        pictures[number] = discs
        name = f"COCO_val2014_{number:012d}.jpg"
        Image.fromarray(toy.photo(discs, number)).save(root / "coco/val2014" / name, quality=92)
        for label, article in (("apple", "an"), ("leaf", "a")):
            lines.append({"question_id": len(lines) + 1, "image": name, "label": "yes",
                          "text": f"Is there {article} {label} in the image?"})  # fmt: skip
    toy.instances(root / "coco/annotations/instances_val2014.json", pictures)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (root / "pope/output/coco/coco_pope_adversarial.json").write_text(text)
    return root


INSTANCES = "coco/annotations/instances_val2014.json"


def recipe(both_sides: bool, **more: Any) -> Recipe:
    given: dict[str, Any] = {"instances": INSTANCES, "operations": ["remove"],
                             "inpainting": "telea", "both_sides": both_sides, **more}  # fmt: skip
    return Recipe.model_validate({
        "name": "toy-photos", "title": "Toy photos", "language": "en",
        "rules": [], "measure": {"baselines": ["question.prior"]},
        "corpora": [{
            "format": "pope", "name": "pope", "path": "pope", "image_folder": "coco", "splits": ["adversarial"],
            "revision": "1", "license": "mit", "homepage": "https://example.org", "group_by": ["image", "links"],
        }],
        "pair": {"generators": [{"generator": "photo-edits", "with": given}], "artefacts": NUMBER, "partners": "any",
                 "minimal": {"pixels": 1}},
    })  # fmt: skip


@pytest.mark.slow
def test_removal_on_one_side_is_refused_and_on_both_sides_is_kept(corpora: Path, tmp_path: Path) -> None:
    one = build(recipe(False), tmp_path / "one", corpora=corpora, engine="serial")
    assert one.manifest.kept == 0
    removed = [row for row in published(one.folder, "removed") if row["edit_kind"] == "photo.remove"]
    assert len(removed) == 2 * NUMBER
    assert all("edits of the kind photo.remove can be told from originals" in row["reason"] for row in removed)
    assert all("gives answers away" in row["reason"] for row in removed)

    both = build(recipe(True), tmp_path / "both", corpora=corpora, engine="serial")
    assert both.certified
    kept = [row for row in published(both.folder) if row["edit_kind"] == "photo.remove"]
    assert len(kept) >= NUMBER
    assert {row["answer"] for row in kept} == {"yes", "no"}
    notes = next(path for path in (tmp_path / ".both.run").glob("artefacts-*/done.json"))
    verdicts = {kind["kind"]: kind for kind in json.loads(notes.read_text())}
    assert verdicts["photo.remove"]["verdict"] == "balanced"
    assert max(told["accuracy"] for told in verdicts["photo.remove"]["told"]) > 0.7


def _broken(data: dict[str, Any]) -> None:
    data["annotations"][-1]["bbox"] = [1, 2]


def _elsewhere(data: dict[str, Any]) -> None:
    for image in data["images"]:
        image["id"] += 1000


def _scaled(data: dict[str, Any]) -> None:
    for image in data["images"]:
        image["width"] *= 2


FAULTS: dict[str, tuple[Any, str]] = {
    "an annotation is broken": (_broken, r"instances\.json, row 79: the annotation cannot be read"),
    "no image is listed": (_elsewhere, "lists none of the 40 images"),
    "all images have another size": (_scaled, "none of the 40 images has the size that was annotated"),
}


def _copied(corpora: Path, to: Path, change: Any) -> str:
    """A changed instances file beside the right one; its name for the recipe."""
    data = json.loads((corpora / INSTANCES).read_text())
    change(data)
    to.mkdir(exist_ok=True)
    (to / "instances.json").write_text(json.dumps(data))
    return str(to / "instances.json")


def _stages(folder: Path) -> set[str]:
    return {path.parent.name.rpartition("-")[0] for path in folder.glob("*/done.json")}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", [build, pairs, diagnose])
def test_a_bad_instances_file_stops_before_anything_is_measured(
    verb: Any, fault: str, corpora: Path, tmp_path: Path
) -> None:
    change, message = FAULTS[fault]
    plan = recipe(False, instances=_copied(corpora, tmp_path / "changed", change))
    with pytest.raises(BadInput, match=message):
        verb(plan, corpora=corpora, work=tmp_path / "run", engine="serial")
    assert _stages(tmp_path / "run") == {"rows", "pictures", "items"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"instances": "coco/none.json"}, "there is no such file"),
        ({"detector": "coco/none.data"}, "there is no such file"),
        ({"operation": ["remove"]}, "there is no parameter 'operation'"),
    ],
)
@pytest.mark.parametrize("verb", [build, pairs, diagnose])
def test_a_file_that_is_not_there_and_a_mistyped_parameter_stop_before_anything_is_read(
    verb: Any, more: dict[str, Any], message: str, corpora: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=message):
        verb(recipe(False, **more), corpora=corpora, work=tmp_path / "run", engine="serial")
    assert _stages(tmp_path / "run") == set()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"segmenter": "coco/val2014"}, "the segmenter .* cannot be loaded"),
        ({"detector": "coco/val2014"}, "cannot be loaded"),
        ({"inpainting": "coco/val2014"}, "the inpainting pipeline .* cannot be loaded"),
    ],
)
def test_a_folder_without_a_model_stops_before_anything_is_measured(
    more: dict[str, Any], message: str, corpora: Path, tmp_path: Path
) -> None:
    if "inpainting" in more:
        pytest.importorskip("diffusers")
        more = {"inpainting": str(corpora / more["inpainting"])}
    with pytest.raises(BadInput, match=message):
        pairs(recipe(False, **more), corpora=corpora, work=tmp_path / "run", engine="serial")
    assert _stages(tmp_path / "run") == {"rows", "pictures", "items"}


def test_good_files_are_looked_at_once_and_cautions_are_given(corpora: Path, tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="photo-edits: `remove` is off unless a recipe names it: "):
        first = diagnose(recipe(False), tmp_path / "out", corpora=corpora, work=tmp_path / "run", engine="serial")
    again = diagnose(recipe(False), tmp_path / "out", corpora=corpora, work=tmp_path / "run", engine="serial")
    assert "check-photo-edits" in first.executed
    assert again.executed == {}
