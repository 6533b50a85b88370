"""A mask that lets the answer through is found, and the one that does not is taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.audit.conftest import COLOURS, Says, rows
from twokeys.audit.evaluation.drawing import donors
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.evaluation.leaks import leak, least_leaky, measured
from twokeys.audit.models.model import Masking, Question
from twokeys.audit.published import read
from twokeys.audit.reference.families import untrained


def nearest(question: Question) -> str:
    """Takes the mean colour for what is shown: sees through blur and mean colour, not through another image."""
    mean = np.asarray(question.picture.convert("RGB")).astype(int).mean(axis=(0, 1))
    shown = "red" if mean[0] > mean[2] else "blue"
    return "yes" if shown in question.question or not any(name in question.question for name in COLOURS) else "no"


def test_a_mask_that_shows_the_colour_leaks(folder: Path) -> None:
    found = {one.mask: one for one in measured(read(folder), Says(nearest))}
    assert found["mean-colour"].rate.estimate == found["blur"].rate.estimate == 1
    assert found["mean-colour"].ceiling == 0.5
    assert found["mean-colour"].leaky
    assert found["blur"].leaky
    assert found["other-image"].rate.estimate < 0.5
    assert not found["other-image"].leaky
    assert least_leaky(list(found.values())) == Masking("other-image", "removed")


def test_the_least_leaky_mask_is_the_default_and_a_leaky_one_is_told(folder: Path) -> None:
    assert evaluate(folder, Says(nearest)).run["masking"]["image"] == "other-image"
    told = evaluate(folder, Says(nearest), masking=Masking("mean-colour")).json()["leaks"]
    assert told == evaluate(folder, Says(nearest), masking="mean-colour,removed").json()["leaks"], (
        "as the command says it"
    )
    assert [(one["side"], one["leaky"]) for one in told] == [("image", True), ("text", False)]


def test_masks_that_hide_equally_well_are_the_usual_ones(folder: Path) -> None:
    found = measured(read(folder), Says(lambda question: "no"))
    assert {one.rate.estimate for one in found} == {0.5}
    assert least_leaky(found) == Masking()
    assert not any(one.leaky for one in found)


def test_every_mask_of_a_game_is_tried(folder: Path) -> None:
    found = measured(read(folder), untrained("llava", 0), limit=4)
    assert {(one.side, one.mask) for one in found} == {
        ("image", "mean-colour"), ("image", "blur"), ("image", "inpainted"), ("image", "other-image"),
        ("text", "removed"), ("text", "mask-token"), ("text", "neutral-word"),
    }  # fmt: skip


def test_the_ceiling_is_of_the_side_that_is_left() -> None:
    """Of four items, question red is answered yes three times of four; each picture has one answer."""
    table = pd.DataFrame(rows())[:4].assign(
        question_key="red", compared=["yes", "yes", "yes", "no"], image_key=["a", "b", "c", "d"]
    )
    every = np.arange(4)
    assert leak("image", "blur", table, every, np.ones(4, dtype=bool)).ceiling == 0.75
    assert leak("text", "removed", table, every, np.ones(4, dtype=bool)).ceiling == 1


def test_donors_are_the_nearest_other_pictures() -> None:
    found = donors([["a"], ["a"], ["b"], ["b"], ["c"]], np.arange(5))
    assert found == {0: 2, 1: 2, 2: 1, 3: 1, 4: 3}
    assert donors([["a"], ["a"]], np.arange(2)) == {}
