"""The stage `pair`, between filter and balance: what a balanced set lacks is mined and constructed.

generators (in shards) -> examined edits -> items beside the annotated ones -> measured blind like every other item
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast

import pandas as pd
import pyarrow as pa

from twokeys.builder.measure.baselines import VIEWS, chosen
from twokeys.builder.measure.blindness import marked
from twokeys.builder.measure.stage import CrossFit, measure
from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.artefacts.refusal import without_refused_kinds
from twokeys.builder.pair.choose import SPARE, Chosen, choose
from twokeys.builder.pair.edit import FileReader, Generator
from twokeys.builder.pair.generate import EDITS, Edits, Limits, Making, fitting, generate, warn_of_several
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.judges.judges import Judges, judged
from twokeys.builder.pair.lexicon import learn
from twokeys.builder.pair.merge import CARRIED, STORE, as_items, refuse, store
from twokeys.builder.pair.minimality import Nearness
from twokeys.builder.pair.paraphrase import merged, one_wording
from twokeys.builder.pair.pool import Pool, pool_of
from twokeys.builder.pair.retrieve import Candidates, retrieve
from twokeys.builder.pair.work import Work, together
from twokeys.builder.read.item_images import image_looks
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.read.pool import PoolImages, read_pool
from twokeys.builder.read.source import Source
from twokeys.builder.recipe import GeneratorUse, Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.answers.normal import normalise
from twokeys.core.columns import EDIT_COLUMNS
from twokeys.core.folds import fold_of
from twokeys.core.measured import PAIRED, Measured
from twokeys.data_cards.manifest import Precision

POOL = "pool"
"""What a generator states in `needs` if it looks for partners in the pool."""
WORDED = ("question", "question_key", "question_asked", "answer_source")
"""What another wording changes of an item."""


@dataclass(frozen=True)
class Paired:
    """The items that go on to balance, and what pairing did.

    Attributes:
        known: The survey with these items and all images, constructed ones included.
        refused: Edits that were refused and items that were merged: rows with `reason`, no longer among the items.
        retrieved: What each generator that retrieves was asked and told.
        spare: Sound candidates for retrieved partners that balance does not need (`twokeys.builder.pair.choose`).
        precision: How often models are right about what they verify.
    """

    known: Survey
    refused: pd.DataFrame
    retrieved: list[Candidates] = field(default_factory=list)
    spare: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=SPARE))
    precision: list[Precision] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Rewording(Result):
    """Items that get another wording, and items that go because of it.

    Attributes:
        table: `id`, the columns `WORDED`, and the `reason` of those that go.
    """

    table: pd.DataFrame

    SCHEMAS: ClassVar = {"table": pa.schema([(name, pa.string()) for name in ("id", *WORDED, "reason")])}


@dataclass(frozen=True, eq=False)
class Merged(Result):
    """What became of edits.

    Attributes:
        added: Sound ones, as items.
        refused: The others, as items, with the reason.
        pictures: Images of the sound ones; their bytes are in the result's folder.
        precision: How often models are right about what they verify.
    """

    added: pd.DataFrame
    refused: pd.DataFrame
    pictures: pd.DataFrame
    precision: list[Precision]


def pool_images(run: Run, recipe: Recipe, corpora: Path | None) -> PoolImages | None:
    """Read the images of a recipe's pools; None if it names none, or no generator that looks in them.

    Arguments and errors are those of `read_pool`; an unknown generator is an error too.
    """
    needs = [registry.generator_class(use.generator).needs for use in recipe.pair.generators]
    wanted = recipe.pool and any(POOL in of for of in needs)
    return read_pool(run, recipe, corpora) if wanted else None


def pair(run: Run, recipe: Recipe, known: Survey, left: KeyedTable) -> Paired:
    """Mine and construct partners, and measure all that is then there.

    Args:
        run: The build under way.
        recipe: Names what is mined, the generators and their limits.
        known: The survey of all items that were read.
        left: Those that no rule dropped, sorted by id.

    Raises:
        BadInput: When a generator or its parameters are unknown, or a licence allows no edits.
    """
    if not recipe.pair.adds:
        return Paired(replace(known, items=left.frame, key=left.key), pd.DataFrame(columns=["id", "reason"]))
    done = work(run, recipe, known, left)
    every = done.items
    represent = replace(known.represent, items=every, pictures=done.pictures, key=done.key)
    folds = fold_of(every["group"], recipe.measure.folds, recipe.seed)
    baselines = chosen(recipe.measure.baselines)
    how = CrossFit(dict.fromkeys(VIEWS, folds), baselines, recipe.measure, represent.reads(baselines))
    measured = measure.named("measure-paired")(run, KeyedTable(every, done.key), how, recipe.seed)
    every = every.merge(marked(measured.table, PAIRED), on="id", validate="one_to_one")
    known = replace(known, items=every, pictures=done.pictures, represent=represent, key=measured.key)
    return Paired(known, done.refused, done.retrieved, done.spare, done.precision)


def work(run: Run, recipe: Recipe, known: Survey, left: KeyedTable) -> Work:
    """Mine and construct partners; arguments and errors as `pair`."""
    reworded = reword(run, left, recipe.pair.mined)
    items = KeyedTable(_worded(left.frame, reworded.table), reworded.key)
    plain = KeyedTable(in_plain_words(items.frame), reworded.key)
    generators = [made(recipe, plain.frame, number, known.sources) for number in range(len(recipe.pair.generators))]
    pool = pool_of(known) if any(POOL in generator.needs for generator in generators) else None
    edits = [
        _edits(run, recipe, known, plain, use, generator, pool)
        for use, generator in zip(recipe.pair.generators, generators, strict=True)
    ]
    nearness = Nearness(known.represent, recipe.pair.minimal.similarity)
    outcome = merge_edits(run, known, items, edits, Judges.of(recipe), nearness, pool)
    chosen = Chosen(outcome.added, pd.DataFrame(columns=SPARE), key=outcome.key)
    if pool is not None:
        chosen = choose(run, items, KeyedTable(outcome.added, outcome.key), recipe.balance)
    added = chosen.added
    pictures = known.pictures.plus(outcome.pictures, STORE, outcome.folder)
    paired = Work(
        reworded=items.frame,
        items=together(items.frame, added.reindex(columns=items.frame.columns) if len(added) else added),
        refused=pd.concat([items_merged(reworded.table, known.items), outcome.refused], ignore_index=True),
        pictures=pictures if pool is None else pictures.and_others(pool.pictures.part(_from(pool, added))),
        retrieved=[each for each in edits if isinstance(each, Candidates)],
        spare=chosen.spare,
        precision=outcome.precision,
        key=chosen.key,
    )
    if not recipe.pair.artefacts or not paired.items["edit_of"].notna().any():
        return paired
    return without_refused_kinds(run, recipe, paired, known.represent.image, known.represent.text)


def _from(pool: Pool, items: pd.DataFrame) -> set[str]:
    """Images of items that a pool holds."""
    return {str(key) for key in items["image_key"] if key in pool.places} if len(items) else set()


# ------------------------------------------------------------------------------------------------- mined wording


@stage("reword", version=3)
def reword(space: Workspace, left: KeyedTable, mined: Sequence[str]) -> Rewording:
    """Say which items get another wording, and which go because of it."""
    items = left.frame
    found = one_wording(items) if "paraphrases" in mined else items.assign(question_asked=None)
    reasons = merged(found)
    changed = found[found["question_asked"].notna() | found["id"].isin(reasons.index)]
    return Rewording(changed[["id", *WORDED]].assign(reason=changed["id"].map(reasons)))


def _worded(left: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Give items the new wording; leave out those that go."""
    items = left.copy()
    for name in EDIT_COLUMNS:
        items[name] = None
    at = pd.Index(items["id"]).get_indexer(pd.Index(table["id"]))
    for name in WORDED:
        column = items[name].to_numpy(dtype=object).copy()
        column[at] = table[name].to_numpy(dtype=object)
        items[name] = column
    gone = set(table["id"][table["reason"].notna()])
    return items[~items["id"].isin(gone)].reset_index(drop=True)


