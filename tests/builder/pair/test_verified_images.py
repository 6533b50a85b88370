"""A real small model that sees edited images says whether the answers hold that are only expected of them."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from twokeys.builder.pair.edit import Edit
from twokeys.builder.pair.generate import EDITS
from twokeys.builder.pair.judges.verification import verified
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Verify
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images

MODEL = "reference:llava-natural"
COLOURS = {"red": (220, 40, 40), "blue": (40, 60, 220), "green": (40, 170, 60)}
NUMBER = 36


def drawn(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One coloured square per picture, asked for its colour."""
    rows = []
    for number in range(NUMBER):
        name = list(COLOURS)[number % 3]
        picture = Image.new("RGB", (64, 64), (250, 250, 250))
        shift = number % 7
        ImageDraw.Draw(picture).rectangle((14 + shift, 18, 40 + shift, 44), fill=COLOURS[name])
        picture.save(folder / f"{number}.png")
        rows.append((f"toy:test:{number:02d}", str(number), "what color is the shape?", name))
    items = pd.DataFrame(rows, columns=["id", "image_key", "question", "answer"])
    items = items.assign(
        source="toy",
        answer_source="annotated",
        answer_type="open",
        choices=[[]] * NUMBER,
        links=[[]] * NUMBER,
        image_width=64,
        image_height=64,
    )
    pictures = items[["image_key"]].assign(
        source="toy",
        image="file:" + items["image_key"] + ".png",
        bytes_sha256=[sha256((folder / f"{number}.png").read_bytes()).hexdigest() for number in range(NUMBER)],
    )
    return items, pictures


def recoloured(folder: Path, item: str, number: int, answer: str, shown: str) -> Edit:
    """An edit that shows the square in one colour and expects an answer."""
    pixels = np.asarray(Image.open(folder / f"{number}.png")).copy()
    pixels[(pixels < 225).any(axis=2)] = COLOURS[shown]
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return Edit("toy.recolour", item, "image", answer, "expected", "the square is painted", picture=stream.getvalue(),
                boxes=((14, 18, 48, 46),))  # fmt: skip


def table(edits: list[Edit]) -> pd.DataFrame:
    return pd.DataFrame([
        dict.fromkeys(EDITS.names) | {
            "id": edit.id, "edit_of": edit.of, "root": edit.of, "view": "image", "answer": edit.answer,
            "answer_source": edit.answer_source, "picture": edit.picture,
        }
        for edit in edits
    ])  # fmt: skip


@pytest.mark.slow
def test_a_model_confirms_what_it_sees_and_nothing_else(tmp_path):
    items, drawings = drawn(tmp_path)
    pictures = Pictures(drawings, {"toy": tmp_path}, Images())
    judge = [NamedModel(MODEL, "1")], Verify(models=[MODEL], accuracy=0.8)
    run = Run(tmp_path / "run", Serial())
    names = list(COLOURS)
    right, wrong, unknown = [], [], []
    for number, item in enumerate(items["id"]):
        shown, other = names[(number + 1) % 3], names[(number + 2) % 3]
        right.append(recoloured(tmp_path, item, number, shown, shown))
        wrong.append(recoloured(tmp_path, item, number, other, shown))
        unknown.append(recoloured(tmp_path, item, number, "purple", shown))
    found = verified(run, *judge, items, table([*right, *wrong, *unknown]), pictures).edits
    assert sum(found[edit.id].problem is None for edit in right) > 0.7 * NUMBER
    assert all(found[edit.id].problem is not None for edit in wrong)
    assert {found[edit.id].problem for edit in unknown} == {f"{MODEL} has no token for 'purple'"}
