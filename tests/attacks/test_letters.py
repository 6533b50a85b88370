"""Claim: no predictor that sees only the image is right on more than the image ceiling.

Attack: options are shown under letters, and "B" is a reply that needs no option. On two-option items whose gold texts
are balanced at every question and image, and whose letters are not, who sees the image alone says one letter.

Before (ba22272): 240 items in 60 quads, certified with an image ceiling of 50 %, and right on 77.5 % by letters; the
shipped recipe tri-bench, 128 items certified with 50 %, and right on 80 of them (62.5 %) by letters. Now: letters are
colours at images, and what is kept is bounded by one half.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from tests.attacks.blind import best_replies, item_table, kept
from twokeys.builder.balance.select import select
from twokeys.builder.certify.balanced import certify
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Balance, load
from twokeys.builder.run.stages import Run

LETTERS = ("A", "(B)", "C.", "D")


def planted() -> pd.DataFrame:
    """60 quads: in 33 of them the two questions have their options in opposite orders."""
    rows = []
    for quad in range(60):
        same, turned = ["circle", "square"], ["square", "circle"]
        for number, question in enumerate(("first", "second")):
            options = turned if number and quad < 33 else same
            rows += [(f"{question} {quad}?", f"{quad}-{image}", options, same[number ^ image]) for image in (0, 1)]
    return item_table(rows)


def test_the_planted_table_is_open_to_letters_and_what_is_kept_of_it_is_not() -> None:
    table = planted()
    assert best_replies(table, "image_key", ["circle", "square"]) == 120
    assert best_replies(table, "image_key", LETTERS) == 186  # 77.5 % of 240
    found = kept(table, select(table, Balance(within=[])).kept)
    assert len(found) == 4 * 27
    assert 2 * best_replies(found, "image_key", [*LETTERS, "circle", "The answer is (B) square."]) == len(found)
    assert certify(found, 0.5, [], "")["verdict"] == "bounded"


def test_the_planted_table_as_it_is_is_not_certified() -> None:
    said = certify(planted(), 0.5, [], "")
    assert said["verdict"] == "not bounded"
    assert said["reasons"] == ["the image ceiling on all is 186 of 240, above 50%"]


def test_tri_bench_is_bounded_by_one_half_also_by_letters(tmp_path: Path) -> None:
    folder = os.environ.get("TWOKEYS_CORPORA", "")
    if not folder or not (Path(folder) / "tribench").is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder with 'tribench'")
    recipe = load("tri-bench")
    sources = [find(corpus, Path(folder)) for corpus in recipe.corpora]
    table = read(Run(tmp_path), recipe, sources).items
    assert len(table) == 200
    found = kept(table, select(table, recipe.balance).kept)
    assert len(found)
    assert best_replies(found, "image_key", LETTERS) * 2 <= len(found)
