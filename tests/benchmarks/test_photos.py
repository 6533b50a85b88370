"""Composed stand-ins: the same for the same seed, questions as composed, and answers recounted from pixels alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import Made, Truth
from benchmarks.standins import compose

pytest.importorskip("cv2")
FOLDERS = ("birds", "dogs", "cats", "fruit", "auto", "fish")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two noisy backgrounds, and a noisy disc of its own tone per category."""
    root: Path = tmp_path_factory.mktemp("sources")
    random = np.random.default_rng(0)
    (root / "backgrounds").mkdir()
    for number in range(2):
        pixels = random.normal(120, 30, (480, 640, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).resize((640, 480)).save(root / "backgrounds" / f"{number}.jpg")
    ys, xs = np.mgrid[:120, :120]
    alpha = (((ys - 60) ** 2 + (xs - 60) ** 2 < 55**2) * 255).astype(np.uint8)
    for number, folder in enumerate(FOLDERS):
        (root / "cutouts" / folder).mkdir(parents=True)
        tone = random.normal(40 * number + 20, 25, (120, 120, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(np.dstack([tone, alpha])).save(root / "cutouts" / folder / "one.png")
    return root / "backgrounds", root / "cutouts"


@pytest.fixture(scope="module")
def corpus(sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("corpus")
    compose([sources[0]], sources[1], out, 2, seed=1)
    return out


def test_the_same_seed_composes_the_same_bytes(sources, corpus, tmp_path):
    compose([sources[0]], sources[1], tmp_path, 2, seed=1)
    files = sorted(path.relative_to(corpus) for path in corpus.rglob("*.*"))
    assert len(files) >= 9
    assert all((tmp_path / file).read_bytes() == (corpus / file).read_bytes() for file in files)


def test_questions_and_annotations_say_what_was_composed(corpus):
    things = json.loads((corpus / "truth/things.json").read_text())
    lines = [json.loads(line) for line in (corpus / "pope/output/coco/coco_pope_adversarial.json").open()]
    for line in lines:
        image = str(int(line["image"][-16:-4]))
        label = line["text"].removesuffix(" in the image?").split(maxsplit=3)[3]
        there = label in [thing["label"] for thing in things[image]]
        assert line["label"] == ("yes" if there else "no")
    annotated = json.loads((corpus / "coco/annotations/instances_val2014.json").read_text())
    assert len(annotated["annotations"]) == sum(map(len, things.values()))


def test_answers_are_recounted_from_the_pixels(corpus):
    truth = Truth.of(corpus)
    before = np.asarray(Image.open(corpus / "coco/val2014/COCO_val2014_000000000001.jpg").convert("RGB"))
    label = truth.things[1][0]["label"]
    mask = truth.index(1) == 1
    half = mask & (np.arange(640) < np.nonzero(mask)[1].mean())
    others = sum(thing["label"] == label for thing in truth.things[1]) - 1

    def answer(place: np.ndarray) -> str | None:
        after = np.where(place[..., None], truth.plate(1), before)
        return truth.answer(Made({"kind": "photo.remove"}, f"How many {label}s are there?", 1, before, after))

    assert answer(np.zeros_like(mask)) == str(others + 1)
    assert answer(mask) == str(others)
    assert answer(half) is None


def test_too_few_backgrounds_are_an_error(sources, tmp_path):
    with pytest.raises(ValueError, match="2 tiles; needed: 6 and 3"):
        compose([sources[0]], sources[1], tmp_path, 3)
