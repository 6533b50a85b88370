"""Instances files in COCO's official format (arXiv 1405.0312), read as bounds on the number of objects.

A file speaks of its own categories alone. An image is annotated exhaustively for all of them unless it says otherwise:

- `scope` lists the categories (names or ids) that were annotated exhaustively;
- LVIS (arXiv 1908.03195) annotates the categories that an image has annotations of, but for those in
  `not_exhaustive_category_ids`, and knows those in `neg_category_ids` to be absent.

For any other category the annotated objects are there, and there may be more. Nor is a number told

- if there is a crowd, which is one object or more;
- if there are more than `COUNTED` objects;
- if an object is so small (`SMALL`) that a reader may overlook it: it may be there, and is not said to be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.read.corpora import coco
from twokeys.core.errors import BadInput

ALLOWED = (
    "an instances file of COCO: images (id, file_name, height, width), categories (id, name), annotations (image_id, "
    "category_id, bbox: x, y, width and height in pixels)"
)
AGAIN = "download the official file again"
MEND = "correct or remove it"
UNBOUNDED = np.iinfo(np.int16).max
"""An upper bound that says nothing."""
COUNTED = 4
"""Up to so many objects of a category a number is told.

So many people see at a glance. On photos of VQA the annotated number is that of VQA's annotators in 17 of 17 questions
up to four, and in 6 of 11 above (objects cut off by the border or hidden, crowds that nobody marked).
"""
SMALL = 1 / 1000
"""A box with a smaller share of its image's pixels may be overlooked."""
_LVIS = ("neg_category_ids", "not_exhaustive_category_ids")


@dataclass(frozen=True, eq=False)
class Instances:
    """What one file says.

    Attributes:
        name: The file's name.
        categories: Names in small letters, in the order of columns.
        links: Links of each image: `coco:ID` if its name is COCO's, and `file:NAME`.
        sizes: (images, 2) width and height in pixels.
        low: (images, categories) how many objects are plainly there, at least.
        high: Likewise, at most; `UNBOUNDED` if the file does not say.
        starts: (images + 1,) where each image's annotations begin in the arrays below.
        ids: (annotations,) their ids; an annotation without one has -1.
        columns: (annotations,) places of their categories.
        crowds: (annotations,) whether each is a crowd.
        boxes: (annotations, 4) x0, y0, x1, y1 in whole pixels inside the image.
    """

    name: str
    categories: tuple[str, ...]
    links: tuple[tuple[str, ...], ...]
    sizes: NDArray[np.int32]
    low: NDArray[np.int16]
    high: NDArray[np.int16]
    starts: NDArray[np.int64]
    ids: NDArray[np.int64]
    columns: NDArray[np.int32]
    crowds: NDArray[np.bool_]
    boxes: NDArray[np.int32]

    def of(self, image: int, category: str) -> NDArray[np.int64]:
        """Places of an image's annotations of a category."""
        first, last = self.starts[image], self.starts[image + 1]
        inside = np.flatnonzero(self.columns[first:last] == self.categories.index(category))
        return np.asarray(first + inside, np.int64)


