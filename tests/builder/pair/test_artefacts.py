"""The check for edit artefacts: a generator that leaves a seam is caught, and a clean one passes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from twokeys.builder.pair.artefacts.artefacts import artefacts
from twokeys.builder.pair.artefacts.cue import NONE, Cue, Help
from twokeys.builder.pair.artefacts.pixel_statistics import pixel_statistics

PAIRS, SIDE = 400, 64
NOBODY = Cue(NONE, NONE)
"""To know what was edited helps nobody."""
ONE_SIDED = Cue(Help(0.5, 0.5, 0.001), NONE)


def scene(rng: np.random.Generator) -> np.ndarray:
    """A picture with the noise of a camera: soft blobs and grain."""
    coarse = rng.integers(40, 216, size=(6, 6, 3)).astype(np.uint8)
    soft = np.asarray(Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=float)
    return np.clip(soft + rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)


def brightened(pixels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, tuple[slice, slice], int]:
    """What both generators do: a patch becomes lighter or darker by as much, so content alone tells nothing."""
    x, y = rng.integers(8, SIDE - 32, size=2)
    return pixels.astype(int), (slice(y, y + 24), slice(x, x + 24)), int(rng.choice([-12, 12]))


def clean(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An edit that leaves every pixel with its grain: a mirror."""
    return np.clip(pixels.astype(int)[:, ::-1], 0, 255).astype(np.uint8)


def seamed(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The deliberately bad generator: its patch went through strong JPEG compression and lost its grain."""
    whole, patch, step = brightened(pixels, rng)
    stream = io.BytesIO()
    Image.fromarray(np.clip(whole[patch] + step, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=20)
    edited = pixels.copy()
    edited[patch] = np.asarray(Image.open(stream))
    return edited


def statistics(pictures: list[np.ndarray]) -> np.ndarray:
    return np.stack([pixel_statistics(Image.fromarray(picture)) for picture in pictures])


@pytest.fixture(scope="module")
def scenes() -> list[np.ndarray]:
    return [scene(np.random.default_rng(seed)) for seed in range(PAIRS)]


def judged(scenes, edit, cue=NOBODY):
    edited = [edit(picture, np.random.default_rng(10_000 + at)) for at, picture in enumerate(scenes)]
    contents = {"pixels": statistics(scenes)}, {"pixels": statistics(edited)}
    return artefacts("toy.edit", *contents, [str(at) for at in range(len(scenes))], cue, margin=0.1)


def test_a_compression_seam_is_caught(scenes):
    found = judged(scenes[:200], seamed, cue=ONE_SIDED)
    (told,) = found.told
    assert told.accuracy > 0.9
    assert told.low > 0.85
    assert found.verdict == "refused"


def test_a_seam_on_both_sides_of_the_answer_is_no_cue(scenes):
    assert judged(scenes[:200], seamed).verdict == "balanced"


def test_a_seam_of_which_too_little_is_known_is_neither_balanced_nor_refused(scenes):
    unknown = Cue(NONE, Help(0.02, 0.11, 0.4))
    assert judged(scenes[:200], seamed, cue=unknown).verdict == "undecided"


def test_a_clean_generator_passes(scenes):
    found = judged(scenes, clean)
    (told,) = found.told
    assert told.low < 0.5 < told.high
    assert found.verdict == "clean"


def test_too_few_pairs_decide_nothing(scenes):
    found = judged(scenes[:20], clean)
    assert found.verdict == "undecided"
    assert found.told[0].detectable > 0.1


def test_a_word_that_only_edits_use_is_caught_and_swaps_both_ways_are_not():
    rng = np.random.default_rng(0)
    colours = ["red", "blue", "green", "black"]
    asked = [tuple(rng.choice(colours, size=2, replace=False)) for _ in range(800)]
    thing = [f"the {rng.choice(['cup', 'car', 'door', 'bird'])} number {n % 7}" for n in range(800)]
    original = [f"is {what} {old}?" for what, (old, _) in zip(thing, asked, strict=True)]
    swapped = [f"is {what} {new}?" for what, (_, new) in zip(thing, asked, strict=True)]
    stilted = [question.replace("is ", "is indeed ", 1) for question in swapped]
    groups = [str(at) for at in range(800)]
    assert artefacts("swap", {"words": original}, {"words": swapped}, groups, NOBODY, margin=0.1).verdict == "clean"
    (told,) = artefacts("stilted", {"words": original}, {"words": stilted}, groups, NOBODY).told
    assert told.accuracy == 1.0


def test_twins_share_a_fold():
    """Each pair has a mark of its own: who saw one twin would call the other one the same, and be wrong."""
    marks = np.eye(200, dtype=np.float32)
    (told,) = artefacts("marks", {"vectors": marks}, {"vectors": marks}, [str(n) for n in range(200)], NOBODY).told
    assert told.accuracy == 0.5


def test_one_group_is_not_enough():
    with pytest.raises(ValueError, match="at least two groups"):
        artefacts("one", {"words": ["a", "b"]}, {"words": ["c", "d"]}, ["g", "g"], NOBODY)


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (64, 64), (900, 300)])
def test_statistics_are_finite_for_any_picture(size):
    found = pixel_statistics(Image.new("RGB", size, (10, 200, 30)))
    assert found.shape == (47,)
    assert np.isfinite(found).all()
