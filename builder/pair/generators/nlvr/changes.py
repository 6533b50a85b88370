"""Small changes of a scene: recolour, reshape, remove, add or move one thing, as the corpus could have drawn it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from twokeys.builder.pair.generators.nlvr.scene import (
    COLOURS,
    FLOOR,
    FULLEST,
    SHAPES,
    SIDE,
    SIZES,
    STEP,
    TALLEST,
    TOWER_SIZE,
    TOWER_X,
    Box,
    Scene,
    Thing,
    gap,
    of_towers,
    upwards,
)

AWAY = 5
"""What is moved off a wall, or put there without touching it, stays so many pixels away: nobody can doubt it."""
PLACES = 3
"""Places that are tried for a thing that is added or moved."""
ATTEMPTS = 40


@dataclass(frozen=True, slots=True)
class Change:
    """A changed scene.

    Attributes:
        kind: What was done.
        note: The same in words, with the box's number from the left.
        scene: The scene after it.
    """

    kind: str
    note: str
    scene: Scene


def changes(scene: Scene, rng: np.random.Generator) -> list[Change]:
    """List the changes of one thing, each sound; which places are tried is drawn from `rng`."""
    towers = of_towers(scene)
    return [
        Change(kind, f"box {at + 1}: {note}", _with(scene, at, box))
        for at in range(len(scene))
        for kind, note, box in (_of_tower(scene[at]) if towers else _of_scatter(scene[at], rng))
    ]


def _with(scene: Scene, at: int, box: Box) -> Scene:
    return cast("Scene", (*scene[:at], box, *scene[at + 1 :]))


def _swap(box: Box, at: int, thing: Thing) -> Box:
    return (*box[:at], thing, *box[at + 1 :])


def _recoloured(box: Box) -> Iterator[tuple[str, str, Box]]:
    for at, thing in enumerate(box):
        for colour in COLOURS:
            if colour != thing.colour:
                note = f"the {thing.colour} {thing.shape} becomes {colour}"
                yield "recolour", note, _swap(box, at, replace(thing, colour=colour))


def _of_tower(box: Box) -> Iterator[tuple[str, str, Box]]:
    yield from _recoloured(box)
    tower = upwards(box)
    if len(tower) > 1:
        yield "remove", f"its top block, {tower[-1].colour}, is taken away", tuple(t for t in box if t != tower[-1])
    if len(tower) < TALLEST:
        for colour in COLOURS:
            block = Thing(TOWER_X, FLOOR - STEP * len(tower), TOWER_SIZE, "square", colour)
            yield "add", f"a {colour} block is put on top", (*box, block)


def _of_scatter(box: Box, rng: np.random.Generator) -> Iterator[tuple[str, str, Box]]:
    yield from _recoloured(box)
    for at, thing in enumerate(box):
        rest = (*box[:at], *box[at + 1 :])
        what = f"the {thing.colour} {thing.shape}"
        for shape in SHAPES:
            if shape != thing.shape:
                yield "reshape", f"{what} becomes a {shape}", _swap(box, at, replace(thing, shape=shape))
        if rest:
            yield "remove", f"{what} is taken away", rest
        for x, y in _places(rest, thing.size, rng):
            yield (
                "move",
                f"{what} moves from ({thing.x}, {thing.y}) to ({x}, {y})",
                _swap(box, at, replace(thing, x=x, y=y)),
            )
    if len(box) < FULLEST:
        for shape in SHAPES:
            for colour in COLOURS:
                size = int(rng.choice(SIZES))
                for x, y in _places(box, size, rng)[:1]:
                    added = Thing(x, y, size, shape, colour)
                    yield "add", f"a {colour} {shape} is added", (*box, added)


def _places(box: Box, size: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """A few free places, some of them against a wall, as many things of the corpus are."""
    places: list[tuple[int, int]] = []
    room = SIDE - size
    for _ in range(ATTEMPTS):
        x, y = (int(value) for value in rng.integers(AWAY, room - AWAY + 1, size=2))
        wall = int(rng.integers(0, 8))  # four walls, or none
        x, y = {0: (0, y), 1: (room, y), 2: (x, 0), 3: (x, room)}.get(wall, (x, y))
        thing = Thing(x, y, size, "square", "black")
        if all(gap(thing, other) >= 1 for other in box):
            places.append((x, y))
        if len(places) == PLACES:
            break
    return places
