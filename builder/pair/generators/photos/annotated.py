"""Things that people annotated, from instances files in COCO's official format (arXiv 1405.0312)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.things import Known, Thing
from twokeys.core.errors import BadInput

ALLOWED = "an instances file of COCO: images, annotations (image_id, category_id, bbox, segmentation), categories"


def coco_instances(path: Path, links: Iterable[str]) -> dict[str, Known]:
    """Read what an instances file says of some pictures.

    COCO annotates every object of its categories, or a crowd of them; so absence is known too.

    Args:
        path: Such as `annotations/instances_val2014.json`.
        links: Links of the pictures (`coco:ID`); others are left out.

    Returns:
        Link -> what is known; pictures that the file does not list are missing.

    Raises:
        BadInput: When the file is missing, no JSON, or an annotation has no label, box or outline.
    """
    wanted = set(links)
    data = _load(path)
    try:
        names = {category["id"]: str(category["name"]).casefold() for category in data["categories"]}
        sizes = {f"coco:{image['id']}": (int(image["height"]), int(image["width"])) for image in data["images"]}
        annotations = data["annotations"]
    except (KeyError, TypeError, ValueError) as error:
        problem = f"the annotations cannot be read ({type(error).__name__}: {error})"
        raise BadInput(path, None, problem, ALLOWED, "download the official file again") from None
    things: dict[str, list[Thing]] = {link: [] for link in sizes if link in wanted}
    for annotation in annotations:
        link = f"coco:{annotation.get('image_id')}"
        if link in things:
            things[link].append(_thing(annotation, names, sizes[link], path))
    labels = frozenset(names.values())
    return {link: Known(tuple(found), labels, size=sizes[link]) for link, found in things.items()}


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(path, None, problem, ALLOWED, "name it in the generator's `instances`") from None
    except ValueError as error:
        problem = f"the file is no JSON ({error})"
        raise BadInput(path, None, problem, ALLOWED, "download the official file again") from None


def _thing(annotation: dict[str, Any], names: dict[Any, str], size: tuple[int, int], path: Path) -> Thing:
    height, width = size
    try:
        x, y, w, h = annotation["bbox"]
        label, crowd = names[annotation["category_id"]], bool(annotation.get("iscrowd", 0))
        drawn = annotation["segmentation"]
        coco = needed("pycocotools.mask")
        encoded = coco.frPyObjects(drawn, height, width)
        outline: bytes = (coco.merge(encoded) if isinstance(encoded, list) else encoded)["counts"]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        problem = f"the annotation cannot be read ({type(error).__name__}: {error})"
        raise BadInput(path, annotation.get("id"), problem, ALLOWED, "correct or remove it") from None
    box = max(int(x), 0), max(int(y), 0), min(int(x + w) + 1, width), min(int(y + h) + 1, height)
    return Thing(label, box, outline, crowd)
