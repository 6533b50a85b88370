"""Claim: a set is refused only for a cue.

Attack (a false alarm): two tasks in one pool, with pictures of two sizes, as MMVP and BLINK have. The image view was
judged on the vocabulary of the whole pool: a model that reads the size of a file knows the task, names an answer of
that task, and is right on half of the items where chance was said to be a quarter. Nothing in the picture tells the
answer.

Before (ba22272): image.metadata is right on 49.6 % where chance is said to be 24.7 %, 25 points above. Now: an answer
is one of the item's own options, or of its type, and chance is counted among these: 50 %.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.attacks.auditing import audit
from tests.builder.certify.audited.items import table
from tests.pipeline.test_auditing import png
from tests.pipeline.toy import Toy
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.selection import deviation, excess
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import ContentMatrix, Contents, Reads
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Measure

ITEMS = 240
TASKS = (("left", "right"), ("open", "closed"))


def pooled(place: Path) -> Toy:
    """Two tasks, each with two options and pictures of one size; golds are tossed."""
    rng, toy = np.random.default_rng(3), Toy(place)
    toy.rows["test"] = []
    for number in range(ITEMS):
        task = number % 2
        name = f"{number:04d}.png"
        path = place / toy.pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(rng.integers(60, 180, (16 + 8 * task, 20, 3))))
        options = list(TASKS[task])
        toy.rows["test"].append({
            "id": str(number), "picture": name, "question": f"which of these is number {number}?",
            "choices": options, "answer": options[int(rng.integers(2))],
        })  # fmt: skip
    return toy.write()


@pytest.mark.slow
def test_who_recognises_the_task_is_at_chance(tmp_path: Path) -> None:
    found = audit(
        pooled(tmp_path / "corpora"), tmp_path, margin=0.2, select=["image.majority"], certify=["image.metadata"]
    )
    (judged,) = (one for one in found.said["views"]["image"]["evidence"] if one["trained_on"] == "set")
    assert judged["chance"] == judged["guess"] == 0.5
    assert abs(judged["accuracy"] - 0.5) < 0.1
    assert found.said["views"]["image"]["outcome"] != "not certified"
    assert found.said["items"] > 0.9 * ITEMS
    answers = found.rows["image_metadata_audited_prediction"]
    assert all(said in options for said, options in zip(answers, found.rows["choices"], strict=True))


class Sizes(ContentMatrix):
    """The size of a picture's file, which tells the task."""

    name, views = "metadata", ("image",)

    def make(self, contents: Contents) -> np.ndarray:
        number = contents.keys.str.rpartition(" ").get_level_values(2).astype(int).to_numpy()
        return (number % 2)[:, None].astype(np.float32)


def test_chance_and_answers_are_among_the_options_of_an_item() -> None:
    rng = np.random.default_rng(0)
    choices = [list(TASKS[number % 2]) for number in range(ITEMS)]
    items = table(["which?"] * ITEMS, [str(rng.choice(options)) for options in choices], choices)
    labels, every, fold = Labels.of(items), np.ones(ITEMS, dtype=bool), np.arange(ITEMS) // 2 % 4
    name = "image.metadata"
    adversaries, reads = {name: baselines()[name]}, Reads([Sizes()])
    made = problems(items, CrossFit(dict.fromkeys(VIEWS, fold), adversaries, Measure(), reads, held=True))
    (one,) = Refits([(problem, able) for _, problem, able in made], labels, 200).ask(
        [name], labels.given, every, fold, 0
    )
    assert (one.chance == 0.5).all()
    assert (one.guess == 0.5).all()
    assert abs(excess(one, every)) < 0.1
    assert abs(deviation(one, every)) < 0.1
