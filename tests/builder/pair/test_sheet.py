"""Contact sheets show what they are given."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from benchmarks.sheet import MASK, Shown, contact_sheet


def png(colour: tuple[int, int, int], size: tuple[int, int] = (40, 20)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return stream.getvalue()


def test_both_pictures_the_mask_and_the_words_are_drawn():
    quad = Shown("toy", (png((255, 0, 0)), png((0, 255, 0))), ((0, 0, 20, 20),), (("Is it red?", "yes", "no"),))
    one = np.asarray(contact_sheet([quad], width=200))
    for colour in ((255, 0, 0), (0, 255, 0), MASK):
        assert (one == colour).all(axis=2).any()
    assert (one == (255, 0, 0)).all(axis=2).sum() == 200 * 100
    four = contact_sheet([quad] * 4, width=200, columns=2)
    assert four.size == (2 * one.shape[1], 2 * one.shape[0])


def test_long_questions_get_more_lines():
    pictures = (png((255, 0, 0)), png((0, 255, 0)))
    short = contact_sheet([Shown("toy", pictures, (), (("Is it red?", None, None),))], width=200)
    long = contact_sheet([Shown("toy", pictures, (), (("Is it red? " * 20, None, None),))], width=200)
    assert long.height > short.height
