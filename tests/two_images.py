"""A small corpus of items with two images each, as a table beside its image files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image, ImageDraw

from twokeys.builder.build import Built, build

BLOCKS, SIDE = 10, 40
MEASURE = {"baselines": ["question.prior", "image.majority", "image.metadata", "image.detail"], "folds": 5}
STATEMENTS = (
    "The first image shows more than the second.",
    "The second image shows more than the first.",
    "Both images are of one kind.",
)


def write_images(folder: Path) -> list[str]:
    """Write two images a block, of one or of two kinds; the second shows more. Returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for block in range(BLOCKS):
        rng = np.random.default_rng(block)
        for place in range(2):
            image = Image.fromarray(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)).resize((SIDE, SIDE))
            draw = ImageDraw.Draw(image)
            for _ in range(1 + 3 * place):
                x, y = rng.integers(2, SIDE - 12, 2).tolist()
                shape = draw.ellipse if block % 2 and place else draw.rectangle
                shape((x, y, x + 9, y + 9), fill=tuple(rng.integers(0, 256, 3).tolist()))
            names.append(f"{block}-{place}.png")
            image.save(folder / names[-1])
    return names


def records() -> list[dict[str, Any]]:
    """60 statements about 20 ordered pairs of images: every statement about every pair."""
    found = []
    for block in range(BLOCKS):
        for first in (0, 1):
            images = [f"{block}-{first}.png", f"{block}-{1 - first}.png"]
            truths = (first == 1, first == 0, block % 2 == 0)
            for number, (statement, truth) in enumerate(zip(STATEMENTS, truths, strict=True)):
                answer = "yes" if truth else "no"
                identity = f"{block}-{first}-{number}"
                found.append({"id": identity, "question": statement, "answer": answer, "image": images})
    return found


def write_corpus(folder: Path, rows: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Write images and a table below `folder`; returns the corpus's part of a recipe."""
    write_images(folder / "two" / "images")
    lines = "".join(f"{json.dumps(row)}\n" for row in (records() if rows is None else rows))
    (folder / "two" / "test.jsonl").write_text(lines, encoding="utf-8")
    return {
        "format": "table", "name": "two", "path": "two", "image_folder": "two/images", "revision": "1.0",
        "license": "mit", "homepage": "https://example.org/two", "columns": {"id": "id", "image": "image"},
    }  # fmt: skip


def build_two(folder: Path, rows: list[dict[str, Any]] | None = None, **changes: Any) -> Built:
    """Build the corpus, or other rows about its images, below `folder`, with fields of the recipe replaced."""
    corpus = write_corpus(folder / "corpora", rows) | {"group_by": ["image"]}
    plan = {"name": "two", "title": "Two images", "corpora": [corpus], "measure": MEASURE, "pair": {"publish": True}}
    (folder / "two.yaml").write_text(yaml.safe_dump(plan | changes), encoding="utf-8")
    return build(folder / "two.yaml", folder / "two", corpora=folder / "corpora", engine="serial")
