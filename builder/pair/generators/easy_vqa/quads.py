"""The generator for easy-VQA: pictures drawn again in another colour or shape, questions about another colour or shape.

A yes/no question gets a whole quad: its value and the picture's change places, so that each of two questions has both
answers on two pictures. An open question gets a picture with another answer; no one-word change gives it another
question. What a picture becomes is drawn once per picture: its questions meet again about the new one, which a balanced
set needs, and there are fewer pictures to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, ReadImage, rng
from twokeys.builder.pair.generators.easy_vqa.figure import FINE, STEEP, Drawing, Figure, pixels_of, png, read
from twokeys.builder.pair.generators.easy_vqa.questions import VALUES, Asked, naming, parse

Drawn = Callable[[str], np.random.Generator]
"""Randomness of a picture, by what it is for."""
SIDES = (16, 65)
"""Sides of the corpus's rectangles on the fine canvas: least, and one more than most."""
RADII = (8, 33)
ODD = 0.46
"""Half of the corpus's circles have an odd diameter: so much is added to a whole radius to draw them."""


@dataclass(frozen=True)
class EasyVqaQuads:
    """Quads and image partners for easy-VQA; see the module."""

    name: ClassVar[str] = "easy-vqa-quads"
    version: ClassVar[int] = 2
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ("easy-vqa",)
    needs: ClassVar[tuple[str, ...]] = ("pictures",)

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield the edits of each item whose picture can be drawn again pixel for pixel and whose answer fits it."""
        read_before: dict[str, Drawing | None] = {}
        for row in items.to_dict("records"):
            key, what = row["image_key"], parse(row["question"])
            if what is None:
                continue
            if key not in read_before:
                read_before[key] = read(pixels_of(picture(key)))
            drawing = read_before[key]
            if drawing is not None and what.answer(drawing.colour, drawing.figure.shape) == row["answer"]:
                yield from _quad(row, what, drawing, partial(_drawn, seed, key))


def _drawn(seed: int, key: str, purpose: str) -> np.random.Generator:
    return rng(seed, EasyVqaQuads.name, f"{key}:{purpose}")


def _quad(row: dict[Any, Any], what: Asked, drawing: Drawing, drawn: Drawn) -> Iterator[Edit]:
    mine = drawing.colour if what.attribute == "colour" else drawing.figure.shape
    others = [value for value in VALUES[what.attribute] if value != mine]
    # A value that is not there must come; one that is there must go, whatever comes instead.
    new = str(drawn(what.attribute).choice(others)) if what.value in (None, mine) else str(what.value)
    changed = _changed(drawing, what, new, drawn(new))
    answer = what.answer(changed.colour, changed.figure.shape)
    assert answer is not None
    old_pixels, new_pixels = drawing.draw(), changed.draw()
    ys, xs = np.nonzero((old_pixels != new_pixels).any(axis=2))
    image = Edit(
        kind="easy-vqa.recolour" if what.attribute == "colour" else "easy-vqa.reshape",
        of=row["id"],
        view="image",
        answer=answer,
        answer_source="constructed",
        note=f"the {drawing.colour} {drawing.figure.shape} becomes a {changed.colour} {changed.figure.shape}",
        picture=png(new_pixels),
        boxes=((int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1),),
    )
    yield image
    if what.value is None:
        return
    text, about = naming(row["question"], what, mine if what.value != mine else new)
    for of, seen in ((row["id"], drawing), (image.id, changed)):
        flipped = about.answer(seen.colour, seen.figure.shape)
        assert flipped is not None
        yield Edit(
            kind=f"easy-vqa.{what.attribute}",
            of=of,
            view="question",
            answer=flipped,
            answer_source="constructed",
            note=f"asks for {about.value} instead of {what.value}; the shape is a {seen.colour} {seen.figure.shape}",
            question=text,
            words=(about.span,),
        )


def _changed(drawing: Drawing, what: Asked, value: str, random: np.random.Generator) -> Drawing:
    if what.attribute == "colour":
        return replace(drawing, colour=value)
    return replace(drawing, figure=_reshaped(drawing.figure, value, random))


def _reshaped(figure: Figure, shape: str, random: np.random.Generator) -> Figure:
    """Another shape about as wide in about the same place, moved inward where it would leave the canvas."""
    (x, y), (w, h) = figure.at, figure.size
    left, top, wide, tall = {
        "rectangle": (x, y, w, h),
        "triangle": (x, y - h, w, h),
        "circle": (x - w, y - h, 2 * w, 2 * h),
    }[figure.shape]
    middle = (left + wide / 2, top + tall / 2)
    if shape == "circle":
        whole = int(np.clip(round(wide / 2), RADII[0], RADII[1] - 1))
        r = whole + (ODD if random.random() < 0.5 else 0.0)
        cx, cy = (round(float(np.clip(at, np.ceil(r), FINE - 1 - np.ceil(r)))) for at in middle)
        return Figure("circle", (cx, cy), (r, r))
    side = int(np.clip(round(wide), SIDES[0], SIDES[1] - 1))
    height = int(random.integers(*SIDES)) if shape == "rectangle" else side * STEEP
    x0 = round(float(np.clip(middle[0] - side / 2, 0, FINE - 1 - side)))
    y0 = float(np.clip(middle[1] - height / 2, 0, FINE - 1 - height))
    if shape == "rectangle":
        return Figure("rectangle", (x0, round(y0)), (side, height))
    return Figure("triangle", (x0, min(round(y0 + height), FINE - 1)), (side, height))
