"""The verb `recipe init`: a commented recipe for what lies at a path, and ten items as they would be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from twokeys.builder import recipe as recipes
from twokeys.builder.guess.draft import FILL_IN, drafted
from twokeys.builder.guess.place import place
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.corpora.shards import TABLES
from twokeys.builder.read.first_rows import first_rows
from twokeys.builder.read.golds import Asked
from twokeys.builder.read.packed import without_packing
from twokeys.builder.recipe import Recipe
from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput, clipped
from twokeys.core.items import Row

ITEMS = 10
_ROWS = 200
"""Rows that are tried for ten good ones."""


@dataclass(frozen=True)
class Started:
    """A recipe that was written.

    Attributes:
        recipe: Its file.
        sample: The file with ten items as they would be read.
        items: Number of these.
        to_do: Lines of the recipe that say what to fill in.
        problems: What is wrong with rows, or with the recipe as it stands.
    """

    recipe: Path
    sample: Path
    items: int
    to_do: list[str] = field(default_factory=list)
    problems: list[BadInput] = field(default_factory=list)


def init_recipe(path: str | Path, out: Path | None = None) -> Started:
    """Write a recipe for a file, a folder, or a dataset of the Hub that is in the local cache; nothing is downloaded.

    Args:
        path: The file or folder, or the dataset's name on the Hub.
        out: The recipe's file; `NAME.yaml` in the working directory when None. The sample lies beside it.

    Raises:
        BadInput: When nothing can be read there, or a file of that name is there already.
    """
    found = place(path)
    name = _slug(str(path) if found.repository else Path(path).resolve().name)
    recipe = Path(f"{name}.yaml") if out is None else Path(out)
    sample = recipe.with_name(f"{recipe.stem}.sample.txt")
    for file in (recipe, sample):
        if file.exists():
            raise BadInput(file, None, "there is such a file already", "", "name another one by --out, or remove it")
    text = (
        f"{_HEAD.format(schema=_schema(), path=path, sample=sample.name, recipe=recipe)}{drafted(name, found).text()}"
    )
    write_text(recipe, text)
    good: list[tuple[Row, Asked]] = []
    problems: list[BadInput] = []
    try:
        good, problems = _items(recipes.load(recipe))
    except BadInput as problem:
        problems = [problem]
    write_text(sample, _shown(good, problems))
    to_do = [line.strip() for line in text.splitlines() if f"{FILL_IN}:" in line]
    return Started(recipe, sample, len(good), to_do, problems)


_HEAD = """\
# yaml-language-server: $schema={schema}
# Guessed from {path}. Look at the items in {sample}, then:
#   twokeys recipe check {recipe}
#   twokeys diagnose {recipe}
# Lines with FILL IN say what could not be guessed. docs/recipe.md describes every field.
"""


def _schema() -> str:
    """Where the schema for editors lies on this machine."""
    return str(resources.files("twokeys.builder.recipes") / "recipe.schema.json")


def _slug(name: str) -> str:
    plain = without_packing(name)
    stem = next((plain.removesuffix(ending) for ending in TABLES if plain.endswith(ending)), plain)
    return re.sub(r"[^a-z0-9._-]+", "-", stem).strip("._-") or "corpus"


def _items(plan: Recipe) -> tuple[list[tuple[Row, Asked]], list[BadInput]]:
    """The first good rows of a recipe's first split, and the bad ones before them.

    Raises:
        BadInput: When the corpus cannot be read at all.
    """
    corpus = plan.corpora[0]
    form = reader(corpus.format)
    root = form.root(corpus, None)
    split = next(iter(corpus.splits or form.splits(corpus, root)))
    good: list[tuple[Row, Asked]] = []
    bad: list[BadInput] = []
    for found in first_rows(plan, corpus, root, split, _ROWS):
        if isinstance(found, BadInput):
            bad.append(found)
        else:
            good.append(found)
        if len(good) == ITEMS:
            break
    return good, bad


def _shown(good: list[tuple[Row, Asked]], problems: list[BadInput]) -> str:
    """Items and problems for people to read."""
    blocks = []
    for row, asked in good:
        lines = [f"id        {row.source_id}   (split {row.split}; {row.file}, row {row.row})"]
        lines += [f"image     {clipped(image, 120)}" for image in row.images]
        lines += [f"question  {asked.question}"]
        lines += [f"option    {option}" for option in asked.choices]
        lines += [f"answer    {asked.answer}"]
        if row.answers:
            lines.append(f"answers   {'; '.join(map(str, row.answers))}")
        blocks.append("\n".join(lines))
    told = "".join(f"bad row   {problem}\n" for problem in problems[:ITEMS])
    return "\n\n".join(blocks) + ("\n\n" if blocks and told else "") + told + ("" if told else "\n")