def read_instances(path: Path) -> Instances:
    """Read an instances file.

    Args:
        path: Such as `annotations/instances_val2014.json`.

    Raises:
        BadInput: When the file is missing or no JSON, or an image, a category or an annotation is broken.
    """
    data = _load(path)
    parts = [data.get(key) if isinstance(data, dict) else None for key in ("images", "categories", "annotations")]
    if not all(isinstance(part, list) and all(isinstance(entry, dict) for entry in part) for part in parts):
        raise BadInput(path, None, "it does not list images, categories and annotations", ALLOWED, AGAIN)
    images, categories, annotations = parts
    assert images is not None
    assert categories is not None
    assert annotations is not None
    names = _categories(path, categories)
    column = {identity: place for place, identity in enumerate(names)}
    row = _rows(path, images)
    links = tuple(_links(path, image) for image in images)
    sizes = np.array([_size(path, image) for image in images], np.int32).reshape(-1, 2)
    rows, columns = _places(path, annotations, row, column)
    order = np.argsort(rows, kind="stable")
    rows, columns = rows[order], columns[order]
    annotations = [annotations[place] for place in order]
    crowds = np.array([bool(annotation.get("iscrowd", 0)) for annotation in annotations], bool)
    drawn = _drawn(path, annotations, sizes[rows])
    shape = len(images), len(names)
    seen = drawn[:, 2:].prod(axis=1) >= SMALL * sizes[rows].prod(axis=1)
    singles, crowded = (_counted(rows[some], columns[some], shape) for some in (~crowds, crowds))
    plain, mass = (_counted(rows[some & seen], columns[some & seen], shape) for some in (~crowds, crowds))
    counted = _exhaustive(path, images, names, column, singles + crowded > 0) & (crowded == 0) & (singles <= COUNTED)
    return Instances(
        name=path.name,
        categories=tuple(names.values()),
        links=links,
        sizes=sizes,
        low=np.where(mass > 0, np.maximum(plain, 1), plain).astype(np.int16),
        high=np.where(counted, singles, UNBOUNDED).astype(np.int16),
        starts=np.searchsorted(rows, np.arange(len(images) + 1)).astype(np.int64),
        ids=np.array([_identity(annotation.get("id")) for annotation in annotations], np.int64),
        columns=columns,
        crowds=crowds,
        boxes=_whole_pixels(drawn, sizes[rows]),
    )


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(path, None, problem, ALLOWED, "name a file that is there") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(path, None, f"the file is no JSON ({error})", ALLOWED, AGAIN) from None


