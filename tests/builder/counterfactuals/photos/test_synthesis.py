"""A place is filled with what surrounds it: patterns go on, grain stays, and other things are never copied."""

from __future__ import annotations

import numpy as np
import pytest

from builder.counterfactuals.photos.synthesis import synthesised
from tests.builder.counterfactuals.photos import toy

pytest.importorskip("cv2")
NONE = np.zeros((toy.HEIGHT, toy.WIDTH), dtype=bool)


def stripes() -> np.ndarray:
    """Bars of eight rows, dark and light, with grain."""
    rows = np.where(np.arange(toy.HEIGHT) // 8 % 2, 200, 60)[:, None, None]
    grain = np.random.default_rng(0).normal(0, 2, size=(toy.HEIGHT, toy.WIDTH, 3))
    return (rows + grain).clip(0, 255).round().astype(np.uint8)


def test_a_pattern_goes_on_through_the_place():
    pixels, mask = stripes(), toy.disc(64, 48, 13)
    hidden = pixels.copy()
    hidden[mask] = (255, 0, 255)
    new = synthesised(hidden, mask, NONE)
    assert np.array_equal(new[~mask], pixels[~mask])
    wrong = np.abs(new.astype(int) - pixels).max(axis=2)[mask] > 60
    assert wrong.mean() < 0.05
    again = synthesised(hidden, mask, NONE)
    assert np.array_equal(new, again)


def test_grain_is_neither_lost_nor_made():
    pixels, mask = toy.wall(), toy.disc(64, 48, 13)
    hidden = pixels.copy()
    hidden[mask] = 0
    new = synthesised(hidden, mask, NONE)
    inner = toy.disc(64, 48, 11)
    steps = [np.abs(np.diff(one.astype(float), axis=1))[inner[:, 1:]].mean() for one in (new, pixels)]
    assert 0.8 < steps[0] / steps[1] < 1.2  # a smear has less than 0.3
    assert new[inner].mean() == pytest.approx(pixels[inner].mean(), abs=3)


def test_nothing_is_copied_from_other_things():
    discs = [("apple", 40, 48), ("leaf", 64, 48), ("leaf", 64, 75), ("leaf", 64, 21)]
    pixels, mask = toy.photo(discs), toy.disc(40, 48, 11)
    others = np.logical_or.reduce([toy.disc(x, y, 11) for _, x, y in discs[1:]])
    new = synthesised(pixels, mask, others)
    greener = new[mask][:, 1].astype(int) - new[mask][:, 0]
    assert greener.max() < 20  # a leaf has 90 more green than red
    assert np.abs(new[mask].astype(int) - toy.wall()[mask]).max() < 25


@pytest.mark.parametrize(("x", "y"), [(0, 48), (64, 0), (127, 95)])
def test_places_at_the_border_are_filled(x, y):
    pixels, mask = toy.wall(), toy.disc(x, y, 12)
    hidden = pixels.copy()
    hidden[mask] = 0
    assert np.abs(synthesised(hidden, mask, NONE)[mask].astype(int) - pixels[mask]).max() < 25


def test_where_all_around_is_other_things_the_place_is_smoothed_over():
    pixels, mask = toy.wall(), toy.disc(64, 48, 12)
    hidden = pixels.copy()
    hidden[mask] = 0
    new = synthesised(hidden, mask, ~mask)
    assert np.abs(new[mask].astype(int) - pixels[mask]).max() < 25
