"""A generator for the corpus of drawn shapes: repaints the shape, and asks about the repainted picture again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from tests.pipeline.toy import COLOURS
from twokeys.builder.pair.edit import Edit, EditView, ReadImage

RED, WHICH = "Is it a red shape?", "What colour is it?"


@dataclass(frozen=True)
class Repaint:
    """Paint a square over the shape, in a colour that flips the answer about its colour.

    Attributes:
        flaw: What is done wrong, for tests that it is found.
    """

    name: ClassVar[str] = "toy-repaint"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ("table",)
    needs: ClassVar[tuple[str, ...]] = ("pictures",)
    flaw: str = ""

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        for item in items.to_dict("records"):
            if item["question"] != RED:
                continue
            colour = "blue" if item["answer"] == "yes" else "red"
            data, box = painted(picture(item["image_key"]), colour)
            answer = item["answer"] if self.flaw == "same answer" else "yes" if colour == "red" else "no"
            boxes = ((0, 0, 4, 4),) if self.flaw == "wrong box" else (box,)
            if self.flaw == "cut short":
                data = data[:40]
            note = f"it is {colour} now"
            made = Edit("repaint", item["id"], "image", answer, "constructed", note, picture=data, boxes=boxes)
            yield made
            if self.flaw == "one side":
                continue
            other = "Is it a blue shape?"
            flipped = "no" if made.answer == "yes" else "yes"
            yield Edit("ask", made.id, "question", flipped, "constructed", "one colour", other, words=((8, 12),))
            now = "no" if item["answer"] == "yes" else "yes"
            yield Edit("ask", item["id"], "question", now, "constructed", "one colour", other, words=((8, 12),))


def painted(data: bytes, colour: str) -> tuple[bytes, tuple[int, int, int, int]]:
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    pixels = np.asarray(picture).copy()
    x0, y0, x1, y1 = box = (12, 12, picture.width - 12, picture.height - 12)
    pixels[y0:y1, x0:x1] = COLOURS[colour]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue(), box
