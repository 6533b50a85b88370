"""Mirrored pictures flip the answers of questions that ask for a side, and of no others."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from twokeys.builder.pair.generators.mirror import MirrorSides, mirrored
from twokeys.builder.pair.generators.registry import make
from twokeys.core.errors import BadInput

PIXELS = np.random.default_rng(0).integers(0, 256, size=(5, 7, 3)).astype(np.uint8)


def png(pixels: np.ndarray, **more: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", **more)
    return stream.getvalue()


def made(question: str, answer: str, choices: tuple[str, ...] = ()) -> list[tuple[str, bytes]]:
    items = pd.DataFrame([{"id": "a", "question": question, "answer": answer, "choices": choices, "image_key": "k"}])
    generator = make("mirror-sides", {"orientation_means_nothing": True})
    return [(edit.answer, edit.picture) for edit in generator.edits(items, lambda key: png(PIXELS), 0)]


def test_the_other_side_is_the_answer_in_the_mirror():
    ((answer, data),) = made("On which side of the picture is the cup?", "left")
    assert answer == "right"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), PIXELS[:, ::-1])
    assert made("Is the cup to the left or right of the plate?", "right", ("left", "right"))[0][0] == "left"


@pytest.mark.parametrize(
    ("question", "answer", "choices"),
    [
        ("Is the cup on the left side?", "no", ()),  # it may be in the middle
        ("Is the cup on the left side?", "yes", ()),
        ("In which hand, left or right, is the cup?", "left", ()),
        ("On which side of the road is the car?", "left", ()),
        ("Which turn did he take?", "left", ()),
        ("On which side is the cup?", "left", ("left", "middle")),
        ("On which side is the cup?", "top", ()),
    ],
)
def test_where_the_answer_does_not_follow_nothing_is_made(question, answer, choices):
    assert made(question, answer, choices) == []


def test_a_recipe_must_say_that_orientation_means_nothing():
    with pytest.raises(BadInput, match="orientation"):
        list(MirrorSides().edits(pd.DataFrame(), lambda key: b"", 0))


def test_a_turned_photo_is_mirrored_as_it_is_seen():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees before it is shown
    data, width, height = mirrored(png(PIXELS, exif=exif), "here")
    assert (width, height) == (5, 7)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), np.rot90(PIXELS, -1)[:, ::-1])
