"""What docs/pairs.md says of retrieved partners: its recipe is one, its tables name every field and every judge."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import yaml

from twokeys.builder.pair.generators.registry import make
from twokeys.builder.pair.generators.retrieved.judges.registry import READERS
from twokeys.builder.pair.generators.retrieved.settings import By, Settings
from twokeys.builder.recipe import Recipe

PAGE = (Path(__file__).parents[5] / "docs/pairs.md").read_text(encoding="utf-8")
PART = PAGE.partition("## Retrieved partners\n")[2].partition("\n## ")[0]


def table(head: str) -> dict[str, list[str]]:
    """Rows of the table whose head begins so, by their first cell; `a`, `b` in it are two rows."""
    rows = re.search(rf"^\| {head} \|.*\n\|[-| :]+\|\n((?:\|.*\n)+)", PART, re.MULTILINE)
    assert rows is not None
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in rows[1].splitlines()]
    return {name: rest for first, *rest in cells for name in re.findall("`(.+?)`", first)}


def test_the_recipe_is_one_and_its_generator_is_made() -> None:
    text = next(text for text in re.findall(r"```yaml\n(.*?)```", PART, re.DOTALL) if text.startswith("name:"))
    plan = Recipe.model_validate(yaml.safe_load(text))
    (use,) = plan.pair.generators
    assert plan.pool
    assert isinstance(make(use.generator, use.with_), Settings)


def test_every_field_is_named_with_its_default() -> None:
    said = {name: row[0] for name, row in table("field").items()}
    shown = {None: "no limit", (): "none"}
    expected = {
        each.name: "-" if each.name == "judge" else shown.get(each.default, str(each.default))
        for each in fields(Settings)
        if each.name not in ("paths", "hashes", "within")
    }
    assert said == expected


def test_every_judge_is_named_with_what_absence_means() -> None:
    said = table("judge")
    assert set(said) == set(get_args(By)) == {*READERS, "models"}
    assert {name for name, row in said.items() if "`verified`" in row} == {"models"}
    assert all(row[-1] for row in said.values())
