"""Scenes of CLEVR in its official files, such as `scenes/CLEVR_val_scenes.json` (arXiv 1612.06890)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twokeys.builder.pair.generators.retrieved.judges.files import Place, listed, mapped, source, worded
from twokeys.builder.read.corpora.clevr import image_link
from twokeys.builder.read.corpora.opening import read_json

VALUES: Mapping[str, tuple[str, ...]] = {
    "shape": ("cube", "sphere", "cylinder"),
    "color": ("gray", "red", "blue", "green", "brown", "purple", "cyan", "yellow"),
    "size": ("small", "large"),
    "material": ("rubber", "metal"),
}
"""Attribute -> the values that the catalogue of CLEVR lists."""
RELATIONS = ("left", "right", "behind", "front")


@dataclass(frozen=True, slots=True)
class Scene:
    """One image.

    Attributes:
        things: Of each object its values by attribute.
        relations: Of each relation the places of the objects that stand so to each object.
    """

    things: tuple[Mapping[str, str], ...]
    relations: Mapping[str, tuple[tuple[int, ...], ...]]


def scenes(path: Path) -> Iterator[tuple[str, Scene]]:
    """Read an official file of scenes.

    Yields:
        The image's link and its scene, in file order.

    Raises:
        BadInput: When the file is missing or no JSON, or an object or a relation is none; names it.
    """
    file = source(path)
    for number, record in enumerate(listed(read_json(file), "scenes", Place(str(path), "scenes"))):
        place = Place(str(path), f"scenes[{number}]")
        split, index = worded(record, "split", place), record.get("image_index")
        if not isinstance(index, int) or isinstance(index, bool):
            raise place.bad(f"image_index is {index!r:.60}", "a whole number")
        yield image_link(split, index), _scene(record, place)


def _scene(record: dict[str, Any], place: Place) -> Scene:
    objects = listed(record, "objects", place)
    things = tuple(_thing(each, place.inside(f"objects[{number}]")) for number, each in enumerate(objects))
    said = mapped(record, "relationships", place)
    relations = {}
    for name in RELATIONS:
        rows = listed(said, name, place.inside("relationships"))
        if len(rows) != len(things):
            raise place.bad(f"{name} has {len(rows)} lists", f"one for each of the {len(things)} objects")
        relations[name] = tuple(_others(row, len(things), place.inside(f"relationships.{name}")) for row in rows)
    return Scene(things, relations)


def _thing(record: Any, place: Place) -> Mapping[str, str]:
    thing = {name: worded(record, name, place) for name in VALUES}
    for name, value in thing.items():
        if value not in VALUES[name]:
            raise place.bad(f"the {name} is {value!r:.60}", " | ".join(VALUES[name]))
    return thing


def _others(row: Any, count: int, place: Place) -> tuple[int, ...]:
    fits = isinstance(row, list) and all(
        isinstance(each, int) and not isinstance(each, bool) and 0 <= each < count for each in row
    )
    if not fits:
        raise place.bad(f"there is {row!r:.60}", f"a list of places of objects, from 0 to {count - 1}")
    return tuple(sorted(set(row)))
