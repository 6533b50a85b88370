"""Things that people annotated, from instances files in COCO's official format (arXiv 1405.0312)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from twokeys.builder.pair.edit import Box
from twokeys.builder.pair.generators.photos.outlines import FORMS, outline_in
from twokeys.builder.pair.generators.photos.things import Known, Thing
from twokeys.core.errors import BadInput

ALLOWED = (
    "an instances file of COCO: images (id, height, width), categories (id, name), annotations (image_id, category_id, "
    f"bbox: x, y, width and height in pixels; segmentation: {FORMS})"
)
BROKEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What a file raises that has another form."""


def coco_instances(path: Path, links: Iterable[str]) -> dict[str, Known]:
    """Read what an instances file says of some images.

    COCO annotates every object of its categories, or a crowd of them; so absence is known too.

    Args:
        path: Such as `annotations/instances_val2014.json`.
        links: Links of the images (`coco:ID`); others are left out.

    Returns:
        Link -> what is known; images that the file does not list are missing. A thing without an outline has a box
        alone, as in every file that was converted from YOLO's.

    Raises:
        BadInput: When the file is missing or no JSON, or an annotation has no label, no box, or a broken outline.
    """
    wanted = set(links)
    data = _load(path)
    try:
        names = {category["id"]: str(category["name"]).casefold() for category in data["categories"]}
        sizes = {f"coco:{image['id']}": (int(image["height"]), int(image["width"])) for image in data["images"]}
        annotations = [(f"coco:{annotation['image_id']}", annotation) for annotation in data["annotations"]]
    except BROKEN as error:
        problem = f"the annotations cannot be read ({type(error).__name__}: {error})"
        raise BadInput(path, None, problem, ALLOWED, "download the official file again") from None
    things: dict[str, list[Thing]] = {link: [] for link in sizes if link in wanted}
    for link, annotation in annotations:
        if link in things:
            things[link].append(_thing(annotation, names, sizes[link], path))
    labels = frozenset(names.values())
    return {link: Known(tuple(instances), labels, size=sizes[link]) for link, instances in things.items()}


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(path, None, problem, ALLOWED, "name it in the generator's `instances`") from None
    except (ValueError, RecursionError) as error:
        problem = f"the file is no JSON ({error})"
        raise BadInput(path, None, problem, ALLOWED, "download the official file again") from None


def _thing(annotation: dict[str, Any], names: dict[Any, str], size: tuple[int, int], path: Path) -> Thing:
    try:
        label, crowd = names[annotation["category_id"]], bool(annotation.get("iscrowd", 0))
        box = _box(annotation["bbox"], size)
        return Thing(label, box, outline_in(annotation.get("segmentation"), *size), crowd)
    except BROKEN as error:
        problem = f"the annotation cannot be read ({type(error).__name__}: {error})"
        raise BadInput(path, annotation.get("id"), problem, ALLOWED, "correct or remove it") from None


def _box(given: list[float], size: tuple[int, int]) -> Box:
    """A box in whole pixels; what sticks out of the image is cut off, as rounding leaves it.

    Raises:
        ValueError: When nothing of it is in the image.
    """
    x, y, w, h = given
    box = max(int(x), 0), max(int(y), 0), min(int(x + w) + 1, size[1]), min(int(y + h) + 1, size[0])
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError(f"the box {given} lies outside of the image of {size[1]} x {size[0]} pixels")
    return box
