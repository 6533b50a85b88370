"""Verification by a real small model: right where it sees, and next to nothing where it cannot."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from twokeys.audit.games.margins import Expected, Margin, margins
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Question
from twokeys.builder.pair.generate import EDITS
from twokeys.builder.pair.judges.fluency import halting
from twokeys.builder.pair.judges.verification import verified
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Verify
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images

MODEL = "reference:llava-natural"
COLOURS = {"red": (230, 30, 30), "blue": (30, 30, 230), "green": (30, 200, 60)}
NUMBER = 36
VERIFY = Verify(models=[MODEL], accuracy=0.8)


def drawn(folder: Path, shuffled: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One coloured square per picture, each asked about its own colour or another; pictures in another's place."""
    names = list(COLOURS)
    order = np.random.default_rng(0).permutation(NUMBER) if shuffled else np.arange(NUMBER)
    rows = []
    for number in range(NUMBER):
        picture = Image.new("RGB", (64, 64), (250, 250, 250))
        ImageDraw.Draw(picture).rectangle((18, 18, 44, 44), fill=COLOURS[names[order[number] % 3]])
        picture.save(folder / f"{number}.png")
        own, asked = names[number % 3], names[(number // 3) % 3]
        rows.append((f"toy:test:{number}", str(number), f"is there a {asked} shape?", "yes" if own == asked else "no"))
    items = pd.DataFrame(rows, columns=["id", "image_key", "question", "answer"])
    items = items.assign(source="toy", answer_source="annotated", answer_type="yes/no", choices=[[]] * NUMBER)
    pictures = pd.DataFrame(
        {
            "image_key": items["image_key"],
            "source": "toy",
            "image": "file:" + items["image_key"] + ".png",
            "bytes_sha256": [sha256((folder / f"{number}.png").read_bytes()).hexdigest() for number in range(NUMBER)],
        }
    )
    return items, pictures


def edits_of(items: pd.DataFrame) -> pd.DataFrame:
    """For each item the two other colours, with the flipped answer, whether that is so or not."""
    rows = []
    for item in items.to_dict("records"):
        asked = re.search(r"red|blue|green", item["question"])
        assert asked is not None
        for other in sorted(set(COLOURS) - {asked.group()}):
            row = dict.fromkeys(EDITS.names) | {
                "id": f"{item['id']}~{other}",
                "edit_of": item["id"],
                "root": item["id"],
            }
            row |= {"question": item["question"].replace(asked.group(), other), "view": "question", "meta": other}
            rows.append(row | {"answer": "no" if item["answer"] == "yes" else "yes", "answer_source": "expected"})
    return pd.DataFrame(rows)


@pytest.mark.slow
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_model_that_sees_verifies_what_is_so(tmp_path: Path, shuffled: bool) -> None:
    items, pictures = drawn(tmp_path, shuffled)
    edits = edits_of(items)
    run = Run(tmp_path / "run", Serial())
    found = verified(
        run, [NamedModel(MODEL, "1")], VERIFY, items, edits, Pictures(pictures, {"toy": tmp_path}, Images())
    ).edits
    agreed = {edit for edit, said in found.items() if said.problem is None}
    if shuffled:
        # It answers what it sees, which is not what was annotated: no say, whatever it says of single edits.
        assert agreed == set()
        assert all("cannot verify what is asked of toy" in str(said.problem) for said in found.values())
        return
    own = {item["id"]: list(COLOURS)[int(item["image_key"]) % 3] for item in items.to_dict("records")}
    so = {
        edit["id"]
        for edit in edits.to_dict("records")
        if edit["answer"] == ("yes" if edit["meta"] == own[edit["root"]] else "no")
    }
    assert agreed <= so
    assert len(agreed) > 0.9 * len(so)
    assert all(min(said.margins[MODEL].values()) >= 1.0 for edit, said in found.items() if edit in agreed)


@pytest.mark.slow
def test_margins_are_those_of_probabilities_one_by_one(tmp_path: Path) -> None:
    items, _ = drawn(tmp_path, False)
    model = load_game(MODEL)
    asked = [
        Expected(
            Question(Image.open(tmp_path / f"{n}.png").convert("RGB"), items["question"][n], (), "yes/no"),
            "yes",
            ("no", "red"),
        )
        for n in range(5)
    ]
    together = margins(model, asked)
    for one, margin in zip(asked, together, strict=True):
        p = []
        for answer in ("yes", "no", "red"):
            item = model.prepare(one.question, answer)
            p.append(
                model.score(item, np.ones((1, item.patches), dtype=bool), np.ones((1, item.tokens), dtype=bool))[0]
            )
        assert margin.nats == pytest.approx(np.log(p[0]) - np.log(max(p[1:])), abs=1e-3)


@pytest.mark.slow
def test_a_claim_with_an_answer_that_the_model_cannot_write_is_not_asked(tmp_path: Path) -> None:
    items, _ = drawn(tmp_path, False)
    question = Question(Image.open(tmp_path / "0.png").convert("RGB"), items["question"][0], (), "yes/no")
    asked = [Expected(question, *of) for of in (("yes", ("no",)), ("purple", ("no",)), ("yes", ("no", "purple")))]
    found = margins(load_game(MODEL), [*asked, asked[0]])
    assert found[1] == found[2] == Margin(-np.inf, "purple")
    assert found[0].unsaid is None
    assert found[3].nats == pytest.approx(found[0].nats, abs=1e-4)


def test_grammar_gives_its_limit() -> None:
    assert halting(-1.0, 1.0) is None
    assert halting(-1.01, 1.0) == "the new question is less fluent by 1.01 nats a token, more than 1.00"


@pytest.mark.slow
def test_a_language_model_prefers_grammar(tmp_path: Path) -> None:
    from twokeys.builder.measure.language.fluency import fluency

    model = NamedModel("packaged:smollm2", "1")
    good, bad = "Is there no dog in the picture?", "Is there dog no in picture the?"
    run = Run(tmp_path / "run", Serial())
    found = fluency(run, model, sorted({good, bad})).by_text()
    assert list(found) == sorted({good, bad})
    assert found[good] > found[bad] + 1
    # Again from the tables, and alone: the batch changes nothing.
    assert fluency(run, model, sorted({good, bad})).by_text() == found
    alone = fluency(Run(tmp_path / "alone", Serial()), model, [good]).by_text()
    assert alone[good] == pytest.approx(found[good], abs=1e-4)
