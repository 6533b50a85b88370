"""Claim: `evaluate` and `explain` work on every folder that `build` wrote, the README's own example among them.

Attack: a folder that holds options, and a model that ships. The token wanted for such an item is the letter of the
right option, which no reference model had in its vocabulary: both commands ended with status 2 at the first one
("the model's tokenizer cannot write the answer 'green'"), as they did at any answer that a small
vocabulary lacks, such as a number.

Before (ba22272): not one item of the README's example was evaluated. Now: every item of it, those with options by
letter; an item that a model cannot score is skipped, with count and ids, and only a run in which nothing can be scored
is refused.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from tests.audit.conftest import png, rows
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.explanation.explain import explain
from twokeys.audit.models.loading import references
from twokeys.audit.models.model import Masking
from twokeys.audit.published import read
from twokeys.builder.build import build
from twokeys.commands.app import app
from twokeys.core.errors import BadInput

COLOURS = {"red": (200, 40, 40), "blue": (40, 60, 200), "green": (40, 160, 60), "yellow": (220, 210, 40)}
MASKING = Masking()
README = Path(__file__).parents[2] / "README.md"


def readme(place: Path) -> Path:
    """The README's recipe on 60 pictures of four colours and two shapes: every second question has options."""
    text = README.read_text(encoding="utf-8")
    recipe = yaml.safe_load(re.search(r"```yaml\n(name: my-benchmark.*?)```", text, re.S)[1])  # type: ignore[index]
    (place / "my-corpus" / "pictures").mkdir(parents=True)
    table, names = [], list(COLOURS)
    for number in range(60):
        colour, shape = names[number % 4], ("circle", "rectangle")[number // 4 % 2]
        picture = Image.new("RGB", (64, 64), (245, 245, 250 - number % 20))
        draw, box = ImageDraw.Draw(picture), (14 + number % 7, 16, 40 + number % 7, 42)
        (draw.ellipse if shape == "circle" else draw.rectangle)(box, fill=COLOURS[colour])
        picture.save(place / "my-corpus" / "pictures" / f"{number}.png")
        asked = [
            ("is there a circle?", "yes" if shape == "circle" else "no", []),
            ("is there a red shape?", "yes" if colour == "red" else "no", []),
            ("what is the color?", colour, names),
            ("what is the shape?", shape, ["circle", "rectangle"]),
        ]
        for place_, (question, answer, options) in enumerate(asked):
            row = [f"{number}-{place_}", question, answer, f"pictures/{number}.png"]
            table.append([*row, json.dumps(options) if options else ""])
    columns = ["id", "question", "answer", "image", "options"]
    pd.DataFrame(table, columns=columns).to_csv(place / "my-corpus" / "questions.csv", index=False)
    recipe |= {"measure": {"baselines": ["question.prior"], "folds": 3}, "pair": {"partners": "any"}, "rules": []}
    recipe["corpora"][0]["group_by"] = ["image"]
    (place / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return place / "recipe.yaml"


def mixed(place: Path, *more: dict[str, object]) -> Path:
    """The folder of the tests of `evaluate`, 12 items of yes and no, with further items on its pictures."""
    made = rows()
    for number, one in enumerate(more):
        base = {**made[0], "id": f"more{number}", "image_partner": None, "question_partner": None, "quad": None}
        made.append(base | {"question_key": f"more{number}", "image": png("red"), "compared": one["answer"]} | one)
    (place / "balanced").mkdir(parents=True)
    pd.DataFrame(made).to_parquet(place / "balanced" / "test-00000-of-00001.parquet")
    return place


LETTERED = {"question": "what is the color?", "choices": ["blue", "red"], "answer": "red", "answer_type": "choice"}
OPEN = {"question": "what is the color?", "answer": "red", "answer_type": "open"}
ZEBRA = {"question": "what is it?", "answer": "zebra", "answer_type": "open"}
NUMBER = {"question": "how many?", "answer": "17", "answer_type": "number"}
MARKED = {"question": "what is <|vision_start|><image><img>?", "answer": "red", "answer_type": "open"}


def test_the_readmes_example_is_evaluated_and_explained(tmp_path: Path) -> None:
    folder = build(readme(tmp_path), tmp_path / "out", corpora=tmp_path, engine="serial").folder
    table = read(folder).table
    found = evaluate(folder, "reference:llava-natural", masking=MASKING, out=tmp_path / "evaluated")
    assert len(found.items) == len(table) > 20
    assert not found.skipped
    lettered = table["choices"].map(len) > 0
    replies = found.items.set_index("id")["reply"].loc[table["id"]].to_numpy()
    assert lettered.any()
    assert np.isin(replies[lettered], list("ABCD")).all()
    assert np.isin(replies[~lettered], ["yes", "no"]).all()
    names = ["random", "rollout", "input-x-gradient"]
    for answer in ("own", "gold"):
        seen = explain(folder, "reference:llava-natural", names, answer=answer, masking=MASKING, limit=6, budget=20)
        assert len(seen.items) == 6
        assert not seen.skipped


@pytest.mark.parametrize("name", references())
def test_every_shipped_model_takes_every_kind_of_item(tmp_path: Path, name: str) -> None:
    folder = mixed(tmp_path / "folder", LETTERED, OPEN, ZEBRA, NUMBER, MARKED)
    found = evaluate(folder, f"reference:{name}", out=tmp_path / "run")
    assert set(found.skipped) == {"more2", "more3", "more4"}
    assert set(found.items["id"]) == set(read(folder).table["id"]) - set(found.skipped)
    assert found.items.set_index("id")["v.both"]["more0"] > 0


def test_what_is_skipped_is_told_in_every_place_and_kept_through_a_stop(tmp_path: Path) -> None:
    folder = mixed(tmp_path / "folder", ZEBRA, NUMBER, LETTERED)
    command = ["evaluate", str(folder), "--model", "reference:llava-natural", "--masks", "mean-colour,removed"]
    told = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "run")])
    assert told.exit_code == 0
    shown = " ".join(told.output.split())
    assert "skipped: 2 of 15 items, which this model cannot score" in shown
    assert "more0: the model's tokenizer cannot write the answer 'zebra'" in shown
    assert "more1: the model's tokenizer cannot write the answer '17'" in shown
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["skipped"]["items"] == 2
    assert set(result["skipped"]["why"]) == {"more0", "more1"}
    assert result["accuracy"]["all"]["n"] == 13
    page = (tmp_path / "run" / "report.html").read_text()
    assert "2 of 15 items are skipped" in page
    assert "more0: the model&#39;s tokenizer cannot write the answer &#39;zebra&#39;" in " ".join(page.split())
    lines = (tmp_path / "run" / "answers.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "run" / "answers.jsonl").write_text("".join(lines[-4:]))  # the skipped ones and two others
    again = json.loads(CliRunner().invoke(app, [*command, "--out", str(tmp_path / "run"), "--json"]).stdout)
    assert [again[name] for name in ("skipped", "accuracy", "pairs")] == [
        result[name] for name in ("skipped", "accuracy", "pairs")
    ]


def test_explain_passes_over_what_cannot_be_scored_and_says_so(tmp_path: Path) -> None:
    folder = mixed(tmp_path / "folder", ZEBRA, NUMBER, LETTERED)
    names = ["random", "rollout", "input-x-gradient"]
    asked = {"answer": "gold", "masking": MASKING, "limit": None, "budget": 20, "out": tmp_path / "run"}
    found = explain(folder, "reference:llava-natural", names, **asked)  # type: ignore[arg-type]
    assert len(found.items) == 13
    assert set(found.skipped) == {"more0", "more1"}
    assert found.json()["skipped"]["items"] == 2
    assert "2 of 15 items are skipped" in (tmp_path / "run" / "report.html").read_text()
    again = explain(folder, "reference:llava-natural", names, **asked)  # type: ignore[arg-type]
    assert again.json() == found.json()


def test_a_run_in_which_nothing_can_be_scored_is_refused(tmp_path: Path) -> None:
    folder = mixed(tmp_path / "folder")
    file = next(folder.glob("balanced/*.parquet"))
    table = pd.read_parquet(file)
    table.assign(answer="zebra", compared="zebra", answer_type="open").to_parquet(file)
    for masking in (None, MASKING):
        with pytest.raises(BadInput, match=r"can score none of the items; .* answer 'zebra'.*Use another model"):
            evaluate(folder, "reference:llava-natural", masking=masking)
        with pytest.raises(BadInput, match="can score none of the items"):
            explain(folder, "reference:llava-natural", answer="gold", masking=masking)


def test_masks_are_measured_on_what_can_be_scored_wherever_it_stands(tmp_path: Path) -> None:
    """The items drawn first cannot be scored; the masks are chosen on the others all the same."""
    from twokeys.audit.evaluation.leaks import measured
    from twokeys.audit.models.loading import load

    zebras = [{**ZEBRA, "group": f"z{number}"} for number in range(30)]
    folder = mixed(tmp_path / "folder", *zebras)
    for seed in range(4):
        found = measured(read(folder), load("reference:llava-natural"), limit=3, seed=seed)
        assert {one.side for one in found} == {"image", "text"}
        assert all(0 < one.rate.n <= 3 for one in found)
