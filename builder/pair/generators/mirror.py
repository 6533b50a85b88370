"""Mirrored pictures: what is on the left comes to the right, so the answer to "on which side?" is the other one.

Only where orientation means nothing else: not for radiographs, where left is the patient's left, and not for pictures
of text or maps. The corpus cannot tell, so the recipe must. It must also allow `pair.minimal.pixels` 1.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
from PIL import ImageOps

from twokeys.builder.pair.edit import Edit, EditView, ReadImage
from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import decode

OTHER = {"left": "right", "right": "left", "left side": "right side", "right side": "left side"}
_SIDES = re.compile(
    r"\b(side|direction|left or right|right or left|left or the right|right or the left)\b", re.IGNORECASE
)
_FIXED = re.compile(
    r"\b(hand(ed)?|arm|leg|foot|eye|ear|lung|kidney|lobe|batter|wing|lane|street|road|read|says?|word|letter|text)\b",
    re.IGNORECASE,
)
"""His left hand is his left hand in a mirror too, as most people say; traffic and writing have a side of their own."""


@dataclass(frozen=True)
class MirrorSides:
    """Mirrors pictures of questions that ask for a side and are answered left or right.

    "Is it on the left?" is not mirrored: a "no" may mean that it is in the middle.

    Attributes:
        orientation_means_nothing: The recipe's word that left and right mean nothing but left and right in its corpora.
    """

    name: ClassVar[str] = "mirror-sides"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ()
    languages: ClassVar[tuple[str, ...]] = ("en",)
    needs: ClassVar[tuple[str, ...]] = ("pictures",)

    orientation_means_nothing: bool = False

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield a mirrored picture for each item that asks for a side.

        Raises:
            BadInput: Unless the recipe says that orientation means nothing else.
        """
        if not self.orientation_means_nothing:
            problem = "the recipe does not say whether the orientation of these images means anything"
            remedy = (
                "set `orientation_means_nothing: true` to confirm that mirroring these images does not change what "
                "they show, or leave the generator out"
            )
            raise BadInput("recipe", f"pair.generators.{self.name}", problem, "", remedy)
        for row in items.to_dict("records"):
            question, answer = str(row["question"]), str(row["answer"])
            if answer not in OTHER or not _SIDES.search(question) or _FIXED.search(question):
                continue
            choices = [str(choice) for choice in row["choices"]]
            if choices and OTHER[answer] not in choices:
                continue
            data, width, height = mirrored(picture(row["image_key"]), str(row["id"]))
            yield Edit(
                kind="mirror",
                of=row["id"],
                view="image",
                answer=OTHER[answer],
                answer_source="constructed",
                note=f"the picture is mirrored, so {answer} becomes {OTHER[answer]}",
                picture=data,
                boxes=((0, 0, width, height),),
            )


def mirrored(data: bytes, where: str) -> tuple[bytes, int, int]:
    """Mirror a picture from left to right.

    Args:
        data: Its bytes; the build has examined them before.
        where: For messages.

    Returns:
        PNG bytes, width, height.
    """
    picture = ImageOps.mirror(decode(data, where))
    stream = io.BytesIO()
    picture.save(stream, format="PNG")
    return stream.getvalue(), picture.width, picture.height
