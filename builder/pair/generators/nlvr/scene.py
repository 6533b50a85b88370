"""Scenes of NLVR: three boxes of coloured shapes, as the corpus annotates them in `structured_rep`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Colour = Literal["yellow", "black", "blue"]
Shape = Literal["square", "circle", "triangle"]
COLOURS: tuple[Colour, ...] = ("yellow", "black", "blue")
SHAPES: tuple[Shape, ...] = ("square", "circle", "triangle")
SIZES = (10, 20, 30)
SIDE = 100
"""Width and height of a box, in pixels."""
TOWER_X, TOWER_SIZE, STEP, FLOOR = 40, 20, 21, 80
"""Blocks of towers are 20 pixels wide, stand in the middle and one pixel apart; the lowest has its top at 80."""
TALLEST, FULLEST = 4, 8
_NAMES: dict[Colour, str] = {"yellow": "Yellow", "black": "Black", "blue": "#0099ff"}
_COLOURS: dict[str, Colour] = {name.casefold(): colour for colour, name in _NAMES.items()}


@dataclass(frozen=True, slots=True)
class Thing:
    """A shape in a box.

    Attributes:
        x: Left edge, in pixels from the box's left wall.
        y: Upper edge, in pixels from the box's ceiling.
        size: Width and height in pixels.
        shape: Its shape.
        colour: Its colour.
    """

    x: int
    y: int
    size: int
    shape: Shape
    colour: Colour

    @property
    def margins(self) -> tuple[int, int, int, int]:
        """Distance to the left wall, the ceiling, the right wall and the floor, in pixels."""
        return self.x, self.y, SIDE - self.x - self.size, SIDE - self.y - self.size


Box = tuple[Thing, ...]
Scene = tuple[Box, Box, Box]


def is_tower(box: Box) -> bool:
    """Whether a box holds blocks that are stacked from the floor up."""
    blocks = upwards(box)
    return bool(box) and all(
        (thing.shape, thing.size, thing.x, thing.y) == ("square", TOWER_SIZE, TOWER_X, FLOOR - STEP * level)
        for level, thing in enumerate(blocks)
    )


def of_towers(scene: Scene) -> bool:
    """Whether the scene is one of towers; all others are of scattered things."""
    return all(map(is_tower, scene))


def upwards(box: Box) -> Box:
    """A box's things from the lowest to the highest."""
    return tuple(sorted(box, key=lambda thing: -thing.y))


def gap(thing: Thing, other: Thing) -> int:
    """Pixels between the squares that two things fill, on the axis that parts them further; negative: overlap."""
    across = max(thing.x, other.x) - min(thing.x + thing.size, other.x + other.size)
    down = max(thing.y, other.y) - min(thing.y + thing.size, other.y + other.size)
    return max(across, down)


def is_sound(scene: Scene) -> bool:
    """Whether the corpus could have drawn the scene: all inside the boxes, a pixel or more apart, no box empty."""
    return all(
        0 < len(box) <= FULLEST
        and all(min(thing.margins) >= 0 for thing in box)
        and all(gap(one, other) >= 1 for at, one in enumerate(box) for other in box[:at])
        for box in scene
    )


def read_scene(structure: Any) -> Scene | None:
    """Read `structured_rep`; None when it is no scene of three boxes that the corpus could have drawn."""
    try:
        left, middle, right = (
            tuple(
                Thing(int(o["x_loc"]), int(o["y_loc"]), int(o["size"]), o["type"], _COLOURS[o["color"].casefold()])
                for o in box
            )
            for box in structure
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    boxes: Scene = (left, middle, right)
    valid = all(thing.shape in SHAPES and thing.size in SIZES for box in boxes for thing in box)
    if not valid or not is_sound(boxes):
        return None
    return boxes


def write_scene(scene: Sequence[Box]) -> list[list[dict[str, Any]]]:
    """Write a scene as the corpus does."""
    return [
        [{"x_loc": t.x, "y_loc": t.y, "size": t.size, "type": t.shape, "color": _NAMES[t.colour]} for t in box]
        for box in scene
    ]
