"""Retrieved partners that models verify, from the recipe to the published folder: by the models that ship."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from twokeys.builder.build import build
from twokeys.builder.checks.pairs import edited
from twokeys.builder.pair.generators.easy_vqa.figure import pixels_of, read
from twokeys.builder.pair.generators.easy_vqa.questions import parse
from twokeys.builder.pairs import pairs
from twokeys.builder.recipe import Recipe, load
from twokeys.builder.verify import verify

from .toy import published

JUDGES = ["reference:llava-balanced", "reference:qwen-balanced"]
PICTURES = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("easy_vqa") is None, reason="needs the package easy-vqa"),
]


def planned(name: str, corpus: dict[str, Any], **verification: Any) -> Recipe:
    """A shipped recipe with retrieved partners that models verify."""
    recipe = load(name).model_dump(mode="json", by_alias=True)
    generator = {"generator": "retrieved", "with": {"judge": "models", "candidates": 4}}
    recipe["pair"] = {"generators": [generator], "verify": {"models": JUDGES, **verification}}
    recipe["corpora"][0] |= corpus
    measure = {"baselines": ["question.tfidf"], "folds": 2}
    return Recipe.model_validate(recipe | {"name": "verified", "measure": measure, "rules": [], "eval": False})


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first pictures of easy-VQA's test split, with their yes/no questions."""
    spec = importlib.util.find_spec("easy_vqa")
    assert spec is not None
    assert spec.submodule_search_locations
    source, folder = Path(next(iter(spec.submodule_search_locations))) / "data/test", tmp_path_factory.mktemp("few")
    (folder / "test/images").mkdir(parents=True)
    questions = json.loads((source / "questions.json").read_text())
    few = [row for row in questions if row[2] < PICTURES]
    (folder / "test/questions.json").write_text(json.dumps(few))
    for image in {row[2] for row in few}:
        shutil.copyfile(source / f"images/{image}.png", folder / f"test/images/{image}.png")
    return folder


def test_what_models_verify_is_drawn_and_the_folder_is_recounted(tmp_path: Path, few: Path) -> None:
    recipe = planned("easy-vqa-yes-no", {"path": str(few), "splits": ["test"]}, margin=1.0)
    with pytest.warns(RuntimeWarning, match=r"each of 2 models is asked [\d,]+ times at most"):
        built = build(recipe, tmp_path / "out", work=tmp_path / "work", engine="serial")
    assert built.manifest.pairs is not None
    (kind,) = built.manifest.pairs.retrieved
    assert kind.kind == "retrieved.models"
    assert kind.balanced > 1.3 * kind.before
    rows = list(published(built.folder))
    made = [row for row in rows if row["answer_source"] == "verified"]
    assert len(made) == sum(row["edit_of"] is not None for row in rows) > 50
    wrong = 0
    for row in made:
        margins = json.loads(row["edit_scores"])["margins"]
        assert sorted(margins) == sorted(JUDGES)
        assert min(nats for said in margins.values() for nats in said.values()) >= 1.0
        drawing, what = read(pixels_of(row["image"]["bytes"])), parse(row["question"])
        assert what is not None
        wrong += drawing is not None and what.answer(drawing.colour, drawing.figure.shape) != row["answer"]
    assert wrong <= 0.01 * len(made)
    (used,) = [one for one in built.manifest.pairs.precision if one.used]
    assert used.margin == 1.0
    assert used.right >= 0.98 * used.passed > 0
    assert [finding for finding in verify(built.folder) if not finding.ok] == []
    for name in ("README.md", "report.html"):
        assert "How often models are right" in (built.folder / name).read_text(encoding="utf-8")
    forged = used.model_copy(update={"right": used.right - 1})
    every = pd.DataFrame([*published(built.folder), *published(built.folder, "removed")])
    assert list(edited(every, recipe.pair, [used])) == []
    assert list(edited(every, recipe.pair, [forged])) == [
        "the precision of models on easy-vqa does not follow from its counts"
    ]
    assert any(
        "another margin" in problem for problem in edited(every, recipe.pair, [used.model_copy(update={"margin": 2.0})])
    )


def test_more_precision_than_models_are_shown_to_have_verifies_nothing(tmp_path: Path, few: Path) -> None:
    recipe = planned("easy-vqa-yes-no", {"path": str(few), "splits": ["test"]}, precision=0.9999)
    with pytest.warns(RuntimeWarning, match="not shown to be right as often as is asked for"):
        found = pairs(recipe, work=tmp_path / "work", engine="serial")
    (kind,) = found.kinds
    assert kind.added == 0
    assert list(kind.refused) == [
        "the models cannot verify what is asked of easy-vqa: they are not shown to be right as often as is asked for"
    ]
    assert found.precision
    assert not any(one.used for one in found.precision)


def test_models_that_cannot_read_statements_verify_none(tmp_path: Path) -> None:
    folder = os.environ.get("TWOKEYS_CORPORA", "")
    if not folder or not (Path(folder) / "nlvr1").is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder with 'nlvr1'")
    recipe = planned("nlvr", {"splits": ["dev"]})
    with pytest.warns(RuntimeWarning, match="cannot verify what is asked of nlvr: it answers too few annotated items"):
        found = pairs(recipe, corpora=Path(folder), work=tmp_path, engine="serial")
    (kind,) = found.kinds
    assert (kind.added, list(kind.refused)) == (
        0,
        [f"{JUDGES[0]} cannot verify what is asked of nlvr: it answers too few annotated items as annotated"],
    )
    assert Counter(found.precision) == Counter()


def test_the_recipe_that_ships_balances_most_items_at_99_percent(tmp_path: Path) -> None:
    found = pairs(load("easy-vqa-retrieved"), work=tmp_path)
    (used,) = [one for one in found.precision if one.used]
    assert used.low >= 0.99
    assert used.items == 1_000
    before, after = found.steps[0], found.steps[-1]
    assert before.annotated == before.kept > 2_000
    assert after.annotated > 2 * before.annotated
    (kind,) = found.retrieved
    assert (kind.before, kind.balanced) == (before.annotated, after.annotated)
