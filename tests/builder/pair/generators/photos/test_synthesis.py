"""A place is filled with what surrounds it: patterns go on, grain stays, and other things are never copied."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.generators.photos.synthesis import synthesised

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


@given(st.integers(0, 2**32 - 1))
def test_any_place_of_any_image_is_filled_or_left_alone_and_the_rest_stays(seed):
    random = np.random.default_rng(seed)
    height, width, high, wide = (int(side) for side in random.integers((8, 8, 1, 1), (40, 40, 12, 12)))
    pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    y, x = (int(at) for at in random.integers(0, (height, width)))
    mask = np.zeros((height, width), dtype=bool)
    mask[y : y + high, x : x + wide] = True
    others = random.random((height, width)) < random.choice([0, 0.01, 0.1])
    new = synthesised(pixels, mask, others)
    assert new is None or np.array_equal(new[~mask], pixels[~mask])


def test_where_all_around_is_other_things_the_place_is_not_filled():
    pixels, mask = toy.wall(), toy.disc(64, 48, 12)
    assert synthesised(pixels, mask, ~mask) is None


def test_a_rim_too_narrow_for_small_sizes_is_copied_at_the_full_one():
    pixels, mask = toy.wall(), toy.disc(64, 48, 12)
    hidden = pixels.copy()
    hidden[mask] = 0
    far = ~toy.disc(64, 48, 22)  # between place and others lie ten pixels: one patch at full size, none at half
    hidden[far] = (200, 40, 40)
    new = synthesised(hidden, mask, far)
    assert new is not None
    assert np.abs(new[mask].astype(int) - pixels[mask]).max() < 25


def test_a_process_that_fills_its_first_place_does_so_on_one_thread():
    """Nothing has loaded the search's library before; `run` fails where several threads share its sums."""
    run = """
import numpy as np
from twokeys.builder.pair.generators.photos import synthesis

threads, real = [], synthesis._voted

def voted(*given):
    import faiss
    threads.append(faiss.omp_get_max_threads())
    return real(*given)

synthesis._voted = voted
pixels = np.random.default_rng(0).integers(0, 255, (96, 128, 3), dtype=np.uint8)
mask = np.zeros((96, 128), dtype=bool)
mask[40:60, 50:70] = True
synthesis.synthesised(pixels, mask, np.zeros_like(mask))
import faiss
print(set(threads), faiss.omp_get_max_threads())
"""
    done = subprocess.run(
        [sys.executable, "-c", run],
        env=os.environ | {"OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["{1}", "2"]  # and those that were there come back
