"""Instances files written by hand, and questions on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twokeys.builder.pair.generators.retrieved.judges.coco import CocoInstances
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID

NAMES = ("person", "dog", "cat", "car", "truck", "orange", "dining table", "bicycle", "motorcycle", "banana", "bear",
         "teddy bear", "hot dog", "keyboard", "laptop", "tv", "mouse", "broccoli", "cup", "horse", "cow")  # fmt: skip
"""Categories, with ids from 1."""


def coco_file(
    path: Path,
    objects: Sequence[Sequence[Any]] = (),
    images: Sequence[dict[str, Any]] = ({}, {}, {}),
    names: Sequence[str] = NAMES,
) -> Path:
    """Write a file.

    Args:
        path: Where.
        objects: (image id, category, and, if it is a crowd, "crowd") or (image id, category, bbox).
        images: What each image has beside its id (from 1), its name and its size of 100 x 80 pixels.
        names: Categories.
    """
    annotations = []
    for number, (image, name, *more) in enumerate(objects, start=11):
        box = more[0] if more and isinstance(more[0], list) else [10, 20, 30, 40]
        crowd = int("crowd" in more)
        drawn = {"counts": [0, 8000], "size": [80, 100]} if crowd else []
        annotations.append(
            {
                "id": number,
                "image_id": image,
                "category_id": names.index(name) + 1,
                "bbox": box,
                "iscrowd": crowd,
                "segmentation": drawn,
            }
        )
    listed = [
        {"id": number, "file_name": f"{number:012d}.jpg", "width": 100, "height": 80, **image}
        for number, image in enumerate(images, start=1)
    ]
    categories = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    path.write_text(json.dumps({"images": listed, "annotations": annotations, "categories": categories}))
    return path


def item(question: str, kind: str = "yes/no", choices: Sequence[str] = ()) -> dict[str, Any]:
    """An item as a judge sees it."""
    return {"question": question, "choices": list(choices), "answer_type": kind, "meta": "{}"}


def told(judge: CocoInstances, asked: dict[str, Any], link: str) -> str | None:
    """The answer about one image, which `answers` and `fact` must agree on; None if it is untold."""
    meaning = judge.understand(asked)
    assert meaning is not None, f"{asked['question']} is not understood"
    place = list(judge.images).index(link)
    codes, texts = judge.answers(meaning, np.array([place]))
    fact = judge.fact(meaning, place)
    answer = None if codes[0] == UNSAID else texts[codes[0]]
    assert answer == (fact.answer if fact else None)
    return answer
