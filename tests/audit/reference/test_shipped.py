"""The reference models that ship: what they state is so, and the recipe gets there from nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from twokeys.audit.models.loading import load, references
from twokeys.audit.reference import corpus
from twokeys.audit.reference.families import FAMILIES
from twokeys.audit.reference.train import QUESTIONS, accuracy, train_reference

SHIPPED = [f"{family}-{questions}" for family in FAMILIES for questions in QUESTIONS]


def test_shipped_models_say_how_they_were_made_and_answer() -> None:
    assert set(references()) == set(SHIPPED)
    part = corpus.read("test")
    few = part.chosen(np.arange(len(part.pictures)) < 12)
    for name in references():
        found = accuracy(load(f"reference:{name}"), few)
        assert found["all"] > 0.9
        assert found["all, with options"] > 0.7


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_have_the_accuracy_that_they_state(name: str) -> None:
    stated = json.loads((references()[name] / "training.json").read_text())["test_accuracy"]
    found = accuracy(load(f"reference:{name}"), corpus.read("test"))
    assert found == pytest.approx(stated, abs=1e-3)
    assert found["all"] >= 0.98


@pytest.mark.slow
def test_the_recipe_reaches_98_percent_from_nothing(tmp_path: Path) -> None:
    assert train_reference("llava", tmp_path / "llava")["test_accuracy"]["all"] >= 0.98
