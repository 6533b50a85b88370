"""What stands in the second image of a list is found: matrices of lists hold all images, and each in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.builder.measure.baselines.toys import cross_fitted, toy
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.measure.baselines.problem import Problem
from twokeys.builder.measure.details import SUMMARY, WIDTH, by_image, summary
from twokeys.builder.measure.feature_maps import CHANNELS
from twokeys.core.item_images import ImageLists
from twokeys.core.items import image_key


def second(name: str, cue: bool = True) -> Problem:
    """A toy problem whose contents are lists of two images: the first says nothing, the second what the toy says."""
    problem, quiet = toy("answer", cue), toy("answer", cue=False, seed=1)
    told, untold = problem.matrices[name], quiet.matrices[name][: len(problem.text)]
    keys = [[f"a{place}", f"b{place}"] for place in range(len(told))]
    items = pd.DataFrame({"image_keys": keys, "image_key": [image_key(of) for of in keys]})
    lists = ImageLists.of(items, pd.Index(items["image_key"]))
    both = np.stack([untold, told], axis=1).reshape(2 * len(told), -1)
    every = dict(zip([key for of in keys for key in of], both, strict=True))
    matrix = np.stack([every[key] for key in lists.images])
    channels = {"pixels": 3, "maps": CHANNELS}.get(name)
    made = lists.side_by_side(matrix) if channels is None else lists.in_a_square(matrix, channels)
    return replace(problem, matrices={**problem.matrices, name: made})


@pytest.mark.parametrize(
    ("baseline", "matrix"),
    [
        ("image.detail", "detail"),
        ("image.probe", "vectors"),
        ("image.neighbours", "vectors"),
        ("image.metadata", "metadata"),
        ("image.convnet", "pixels"),
        pytest.param("image.finetuned", "maps", marks=pytest.mark.slow),
    ],
)
def test_a_cue_in_the_second_image_is_found(baseline: str, matrix: str) -> None:
    assert cross_fitted(baselines()[baseline], second(matrix)) > 0.85
    assert cross_fitted(baselines()[baseline], second(matrix, cue=False)) < 0.6


def test_the_summary_leaves_out_the_corners_of_every_image() -> None:
    seen = np.arange(2 * 3 * WIDTH, dtype=np.float32).reshape(2, 3 * WIDTH)
    found = summary(seen)
    assert found.shape == (2, 3 * SUMMARY)
    assert (found[1, SUMMARY : 2 * SUMMARY] == seen[1, WIDTH : WIDTH + SUMMARY]).all()
    assert (by_image(seen)[1, 2] == seen[1, 2 * WIDTH :]).all()