def _categories(path: Path, categories: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Id -> name in small letters."""
    names: dict[int, str] = {}
    for category in categories:
        identity, name = category.get("id"), category.get("name")
        if not _whole(identity) or not isinstance(name, str) or not name.strip():
            raise BadInput(path, f"category {identity!r}", "it has no id or no name", ALLOWED, MEND)
        name = _small(name)
        if identity in names or name in names.values():
            problem = f"its id or its name {name!r} is that of another category"
            raise BadInput(path, f"category {identity!r}", problem, "an id and a name for each", MEND)
        names[identity] = name
    return names


def _rows(path: Path, images: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Image id -> row."""
    rows: dict[int, int] = {}
    for place, image in enumerate(images):
        identity = image.get("id")
        if not _whole(identity) or identity in rows:
            problem = "it has no id" if identity not in rows else "another image has its id"
            raise BadInput(path, f"image {identity!r}", problem, "an id, a whole number, for each image", MEND)
        rows[identity] = place
    return rows


def _links(path: Path, image: Mapping[str, Any]) -> tuple[str, ...]:
    """Links of an image: by COCO's number if the end of its name is COCO's, and by its name.

    LVIS gives addresses (`coco_url`) instead of names. An image without either has COCO's number, its id.
    """
    name = image.get("file_name") or image.get("coco_url")
    if name is None:
        return (f"{coco.PHOTO}{image['id']}",)
    if not isinstance(name, str):
        raise BadInput(path, f"image {image['id']}", f"its name {name!r} is no text", ALLOWED, MEND)
    by_number = coco.links(name.rpartition("/")[2])
    return (*by_number, f"file:{name}") if "file_name" in image or not by_number else by_number


def _size(path: Path, image: Mapping[str, Any]) -> tuple[int, int]:
    width, height = image.get("width"), image.get("height")
    if not (_whole(width) and _whole(height) and 0 < width < 1 << 20 and 0 < height < 1 << 20):
        problem = f"its size is {width!r} x {height!r}"
        raise BadInput(path, f"image {image['id']}", problem, "width and height in whole pixels", MEND)
    return width, height


def _places(
    path: Path, annotations: Sequence[Mapping[str, Any]], rows: Mapping[int, int], columns: Mapping[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Row and column of each annotation."""
    found = (np.empty(len(annotations), np.int64), np.empty(len(annotations), np.int32))
    for key, places, out in (("image_id", rows, found[0]), ("category_id", columns, found[1])):
        for number, annotation in enumerate(annotations):
            value = annotation.get(key)
            if not _whole(value) or value not in places:
                allowed = f"the id of one of the file's {'images' if key == 'image_id' else 'categories'}"
                raise BadInput(path, _where(annotation), f"its {key} is {value!r}", allowed, MEND)
            out[number] = places[value]
    return found


def _drawn(path: Path, annotations: Sequence[Mapping[str, Any]], sizes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Boxes as the file has them."""
    given = np.empty((len(annotations), 4))
    for number, annotation in enumerate(annotations):
        box = annotation.get("bbox")
        if not _is_box(box):
            problem = f"its bbox is {box!r}"
            allowed = "four numbers: x, y, width, height in pixels, of which the last two are not negative"
            raise BadInput(path, _where(annotation), problem, allowed, MEND)
        given[number] = box
    start, end = given[:, :2], given[:, :2] + given[:, 2:]
    outside = ((start >= sizes) | (end < 0)).any(axis=1)
    if outside.any():
        bad = int(np.flatnonzero(outside)[0])
        width, height = sizes[bad]
        problem = f"its bbox {annotations[bad]['bbox']} lies outside of the image of {width} x {height} pixels"
        allowed = "x, y, width and height in pixels, of which a part lies in the image"
        raise BadInput(path, _where(annotations[bad]), problem, allowed, MEND)
    return given


def _whole_pixels(boxes: NDArray[np.float64], sizes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Boxes as x0, y0, x1, y1; what sticks out of the image is cut off, and a box has one pixel at least."""
    start, end = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    first = np.floor(np.maximum(start, 0)).astype(np.int32)
    last = np.ceil(np.minimum(end, sizes)).astype(np.int32)
    return np.concatenate([first, np.minimum(np.maximum(last, first + 1), sizes)], axis=1)


def _is_box(box: object) -> bool:
    numbers = isinstance(box, list) and len(box) == 4 and all(type(side) in (int, float) for side in box)
    return isinstance(box, list) and numbers and all(abs(side) < 1 << 30 for side in box) and min(box[2:]) >= 0


def _counted(rows: NDArray[np.int64], columns: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.int16]:
    """(images, categories) how many annotations each has."""
    out = np.zeros(shape, np.int16)
    np.add.at(out, (rows, columns), 1)
    return out


def _exhaustive(
    path: Path,
    images: Sequence[Mapping[str, Any]],
    names: Mapping[int, str],
    column: Mapping[int, int],
    annotated: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """(images, categories) whether every object of the category is annotated."""
    places: dict[int | str, int] = {name: column[identity] for identity, name in names.items()}
    places.update(column.items())

    def named(image: Mapping[str, Any], key: str) -> list[int]:
        """Columns of the categories that an image lists under a key."""
        entries = image.get(key, [])
        if isinstance(entries, list) and all(isinstance(entry, str) or _whole(entry) for entry in entries):
            listed = [places.get(_small(entry) if isinstance(entry, str) else entry, -1) for entry in entries]
            if -1 not in listed:
                return listed
        allowed = "a list of names or ids of the file's categories"
        raise BadInput(path, f"image {image['id']}", f"its {key} is {entries!r}", allowed, MEND)

    out = np.ones(annotated.shape, bool)
    for row, image in enumerate(images):
        if any(key in image for key in _LVIS):
            out[row] = annotated[row]
            out[row, named(image, "neg_category_ids")] = True
            out[row, named(image, "not_exhaustive_category_ids")] = False
        if "scope" in image:
            scope = np.zeros(len(names), bool)
            scope[named(image, "scope")] = True
            out[row] &= scope
    return out


def _whole(value: object) -> TypeGuard[int]:
    return type(value) is int


def _small(name: str) -> str:
    return " ".join(name.casefold().split())


def _identity(value: object) -> int:
    return value if type(value) is int and abs(value) < 1 << 62 else -1


def _where(annotation: Mapping[str, Any]) -> str:
    return f"annotation {annotation.get('id')}"
