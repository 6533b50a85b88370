"""What only a detector found is edited, and a real small model that sees the pictures says whether the answer holds."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from twokeys.builder.pair.edit import Edit
from twokeys.builder.pair.generate import EDITS
from twokeys.builder.pair.generators.photos.things import Thing
from twokeys.builder.pair.generators.registry import make
from twokeys.builder.pair.judges.verification import verified
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Verify
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images

pytest.importorskip("cv2")
MODEL = "reference:llava-natural"
COLOURS = {"red": (220, 40, 40), "blue": (40, 60, 220), "green": (40, 170, 60)}
NUMBER = 36


class Eyes:
    """Finds whatever is not wall."""

    labels = frozenset({"shape"})

    def things(self, pixels: np.ndarray, least: float = 0.4) -> tuple[Thing, ...]:
        ys, xs = np.nonzero((pixels < 225).any(axis=2))
        box = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
        return (Thing("shape", box, score=0.9),)


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
    pictures = items[["image_key"]].assign(source="toy", image="file:" + items["image_key"] + ".png")
    return items, pictures


def seen(edit: Edit) -> str:
    """The colour of the new picture's square, by its strongest channel and nothing of the generator."""
    middle = np.asarray(Image.open(io.BytesIO(edit.picture or b"")).convert("RGB"))[24:38, 24:36].mean(axis=(0, 1))
    if middle[:2].min() > 0.7 * middle[:2].max() and middle[2] < 0.6 * middle[:2].min():
        return "yellow"
    return ("red", "green", "blue")[int(middle.argmax())]


def table(edits: list[Edit]) -> pd.DataFrame:
    return pd.DataFrame([
        dict.fromkeys(EDITS.names) | {
            "id": edit.id, "edit_of": edit.of, "root": edit.of, "view": "image", "answer": edit.answer,
            "answer_source": edit.answer_source, "picture": edit.picture,
        }
        for edit in edits
    ])  # fmt: skip


@pytest.mark.slow
def test_a_model_confirms_what_it_sees_of_edits_that_rest_on_a_detector(tmp_path, monkeypatch):
    for module in ("generator", "editor"):
        monkeypatch.setattr(f"twokeys.builder.pair.generators.photos.{module}.detector", lambda name: Eyes())
    items, drawings = drawn(tmp_path)
    pictures = Pictures(drawings.assign(bytes_sha256=""), {"toy": tmp_path}, Images())
    given = {"detector": "eyes", "operations": ["recolour"], "both_sides": False, "area": (0.01, 0.5)}
    generator = make("photo-edits", given).located(lambda name: tmp_path / name)
    edits = list(generator.edits(items, lambda key: (tmp_path / f"{key}.png").read_bytes(), 0))
    assert len(edits) > NUMBER / 2
    assert {edit.answer_source for edit in edits} == {"expected"}
    judge = [NamedModel(MODEL, "1")], Verify(models=[MODEL], accuracy=0.8)
    run = Run(tmp_path / "run", Serial())
    known = [edit for edit in edits if edit.answer in ("red", "green", "blue", "yellow")]
    assert NUMBER / 4 < len(known) < len(edits)
    found = verified(run, *judge, items, table(edits), pictures)
    for edit in set(edits) - set(known):  # orange and purple
        assert found[edit.id].problem == f"{MODEL} has no token for {edit.answer!r}"
    agreed = [edit for edit in known if found[edit.id].problem is None]
    assert len(agreed) > 0.7 * len(known)
    assert all(seen(edit) == edit.answer for edit in agreed)
    # The same pictures with an answer that does not hold: none is confirmed.
    wrong = [replace(edit, answer="red" if seen(edit) != "red" else "green") for edit in known]
    refused = verified(run, *judge, items, table(wrong), pictures)
    assert refused
    assert all(one.problem is not None for one in refused.values())
