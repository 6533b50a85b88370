"""What a scene graph tells of one object, and what it leaves open.

People annotated what they saw fit, so what is not annotated is not known: an object has a value because it is stated,
lacks it because another one is stated that excludes it, and of the rest nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.graph import Graph, Thing
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.words import (
    EXCLUSIVE,
    FEMALE,
    KINDS,
    MALE,
    MANY_COLOURED,
    NAMES,
    POSITIONS,
    ROOMS,
    VALUES,
    WHOLE,
    excludes,
    families,
    is_a,
)

WHOLE_IMAGE = -1
"""Place of the image as a whole, beside those of its objects."""


def attribute_of(graph: Graph, place: int, attribute: str) -> str | None:
    """The value of an attribute of an object; None if none is told, or more than one.

    Args:
        graph: The image.
        place: The object, or `WHOLE_IMAGE`.
        attribute: One of `ATTRIBUTES`.
    """
    if place == WHOLE_IMAGE:
        return _of_whole(graph, attribute)
    thing = graph.things[place]
    if attribute in POSITIONS:
        return _position(graph, thing, attribute)
    if attribute in NAMES:
        return thing.names[0] if len(thing.names) == 1 and thing.names[0] not in KINDS else None
    values = _stated(thing, attribute)
    return values[0] if len(values) == 1 else None


def holds(graph: Graph, place: int, attribute: str, value: str) -> bool | None:
    """Whether an object has a value; None if the annotations do not tell it.

    Args:
        graph: The image.
        place: The object, or `WHOLE_IMAGE`.
        attribute: One of `ATTRIBUTES`; empty if the question names none.
        value: What is asked for.
    """
    if place == WHOLE_IMAGE:
        whole = _of_whole(graph, attribute)
        if whole == value:
            return True
        return False if whole and any(excludes(each, whole, value) for each in families(attribute, value)) else None
    thing = graph.things[place]
    if attribute in POSITIONS:
        position = _position(graph, thing, attribute)
        return position == value if position else None
    if attribute in NAMES:
        return is_a(thing.names, value) or None
    if value in thing.attributes or (attribute == "gender" and _stated(thing, attribute) == (value,)):
        return True
    for family in families(attribute, value):
        values = _stated(thing, attribute) if attribute else tuple(each for each in thing.attributes if each in family)
        if len(values) == 1 and excludes(family, values[0], value):
            return False
    return None


def apart(attribute: str, first: str, second: str) -> bool:
    """Whether two values of an attribute exclude each other."""
    return attribute in EXCLUSIVE and excludes(EXCLUSIVE[attribute], first, second)


def _stated(thing: Thing, attribute: str) -> tuple[str, ...]:
    """The values of an attribute that are stated of an object; a person's name may say the gender."""
    if attribute == "color" and not MANY_COLOURED.isdisjoint(thing.attributes):
        return ()
    values = {each for each in thing.attributes if each in VALUES.get(attribute, ())}
    if attribute == "gender":
        values |= {gender for gender, names in (("male", MALE), ("female", FEMALE)) if names & {*thing.names}}
    return tuple(sorted(values))


def _of_whole(graph: Graph, attribute: str) -> str | None:
    """What is stated of the whole image: GQA's `location` holds indoors or outdoors, or names a room or a place."""
    if attribute not in WHOLE:
        return None
    whole = dict(graph.whole)
    if attribute == "weather":
        return whole.get("weather")
    location = whole.get("location")
    if location is None:
        return None
    kind = "location" if location in EXCLUSIVE["location"] else "room" if location in ROOMS else "place"
    return location if attribute == kind or (attribute == "place" and kind == "room") else None


def _position(graph: Graph, thing: Thing, attribute: str) -> str | None:
    """In which part of the image an object stands; None if it reaches over the border between two parts.

    Left and right are the halves of an image, top, middle and bottom its thirds.
    """
    if graph.size is None or thing.box is None:
        return None
    axis = 0 if attribute == "hposition" else 1
    parts: Sequence[str] = ("left", "right") if axis == 0 else ("top", "middle", "bottom")
    first, last, length = thing.box[axis], thing.box[axis + 2], graph.size[axis]
    for number, part in enumerate(parts):
        if number * length <= first * len(parts) and last * len(parts) <= (number + 1) * length:
            return part
    return None
