"""The sizes of the largest balanced sets of real corpora, as the documents state them."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pandas as pd
import pytest

from twokeys.builder.balance.select import select
from twokeys.builder.build import build
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Corpus, Recipe, load
from twokeys.builder.run.stages import Run
from twokeys.builder.verify import verify
from twokeys.core.ceilings import ceilings
from twokeys.core.strata import strata

needs_easy_vqa = pytest.mark.skipif(importlib.util.find_spec("easy_vqa") is None, reason="needs the package easy-vqa")


def balanced(items: pd.DataFrame, recipe: Recipe, within: list[str]) -> dict[str, tuple[int, int]]:
    """Part -> items kept, and the bound that no balanced subset exceeds."""
    settings = recipe.balance.model_copy(update={"within": within})
    return {" ".join(part.part.values()): (part.kept, part.bound) for part in select(items, settings).parts}


def rows(recipe: Recipe, folder: Path) -> pd.DataFrame:
    """A corpus's items by question and picture's name, which is all that balance needs."""
    named = recipe.model_copy(update={"corpora": [_by_name(corpus) for corpus in recipe.corpora]})
    corpora = Path(os.environ["TWOKEYS_CORPORA"]) if "TWOKEYS_CORPORA" in os.environ else None
    return read(Run(folder), named, [find(corpus, corpora) for corpus in named.corpora]).items


def _by_name(corpus: Corpus) -> Corpus:
    return corpus.model_copy(update={"images": "names"})


@pytest.fixture(scope="module")
def easy_vqa(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return rows(load("easy-vqa"), tmp_path_factory.mktemp("easy-vqa"))


@needs_easy_vqa
def test_easy_vqa_keeps_19814_inside_answer_types(easy_vqa: pd.DataFrame) -> None:
    assert len(easy_vqa) == 48_248
    recipe = load("easy-vqa")
    assert recipe.balance.within == ["split", "answer_type"]
    found = balanced(easy_vqa, recipe, recipe.balance.within)
    assert found == {
        "train yes/no": (9_780, 9_780),
        "train open": (6_146, 6_146),
        "test yes/no": (2_358, 2_358),
        "test open": (1_530, 1_530),
    }


@needs_easy_vqa
def test_easy_vqa_keeps_20394_and_5013_inside_splits_and_the_image_tells_seventy_percent_of_a_type(
    easy_vqa: pd.DataFrame,
) -> None:
    recipe = load("easy-vqa")
    assert balanced(easy_vqa, recipe, ["split"]) == {"train": (20_394, 20_394), "test": (5_013, 5_013)}
    shares = {}
    for within in (["split"], recipe.balance.within):
        kept = select(easy_vqa, recipe.balance.model_copy(update={"within": within})).kept
        parts = strata(easy_vqa[easy_vqa["id"].isin(set(kept["id"]))])
        shares[len(within)] = [
            round(ceilings(parts[f"answer_type={kind}"])["image"].share, 1) for kind in ("yes/no", "open")
        ]
    assert shares == {1: [0.7, 0.7], 2: [0.5, 0.5]}


@pytest.mark.slow
def test_pope_keeps_1692_and_668_and_1710(tmp_path: Path) -> None:
    folder = os.environ.get("TWOKEYS_CORPORA", "")
    if not folder or not (Path(folder) / "pope").is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder with 'pope'")
    recipe = load("pope")
    items = rows(recipe, tmp_path)
    assert items["split"].value_counts().to_dict() == dict.fromkeys(("random", "popular", "adversarial"), 3_000)
    for within in (["split"], recipe.balance.within):
        found = {name.split()[0]: kept for name, kept in balanced(items, recipe, within).items()}
        assert found == {"random": (1_692, 1_692), "popular": (668, 668), "adversarial": (1_710, 1_710)}


@pytest.mark.slow
@needs_easy_vqa
def test_easy_vqa_builds_and_verifies_whole(tmp_path: Path) -> None:
    recipe = load("easy-vqa")
    few = recipe.measure.model_copy(update={"baselines": ["question.prior", "image.majority"]})
    built = build(recipe.model_copy(update={"measure": few}), tmp_path / "easy-vqa", engine="serial")
    assert built.certified
    assert built.manifest.rows_read == 48_248
    assert not [finding for finding in verify(built.folder) if not finding.ok]
