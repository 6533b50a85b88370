"""A vision-language model is shown pictures without their question; what it says is read as features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image, ImageDraw

from tests.hashed import hashed
from tests.planted import score
from twokeys.audit.models.loading import load
from twokeys.audit.models.model import Question
from twokeys.builder.measure.baselines.problem import Problem
from twokeys.builder.measure.encoders import text_encoder
from twokeys.builder.measure.replies import identity, replies
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput
from twokeys.core.pictures.limits import Images

MODEL, ENCODER = NamedModel("reference:llava-natural", "1"), "packaged:minilm"
COLOURS = ("red", "blue")
QUESTIONS = ["what color is the shape?", "what shape is in the image?"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    """Red and blue rectangles, in no order."""
    place, rows = tmp_path_factory.mktemp("pictures"), []
    for number in range(24):
        picture = Image.new("RGB", (64, 64), (230, 230, 230))
        left, top = 8 + number % 5, 12 + number % 7
        ImageDraw.Draw(picture).rectangle((left, top, left + 30, top + 20), fill=COLOURS[number % 2])
        picture.save(place / f"{number}.png")
        rows.append({"image_key": f"key{number:02d}", "source": "toy", "image": f"file:{number}.png"})
    return Pictures(hashed(pd.DataFrame(rows), place), {"toy": place}, Images())


def test_every_picture_is_asked_nothing_and_what_was_asked_of_another(pictures: Pictures, tmp_path: Path) -> None:
    run = Run(tmp_path)
    made = replies(run, MODEL, pictures, QUESTIONS)
    said = pq.read_table(made.parts[0]).to_pandas()
    assert said["key"].tolist() == pictures.keys
    # The model answers the question that it is shown: colours to one of them, shapes to the other.
    assert set(said["other"]) >= {"rectangle"}
    assert set(said["other"]) & set(COLOURS)
    assert replies(run, MODEL, pictures, QUESTIONS).key == made.key
    vectors = made.embedded(ENCODER, pd.Index(["key03", "key00"]))
    direct = text_encoder(ENCODER).encode([said["guess"][3], said["guess"][0]])
    assert vectors[:, : direct.shape[1]] == pytest.approx(direct, abs=1e-5)
    assert vectors.shape == (2, 2 * direct.shape[1])


@pytest.mark.usefixtures("threads")
def test_the_number_of_threads_changes_nothing(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    model = load(MODEL.name)

    class Counting:
        """The model, with a note of how many threads it is asked on."""

        module = model.module

        def reply(self, questions: Sequence[Question]) -> list[str]:
            threads.append(torch.get_num_threads())
            return model.reply(questions)

    monkeypatch.setattr("twokeys.builder.measure.replies._loaded", lambda name, hosts: Counting())
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    found = []
    for number in (1, 2):
        torch.set_num_threads(number)
        made = replies(Run(tmp_path / str(number), Serial()), MODEL, pictures.shards(4)[0], QUESTIONS)
        found.append(made.parts[0].read_bytes())
        assert torch.get_num_threads() == number
    assert set(threads) == {1}
    assert found[0] == found[1]


def test_what_it_says_gives_answers_away(pictures: Pictures, tmp_path: Path) -> None:
    vectors = replies(Run(tmp_path / "run"), MODEL, pictures, QUESTIONS[:1]).embedded(ENCODER, pd.Index(pictures.keys))
    rows = np.arange(24)
    problem = Problem(
        "answer", rows, rows, rows % 2, rows % 3, [""] * 24, [""] * 24, {"replies": vectors}, names=COLOURS,
    )  # fmt: skip
    assert score(problem, "image.vlm", tmp_path / "problem").right == 24


def test_a_recipe_must_name_the_model() -> None:
    with pytest.raises(BadInput, match=r"encoders: \{vision_language: NAME\}"):
        identity(None)
    assert identity("owner/model") == "owner/model"
