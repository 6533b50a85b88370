"""A generator of partners: the picture is painted over, so that "Is it a red shape?" has the other answer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, ReadImage
from twokeys.core.pictures.decoding import decode

RED, BLUE = (220, 30, 30), (40, 60, 220)


@dataclass(frozen=True)
class Repaint:
    """Paint a square over the middle, red where the answer was no, blue where it was yes.

    Attributes:
        question: The question whose answer the paint decides.
    """

    name: ClassVar[str] = "example-repaint"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ("example-lines",)
    needs: ClassVar[tuple[str, ...]] = ("pictures",)

    question: str = "Is it a red shape?"

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield one painted picture for each item with the question."""
        for item in items[items["question"] == self.question].to_dict("records"):
            painted = decode(picture(item["image_key"]), str(item["id"]))
            box = (12, 12, painted.width - 12, painted.height - 12)
            painted.paste(BLUE if item["answer"] == "yes" else RED, box)
            stream = io.BytesIO()
            painted.save(stream, "PNG")
            answer = "no" if item["answer"] == "yes" else "yes"
            note = f"the middle is painted over, so the answer is {answer}"
            yield Edit(
                "example.repaint", str(item["id"]), "image", answer, "constructed", note,
                picture=stream.getvalue(), boxes=(box,),
            )  # fmt: skip