def items_merged(table: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Rows, as they were read, of the items that went because of a wording, with the reason."""
    gone = table.loc[table["reason"].notna(), ["id", "reason"]]
    return items.merge(gone, on="id", validate="one_to_one")


# ---------------------------------------------------------------------------------------------------- generators


def in_plain_words(items: pd.DataFrame) -> pd.DataFrame:
    """Items as generators and judges read them: answers without options in normal form, `Yes` as `yes`."""
    answers = [
        answer if len(choices) else normalise(answer)
        for answer, choices in zip(items["answer"], items["choices"], strict=True)
    ]
    return items.assign(answer=answers)


def made(recipe: Recipe, items: pd.DataFrame, number: int, sources: Sequence[Source]) -> Generator:
    """Make a generator of the recipe, with the lexicon, the limits and the files beside the corpora that it needs."""
    generator = located(recipe, number, sources)
    if "lexicon" in generator.needs and not any(
        each.name == "lexicon" and getattr(generator, each.name)
        for each in fields(generator)  # type: ignore[arg-type]
    ):
        lexicon = learn(items, recipe.pair.lexicon_support, recipe.pair.lexicon_confidence)
        generator = replace(generator, lexicon=lexicon)  # type: ignore[type-var]
    return generator


def located(recipe: Recipe, number: int, sources: Sequence[Source]) -> Generator:
    """Make a generator of the recipe with the limits and the files that it needs, before any item is read."""
    use = recipe.pair.generators[number]
    generator = registry.make(use.generator, use.with_)
    if "images" in generator.needs:
        generator = replace(generator, images=recipe.images)  # type: ignore[type-var]
    if "files" in generator.needs:
        generator = cast("FileReader", generator).located(partial(_beside, sources))
    return generator


def _beside(sources: Sequence[Source], name: str) -> Path:
    """A file that a recipe names relative to the corpora folder."""
    known = [source for source in sources if source.corpus.path is not None]
    if not known or Path(name).is_absolute():
        return Path(name)
    return known[0].root / os.path.relpath(name, str(known[0].corpus.path))


def _edits(
    run: Run,
    recipe: Recipe,
    known: Survey,
    items: KeyedTable,
    use: GeneratorUse,
    generator: Generator,
    pool: Pool | None,
) -> Edits:
    if pool is None or POOL not in generator.needs:
        return generate(run, recipe, use, generator, items, known.pictures)
    warn_of_several(recipe, use.generator, generator, items.frame)
    part = fitting(recipe, generator, items)
    return retrieve.named(f"retrieve-{use.generator}")(run, Making(generator), Limits.of(recipe, use), part, pool)


@stage("pair", version=5)
def merge_edits(
    space: Workspace,
    known: Survey,
    table: KeyedTable,
    made: Sequence[Edits],
    judges: Judges,
    nearness: Nearness,
    pool: Pool | None,
) -> Merged:
    """Turn sound edits into items, and list the others.

    Args:
        space: Where the work is done; images of edits are stored in its folder.
        known: The survey of all items that were read.
        table: The items that edits were made from.
        made: The edits of each generator.
        judges: The models that have a say.
        nearness: How near an edit must be to its original.
        pool: Images of retrieved partners; None if no generator retrieves any.
    """
    items = table.frame
    there = known.pictures if pool is None else known.pictures.and_others(pool.pictures)
    parts = [pa.Table.from_pylist([], schema=EDITS)]
    for of_generator in made:
        parts += of_generator.tables()
    edits = pa.concat_tables(parts).to_pandas().drop_duplicates("id", ignore_index=True)
    edits = edits.astype(object).where(edits.notna(), None)
    edits, precision = judged(space.run, judges, in_plain_words(items), edits, there)
    places, fresh = _shown(edits, there, pool, space.folder)
    rows = as_items(pd.concat([edits.drop(columns="picture"), places], axis=1), items, known.items)
    pictures = pd.DataFrame(fresh.values(), columns=known.pictures.table.columns)
    if len(rows):
        every = there.plus(pictures, STORE, space.folder)
        # Contrast and colour are what rules and card know of a picture, and they are those of the new one.
        for name, looks in image_looks(rows, every).items():
            rows[name] = looks
        rows["reason"] = refuse(rows, known.items)
        rows["reason"] = rows["reason"].fillna(nearness.dissimilar(items, rows, every))
    else:
        rows = pd.DataFrame(columns=[*items.columns, "view", "generator", "reason"])
    sound = rows["reason"].isna()
    added = _slim(rows[sound]).astype({"image_width": "int32", "image_height": "int32"})
    used = pictures[pictures["image_key"].isin(set(added["image_key"]))].sort_values("image_key")
    return Merged(added, _slim(rows[~sound]), used, precision)


def _shown(
    edits: pd.DataFrame, there: Pictures, pool: Pool | None, folder: Path
) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """What each edit shows, and the images that edits made, by key: their bytes are stored."""
    fresh: dict[str, dict[str, Any]] = {}
    shown: list[dict[str, Any]] = []
    of_pool = {} if pool is None else pool.described(set(edits["image"].dropna()))
    for edit in edits[["view", "picture", "image", "problem"]].to_dict("records"):
        if edit["image"] is not None:
            shown.append(of_pool[edit["image"]])
        elif edit["view"] == "question" or edit["problem"] is not None:
            shown.append({})
        else:
            row = store(edit["picture"], folder, there.limits)
            if row["image_key"] not in there:
                row = fresh.setdefault(row["image_key"], row)
            shown.append({"image_key": row["image_key"], "image_width": row["width"], "image_height": row["height"]})
    columns = ["image_key", "image_width", "image_height", *CARRIED]
    return pd.DataFrame(shown, columns=columns, index=edits.index, dtype=object), fresh


def _slim(rows: pd.DataFrame) -> pd.DataFrame:
    """Without what baselines measured, which are of the annotated item and not of its edit."""
    return rows[[name for name in rows if Measured.of(name) is None]]
