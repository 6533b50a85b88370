"""The verb `recipe check`: whether a recipe can be built, told in seconds, with all that is wrong at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twokeys.builder import recipe as recipes
from twokeys.builder.certify.audited.families import families
from twokeys.builder.filter import Rules
from twokeys.builder.measure.baselines import chosen
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.languages import check_languages
from twokeys.builder.read.corpora.reader import corpora_folder
from twokeys.builder.read.first_rows import first_rows
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.read.source import find
from twokeys.builder.recipe import Corpus, Recipe
from twokeys.builder.recipe_errors import BadRecipe
from twokeys.core.errors import BadInput
from twokeys.core.items import Row
from twokeys.core.pictures.facts import describe
from twokeys.data_cards.licences import misspelt

ROWS = 1000
"""Rows of each split that are read."""
_IMAGES = 20
"""Images of each split that are decoded."""


@dataclass(frozen=True)
class SplitRead:
    """What became of the first rows of one split.

    Attributes:
        corpus: The corpus.
        split: Its official split.
        rows: Rows that were read.
        bad: Those that cannot be used.
        images: Images that were decoded.
    """

    corpus: str
    split: str
    rows: int
    bad: list[BadInput]
    images: int


@dataclass(frozen=True)
class RecipeCheck:
    """What a check of a recipe found.

    Attributes:
        name: The recipe.
        problems: What is wrong: a build or a diagnosis would stop.
        warnings: What a person should look at.
        splits: What was read.
    """

    name: str
    problems: list[BadInput] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    splits: list[SplitRead] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def json(self) -> dict[str, Any]:
        """The check as JSON values."""
        return {
            "name": self.name,
            "good": self.good,
            "problems": [str(problem) for problem in self.problems],
            "warnings": self.warnings,
            "splits": [
                {"corpus": one.corpus, "split": one.split, "rows": one.rows, "bad": [str(bad) for bad in one.bad]}
                for one in self.splits
            ],
        }


def check_recipe(recipe: str | Path | Recipe, corpora: Path | None = None) -> RecipeCheck:
    """Check a recipe: its fields, names, licences, files and columns, and the first rows of each split.

    Args:
        recipe: A YAML file, a recipe that ships, or a recipe object.
        corpora: Folder that corpus paths are relative to; the environment variable TWOKEYS_CORPORA when None.

    Raises:
        BadInput: When there is no such file, or it is no YAML.
    """
    try:
        plan = recipes.load(recipe)
    except BadRecipe as error:
        return RecipeCheck(str(recipe), error.problems)
    found = RecipeCheck(plan.name)
    for check in _named(plan):
        try:
            check()
        except BadInput as problem:
            found.problems.append(problem)
    found.warnings.extend(_doubts(plan))
    for source in (*plan.corpora, *plan.pool):
        if (wrong := misspelt(source.license)) is not None:
            found.problems.append(BadInput(plan.name, f"{source.name}.license", wrong[0], "", wrong[1]))
    for corpus in plan.corpora:
        try:
            for read in _read(plan, corpus, corpora_folder(corpora)):
                found.splits.append(read)
                if read.bad and plan.bad_rows == "stop":
                    found.problems.append(read.bad[0])
        except BadInput as problem:
            found.problems.append(problem)
    return found


def _named(plan: Recipe) -> Iterator[Callable[[], object]]:
    """Checks of everything that a recipe names: each raises what is wrong."""
    for use in plan.rules:
        yield lambda use=use: Rules([use])  # type: ignore[misc]
    yield lambda: chosen(plan.measure.baselines)
    if plan.audited is not None:
        yield lambda: families(plan.audited)  # type: ignore[arg-type]
    yield lambda: check_languages(plan, None)
    for generator in plan.pair.generators:
        yield lambda one=generator: check_languages(plan, registry.make(one.generator, one.with_))  # type: ignore[misc]


def _doubts(plan: Recipe) -> Iterator[str]:
    """What a person should look at before anything is published."""
    if not plan.language:
        yield "`language` is not stated: card and Croissant leave it out"
    for source in (*plan.corpora, *plan.pool):
        if source.license.lower() == "unknown":
            yield f"{source.name}: the licence is unknown, so nothing may be published"
        if (revision := source.revision.lower() or "unknown") in ("unknown", "unchecked"):
            yield f"{source.name}: the revision is {revision}, so nobody can get the same files"
        if not source.homepage and not source.citation:
            yield f"{source.name}: neither `homepage` nor `citation` names the source"


def _read(plan: Recipe, corpus: Corpus, corpora: Path | None) -> Iterator[SplitRead]:
    """Read the first rows of each split as a build would, and some of their images."""
    source = find(corpus, corpora, published=plan.publishable)
    for split in source.splits:
        rows, bad, seen = 0, [], set[str]()
        for found in first_rows(plan, corpus, source.root, split, ROWS):
            rows += 1
            if isinstance(found, BadInput):
                bad.append(found)
            elif corpus.images == "required" and len(seen) < _IMAGES:
                try:
                    seen.update(_decoded(found[0], source.root, plan))
                except BadInput as problem:
                    bad.append(problem)
        if not rows:
            raise BadInput(corpus.name, f"split {split}", "there are no rows", "", "check the files and the filters")
        if len(bad) == rows:
            raise BadInput(bad[0].file, bad[0].row, f"no row of the split {split!r} can be used; {bad[0].problem}",
                           bad[0].allowed, bad[0].remedy)  # fmt: skip
        yield SplitRead(corpus.name, split, rows, bad, len(seen))


def _decoded(row: Row, root: Path, plan: Recipe) -> Iterator[str]:
    """The locators of a row's images, each once it was decoded."""
    for locator in row.images:
        describe(read_bytes(locator, root), locator.partition(":")[2], plan.images)
        yield locator
