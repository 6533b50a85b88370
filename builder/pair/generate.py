"""How generators run: in a stage for each generator, over shards of items; each shard examines its edits."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.pair.edit import Edit, Generator, Loader, Student, root_of
from twokeys.builder.pair.examine import Side, examine
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import GeneratorUse, Minimal, Recipe, Text
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.room import needs_of, threads_for
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.item_images import images_of, several
from twokeys.core.items import SCHEMA, TextRule, canonical_json
from twokeys.core.pictures.limits import Images

ITEMS_PER_SHARD = 256
IMAGES_CHANGE = {"pictures", "pool"}
"""Needs of generators whose edits show another image."""
_BOXES = pa.list_(pa.list_(pa.int32()))
EDITS = pa.schema(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("generator", pa.string()),
        ("edit_of", pa.string()),  # item or earlier edit
        ("root", pa.string()),  # the annotated item at the start
        ("view", pa.string()),
        ("question", pa.string()),
        ("choices", pa.list_(pa.string())),  # null where the original's stay
        ("answer", pa.string()),
        ("answer_source", pa.string()),
        ("note", pa.string()),
        ("words", _BOXES),
        ("boxes", _BOXES),
        ("meta", pa.string()),
        ("scores", pa.string()),
        ("picture", pa.binary()),
        ("image", pa.string()),  # key of an image of the pool, of a retrieved partner
        ("problem", pa.string()),  # why it is refused; null where it is sound
    ]
)
"""Edits as the stages of generators write them."""


@dataclass(frozen=True)
class Shard:
    """Some items and their images.

    Attributes:
        items: Part of the item table.
        pictures: The images of these items, and perhaps further images.
    """

    items: pd.DataFrame
    pictures: Pictures

    def shards(self, size: int) -> list[Shard]:
        """The items in order, cut into parts of at most `size`, each with its images alone."""
        parts = [self.items.iloc[start : start + size] for start in range(0, len(self.items), size)]
        return [Shard(part, self.pictures.part(images_of(part).explode())) for part in parts]


@dataclass(frozen=True, eq=False)
class Edits(Parts):
    """The edits of a generator: parts are tables of `EDITS`.

    Attributes:
        declined: Images that the generator did not edit: locator -> reason.
    """

    declined: dict[str, str]

    def tables(self) -> list[pa.Table]:
        """The edits, shard by shard."""
        return [pq.read_table(part) for part in self.parts]


@dataclass(frozen=True)
class Making:
    """A generator with its parameters, its lexicon and its files."""

    generator: Generator

    @property
    def key(self) -> str:
        """Name, version and all fields."""
        return f"{self.generator.name}:{self.generator.version}:{self.generator!r}"


@dataclass(frozen=True)
class Limits:
    """The limits of every edit.

    Attributes:
        budget: Largest number of edits of an item; None: any number.
        minimal: How much an edit may change.
        text: Canonical form of text.
        images: Limits before decoding.
    """

    budget: int | None
    minimal: Minimal
    text: Text
    images: Images

    @classmethod
    def of(cls, recipe: Recipe, use: GeneratorUse) -> Limits:
        """The limits that a recipe states for one of its generators."""
        return cls(use.budget, recipe.pair.minimal, recipe.text, recipe.images)


def generate(
    run: Run, recipe: Recipe, use: GeneratorUse, generator: Generator, items: KeyedTable, pictures: Pictures
) -> Edits:
    """Run a generator over the items that it can edit.

    Args:
        run: The build under way.
        recipe: Seed, limits and canonical form of text.
        use: The generator as the recipe names it.
        generator: The generator.
        items: Items to edit, sorted by id.
        pictures: Their images.
    """
    warn_of_several(recipe, use.generator, generator, items.frame)
    part = fitting(recipe, generator, items)
    limits = Limits.of(recipe, use)
    made = make_edits.named(f"edits-{use.generator}")(run, Making(generator), limits, recipe.seed, part, pictures)
    warn_of_declined(use.generator, made.declined)
    return made


def fitting(recipe: Recipe, generator: Generator, items: KeyedTable) -> KeyedTable:
    """The items that a generator can edit: by format, and only with a single image if it changes or chooses images."""
    every = items.frame
    fits = _of_formats(recipe, generator, every)
    if IMAGES_CHANGE & set(generator.needs):
        fits &= ~several(every)
    return KeyedTable(every.loc[fits, SCHEMA.names].reset_index(drop=True), items.key)


def _of_formats(recipe: Recipe, generator: Generator, items: pd.DataFrame) -> pd.Series[bool]:
    formats = {corpus.name: corpus.format for corpus in recipe.corpora}
    return items["source"].map(formats).isin(generator.formats) if generator.formats else items["source"].notna()


def warn_of_several(recipe: Recipe, name: str, generator: Generator, items: pd.DataFrame) -> None:
    """Warn of the items with several images that a generator skips, since it changes or chooses images."""
    count = int((_of_formats(recipe, generator, items) & several(items)).sum())
    if count and IMAGES_CHANGE & set(generator.needs):
        skipped = "1 item" if count == 1 else f"{count:,} items"
        message = f"{name} leaves {skipped} of several images alone: it makes partners of items of one image"
        warnings.warn(message, RuntimeWarning, stacklevel=3)


@stage("edits", version=3)
def make_edits(
    space: Workspace, making: Making, limits: Limits, seed: int, items: KeyedTable, pictures: Pictures
) -> Edits:
    """Make edits and examine each.

    Args:
        space: Workspace of the stage.
        making: The generator.
        limits: The limits of every edit.
        seed: The recipe's seed.
        items: Items to edit, sorted by id.
        pictures: Their images.
    """
    generator, every = making.generator, Shard(items.frame, pictures)
    weights = cast("Loader", generator).weights if "models" in generator.needs else 0
    needs = needs_of(weights)
    if "study" in generator.needs and len(every.items):
        with _threads(needs):
            generator = cast("Student", generator).study(every.items, every.pictures.read)
    space.parts(partial(_edit_shard, generator, limits, seed, needs), every.shards(ITEMS_PER_SHARD), needs)
    return Edits(declined_images(generator, every.pictures))


def _threads(needs: Needs) -> AbstractContextManager[None]:
    """As `threads_for`; if no model runs, torch is not loaded and its number of threads stays."""
    return threads_for(needs) if needs.gpus else nullcontext()


def declined_images(generator: Generator, pictures: Pictures) -> dict[str, str]:
    """Images that a generator does not edit: locator -> reason."""
    declined = getattr(generator, "declined", {})
    return dict(sorted((pictures.locator(key), reason) for key, reason in declined.items()))


def warn_of_declined(generator: str, declined: dict[str, str]) -> None:
    """Warn of the images that a generator does not edit, with their number and the first; see `Edits.declined`."""
    if declined:
        place, reason = next(iter(declined.items()))
        count = "1 picture" if len(declined) == 1 else f"{len(declined):,} pictures"
        message = f"{generator} leaves {count} alone; the first is {place}: {reason}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def _edit_shard(generator: Generator, limits: Limits, seed: int, needs: Needs, shard: Shard, path: Path) -> None:
    with _threads(needs):
        _write_edits(generator, limits, seed, shard, path)


def _write_edits(generator: Generator, limits: Limits, seed: int, shard: Shard, path: Path) -> None:
    text = TextRule(limits.text.unicode, limits.text.lowercase)
    sides = {
        str(row["id"]): (
            row["image_key"],
            Side(row["question"], tuple(row["choices"]), row["answer"], row["answer_type"]),
        )
        for row in shard.items.to_dict("records")
    }
    records = []
    for edit in within(generator.edits(shard.items, shard.pictures.read, seed), limits.budget):
        key, side = sides[edit.of]
        if edit.picture is not None and side.picture is None:
            side = _with(side, picture=shard.pictures.read(key))
        problem = examine(edit, side, text, limits.minimal, limits.images)
        records.append(record(edit, generator.name, problem))
        choices = side.choices if edit.choices is None else edit.choices
        sides[edit.id] = (
            key,
            Side(edit.question or side.question, choices, edit.answer, side.answer_type, edit.picture or side.picture),
        )
    write_table(path, pa.Table.from_pylist(records, schema=EDITS))


def _with(side: Side, picture: bytes) -> Side:
    return Side(side.question, side.choices, side.answer, side.answer_type, picture)


def within(edits: Iterator[Edit], budget: int | None) -> Iterator[Edit]:
    """Pass on the first `budget` edits of each item, and no edit twice.

    An edit of an edit counts against the budget of the annotated item; it is dropped if its base was dropped.
    """
    counts: dict[str, int] = {}
    passed: set[str] = set()
    for edit in edits:
        root = root_of(edit.of)
        if edit.id in passed or (edit.of != root and edit.of not in passed):
            continue
        counts[root] = counts.get(root, 0) + 1
        if budget is None or counts[root] <= budget:
            passed.add(edit.id)
            yield edit


def record(edit: Edit, generator: str, problem: str | None) -> dict[str, Any]:
    """An edit as a row of `EDITS`."""
    return {
        "id": edit.id,
        "kind": edit.kind,
        "generator": generator,
        "edit_of": edit.of,
        "root": root_of(edit.of),
        "view": edit.view,
        "question": edit.question,
        "choices": None if edit.choices is None else list(edit.choices),
        "answer": edit.answer,
        "answer_source": edit.answer_source,
        "note": edit.note,
        "words": [list(span) for span in edit.words],
        "boxes": [list(box) for box in edit.boxes],
        "meta": edit.meta,
        "scores": canonical_json(dict(edit.scores)) if edit.scores else None,
        "picture": edit.picture,
        "image": edit.image,
        "problem": problem,
    }
