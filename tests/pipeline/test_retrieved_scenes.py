"""Retrieved partners by scenes: a small world of drawn scenes in CLEVR's official files, built and recounted."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.builder.pair.generators.retrieved.clevr_world import WORDS, naive
from twokeys.builder.build import build
from twokeys.builder.pairs import pairs
from twokeys.builder.recipe import Recipe
from twokeys.builder.verify import verify
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.published import PublishedFolder

SCENES, ASKED = 60, 4
INK = {"gray": "#878787", "red": "#ad2323", "blue": "#2a4bd7", "green": "#1d6914", "brown": "#814a19",
       "purple": "#8126c0", "cyan": "#29d0d0", "yellow": "#ffee33"}  # fmt: skip


def steps(*functions: tuple[str, str]) -> list[dict[str, Any]]:
    """A program that filters a scene and looks at what is left."""
    made: list[dict[str, Any]] = [{"function": "scene", "inputs": [], "value_inputs": []}]
    for name, value in functions:
        made.append({"function": name, "inputs": [len(made) - 1], "value_inputs": [value] if value else []})
    return made


QUESTIONS = {
    **{f"Are there any {c} things?": steps(("filter_color", c), ("exist", "")) for c in WORDS["color"]},
    **{f"How many {s}s are there?": steps(("filter_shape", s), ("count", "")) for s in WORDS["shape"]},
}


def scene(number: int, drawn: random.Random) -> dict[str, Any]:
    """A scene of some objects, whose relations nobody asks for."""
    count = drawn.randint(2, 5)
    things = [
        {name: drawn.choice(values) for name, values in WORDS.items()}
        | {"pixel_coords": [drawn.randint(8, 88), drawn.randint(8, 56), 10.0]}
        for _ in range(count)
    ]
    nowhere = {side: [[] for _ in things] for side in ("left", "right", "front", "behind")}
    name = {"split": "val", "image_index": number, "image_filename": f"CLEVR_val_{number:06d}.png"}
    return name | {"objects": things, "relationships": nowhere}


def draw(one: dict[str, Any], path: Path) -> None:
    """A picture of a scene."""
    image = Image.new("RGB", (96, 64), "#dddddd")
    brush = ImageDraw.Draw(image)
    for thing in one["objects"]:
        x, y, _ = thing["pixel_coords"]
        half = 7 if thing["size"] == "large" else 4
        shape = brush.rectangle if thing["shape"] == "cube" else brush.ellipse
        shape((x - half, y - half, x + half, y + half), fill=INK[thing["color"]])
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """The corpora folder, and the scenes by their link."""
    root, drawn = tmp_path_factory.mktemp("clevr"), random.Random(5)
    every = [scene(number, drawn) for number in range(SCENES)]
    records = []
    for one in every:
        draw(one, root / "clevr/images/val" / one["image_filename"])
        for text in drawn.sample(sorted(QUESTIONS), ASKED):
            place = {key: one[key] for key in ("split", "image_index", "image_filename")}
            records.append(place | {"question_index": len(records), "question": text, "program": QUESTIONS[text],
                                    "answer": naive(QUESTIONS[text], one), "question_family_index": 0})  # fmt: skip
    for name, content in (("questions", {"questions": records}), ("scenes", {"scenes": every})):
        file = root / f"clevr/{name}/CLEVR_val_{name}.json"
        file.parent.mkdir()
        file.write_text(json.dumps({"info": {}} | content))
    return root, {f"clevr:val:{one['image_index']}": one for one in every}


def plan(**settings: Any) -> Recipe:
    """The recipe, with what the generator is told."""
    told = {"judge": "clevr", "files": ["clevr/scenes/CLEVR_val_scenes.json"], "candidates": 6} | settings
    return Recipe.model_validate({
        "name": "clevr-retrieved", "title": "CLEVR", "language": "en",
        "encoders": {"image": "packaged:efficientnet-lite0"},
        "corpora": [{"format": "clevr", "name": "clevr", "path": "clevr", "splits": ["val"], "revision": "v1.0",
                     "license": "cc-by-4.0", "homepage": "https://example.org", "group_by": ["image", "links"]}],
        "measure": {"baselines": ["question.prior"]}, "balance": {"within": []},
        "pair": {"generators": [{"generator": "retrieved", "with": told}]},
    })  # fmt: skip


def test_every_answer_is_that_of_the_scene_and_more_annotated_items_balance(
    world: tuple[Path, dict[str, dict[str, Any]]], tmp_path: Path
) -> None:
    corpora, scenes = world
    built = build(plan(), tmp_path / "out", corpora=corpora, engine="serial")
    counted = pairs(plan(), corpora=corpora, work=tmp_path / ".out.run", engine="serial")
    rows = PublishedFolder(built.folder).rows_of("balanced")
    added = rows[rows["edit_of"].notna()]
    assert len(added) >= 20
    assert set(added["edit_kind"]) == {"retrieved.clevr"}
    assert set(added["answer_source"]) == {"constructed"}
    for row in added.to_dict("records"):
        link = next(link for link in json.loads(row["meta"])["image"]["links"] if link in scenes)
        assert row["answer"] == naive(QUESTIONS[row["question"]], scenes[link])
        assert "CLEVR_val_scenes.json" in row["edit_note"]
    before, after = counted.steps[0], counted.steps[-1]
    assert before.annotated < 0.75 * SCENES * ASKED < 0.95 * SCENES * ASKED < after.annotated
    # As few as balance needs: without any of them less of what is annotated would be balanced.
    told = Manifest.load(built.folder).pairs
    assert told is not None
    (kind,) = told.retrieved
    assert (kind.understood, kind.checked, kind.agreed) == (SCENES * ASKED,) * 3
    assert kind.balanced == after.annotated == int(rows["edit_of"].isna().sum())
    failed = [
        finding for finding in verify(built.folder, corpora=corpora) if not finding.ok and finding.check != "datasheet"
    ]
    assert not failed, failed


def test_a_wrong_scene_gets_no_partner_and_is_counted(
    world: tuple[Path, dict[str, dict[str, Any]]], tmp_path: Path
) -> None:
    corpora, scenes = world
    changed = [one | {"objects": one["objects"][:1]} for one in scenes.values()]
    wrong = [one | {"relationships": {side: [[]] for side in ("left", "right", "front", "behind")}} for one in changed]
    (corpora / "clevr/scenes/wrong.json").write_text(json.dumps({"info": {}, "scenes": wrong}))
    settings = {"files": ["clevr/scenes/wrong.json"]}
    counted = pairs(plan(**settings), corpora=corpora, work=tmp_path / "run", engine="serial")
    (kind,) = counted.retrieved
    assert kind.checked == SCENES * ASKED
    assert kind.agreed < kind.checked * 0.8


def test_a_judge_that_understands_nothing_adds_nothing_and_says_so(
    world: tuple[Path, dict[str, dict[str, Any]]], tmp_path: Path
) -> None:
    corpora, _ = world
    file = corpora / "coco.json"
    file.write_text(json.dumps({"images": [], "annotations": [], "categories": [{"id": 1, "name": "zebra"}]}))
    counted = pairs(plan(judge="coco", files=["coco.json"]), corpora=corpora, work=tmp_path / "run", engine="serial")
    (kind,) = counted.retrieved
    assert (kind.understood, kind.checked, kind.agreed, kind.spare, kind.balanced) == (0,) * 5
    assert counted.steps[0].kept == counted.steps[-1].kept
    assert not counted.kinds
