"""Pointing, energy and difference masks, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.audit.explanation.localisation import (
    differing_pixels,
    differing_words,
    localise,
    shares_of_boxes,
    shares_of_spans,
    spans_of,
)

GRID = np.array([(x, y, x + 10, y + 10) for y in (0, 10) for x in (0, 10)], dtype=float)


def test_pointing_and_energy():
    truth = np.array([0, 0.5, 1, 0])
    found = localise(np.array([1.0, 2, 1, -5]), truth)
    assert (found.pointing, found.energy) == (1, 0.5)
    assert (found.pointing_chance, found.energy_chance) == (0.5, 0.375)
    assert localise(np.array([3.0, 2, 1, 0]), truth).pointing == 0
    assert localise(np.zeros(4), truth).pointing == 0.5  # all tie: half of them hit
    assert localise(np.full(4, -1.0), truth).energy == 0


@pytest.mark.parametrize("truth", [np.zeros(3), np.array([0, 2.0, 0]), np.array([-1.0, 0, 1])])
def test_a_truth_that_is_no_share_is_refused(truth):
    with pytest.raises(ValueError, match="it holds shares"):
        localise(np.zeros(3), truth)


def test_boxes_over_patches():
    assert shares_of_boxes(GRID, [(5, 0, 15, 10)]).tolist() == [0.5, 0.5, 0, 0]
    assert shares_of_boxes(GRID, [(0, 0, 10, 5), (0, 0, 5, 10)]).tolist() == [0.75, 0, 0, 0]  # overlap counts once
    assert shares_of_boxes(GRID, [(-5, -5, 40, 40)]).tolist() == [1, 1, 1, 1]
    assert shares_of_boxes(GRID, []).tolist() == [0, 0, 0, 0]


@given(st.lists(st.tuples(*[st.integers(0, 20)] * 4), max_size=5))
def test_shares_are_the_areas_of_pixels(corners):
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    pixels = np.zeros((20, 20))
    for x0, y0, x1, y1 in boxes:
        pixels[y0:y1, x0:x1] = 1
    expected = [pixels[:10, :10].mean(), pixels[:10, 10:].mean(), pixels[10:, :10].mean(), pixels[10:, 10:].mean()]
    assert shares_of_boxes(GRID, boxes) == pytest.approx(expected)


def test_spans_over_tokens():
    question = "is it reddish?"
    tokens = spans_of(["is", " it", " red", "dish", "?", "A)"], question)
    assert tokens == [(0, 2), (3, 5), (6, 9), (9, 13), (13, 14), (14, 14)]
    assert shares_of_spans(tokens, [(6, 11)]).tolist() == [0, 0, 1, 0.5, 0, 0]


def test_words_that_differ():
    question = "Is there a red shape?"
    spans = differing_words(question, "is there a circle in the picture?")
    assert [question[a:b] for a, b in spans] == ["red shape"]
    assert differing_words(question, question) == []
    # The other has more words: nothing of this question is different, only absent there.
    assert differing_words("is there a circle?", "is there a red circle?") == []


def test_pixels_that_differ():
    picture, other = np.full((10, 10, 3), 250, np.uint8), np.full((10, 10, 3), 240, np.uint8)
    picture[2:4, 2:4] = (200, 0, 0)
    other[6:9, 6:9] = (0, 0, 200)
    found = differing_pixels(picture, other)
    assert np.argwhere(found).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]
    assert differing_pixels(picture, picture) is None
    assert differing_pixels(picture, other[:5]) is None
    noise = np.random.default_rng(0).integers(0, 255, (2, 10, 10, 3)).astype(np.uint8)
    assert differing_pixels(noise[0], noise[1]) is None
