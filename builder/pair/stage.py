"""The stage `pair`, between filter and balance: what a balanced set lacks is mined and constructed.

generators (in shards, or in one pass over the pool) -> sound ones sifted -> the partners that balance needs -> items
beside the annotated ones, without kinds that give themselves away -> measured blind like every other item
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pandas as pd

from twokeys.builder.measure.baselines import VIEWS, chosen
from twokeys.builder.measure.blindness import marked
from twokeys.builder.measure.stage import CrossFit, measure
from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.artefacts.refusal import images_refused, refuse_kinds, without_refused
from twokeys.builder.pair.candidates import without_pools
from twokeys.builder.pair.choose import SPARE, choose
from twokeys.builder.pair.edit import Generator, Retrieval
from twokeys.builder.pair.equip import POOL, made
from twokeys.builder.pair.generate import Edits, Making, fitting, generate, warn_of_several
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.judges.judges import Judges
from twokeys.builder.pair.merge import STORE, with_categories
from twokeys.builder.pair.minimality import Nearness
from twokeys.builder.pair.pool import Pool, pool_of
from twokeys.builder.pair.retrieve import Retrieved, retrieve
from twokeys.builder.pair.rewording import in_plain_words, items_merged, reword, worded
from twokeys.builder.pair.sift import Beside, Sifted, sift
from twokeys.builder.pair.work import Work, together
from twokeys.builder.read.pool import PoolImages, read_pool
from twokeys.builder.recipe import GeneratorUse, Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.folds import fold_of
from twokeys.core.items import digest
from twokeys.core.measured import PAIRED
from twokeys.data_cards.pairing import Precision


@dataclass(frozen=True)
class Paired:
    """The items that go on to balance, and what pairing did.

    Attributes:
        known: The survey with these items and all images, constructed ones included.
        refused: Edits that were refused and items that were merged: rows with `reason`, no longer among the items.
        retrieved: What each generator that retrieves was asked and told.
        spare: Sound candidates for retrieved partners that balance does not need (`twokeys.builder.pair.choose`).
        precision: How often models are right about what they verify.
        told_pools: Pools that are left out, since their images can be told from those of the corpora.
    """

    known: Survey
    refused: pd.DataFrame
    retrieved: list[Retrieval] = field(default_factory=list)
    spare: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=SPARE))
    precision: list[Precision] = field(default_factory=list)
    told_pools: list[str] = field(default_factory=list)


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
    return Paired(known, done.refused, done.retrieved, done.spare, done.precision, done.told_pools)


def work(run: Run, recipe: Recipe, known: Survey, left: KeyedTable) -> Work:
    """Mine and construct partners; arguments and errors as `pair`."""
    reworded = reword(run, left, recipe.pair.mined)
    items = KeyedTable(worded(left.frame, reworded.table), reworded.key)
    plain = KeyedTable(in_plain_words(items.frame), reworded.key)
    generators = [made(recipe, plain.frame, number, known.sources) for number in range(len(recipe.pair.generators))]
    pool = pool_of(known) if any(POOL in generator.needs for generator in generators) else None
    edits = [
        _edits(run, recipe, known, plain, use, generator, pool)
        for use, generator in zip(recipe.pair.generators, generators, strict=True)
    ]
    beside = Beside(known, items, pool)
    sifted = sift(run, beside, edits, Judges.of(recipe), Nearness(known.represent, recipe.pair.minimal.similarity),
                  recipe.text)  # fmt: skip
    merged = items_merged(reworded.table, known.items)
    sifted = replace(sifted, refused=pd.concat([merged, sifted.refused], ignore_index=True))
    found = {number: each for number, each in enumerate(edits) if isinstance(each, Retrieved)}
    return _not_told(run, recipe, beside, found, sifted)


def _not_told(run: Run, recipe: Recipe, beside: Beside, found: Mapping[int, Retrieved], sifted: Sifted) -> Work:
    """What pairing made, without what can be told from the corpora if that helps to answer."""
    plan, encoders = recipe.only("balance", "seed", "pair"), beside.known.represent
    names = [pool.name for pool in recipe.pool]
    out: list[str] = []
    refused = [sifted.refused]
    while True:
        done = _with_partners(run, recipe, beside, found, sifted, out)
        done = replace(done, refused=pd.concat(refused, ignore_index=True))
        if not recipe.pair.artefacts or not done.items["edit_of"].notna().any():
            return done
        refusing = refuse_kinds(run, plan, done, names, encoders.image, encoders.text)
        if refusing.pool is None:
            return without_refused(done, refusing)
        message = f"the pool {refusing.pool!r} is left out: its images can be told from those of the corpora"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        out.append(refusing.pool)
        refused.append(images_refused(done, refusing.pool))


def _edits(
    run: Run,
    recipe: Recipe,
    known: Survey,
    items: KeyedTable,
    use: GeneratorUse,
    generator: Generator,
    pool: Pool | None,
) -> Edits | Retrieved:
    if pool is None or POOL not in generator.needs:
        return generate(run, recipe, use, generator, items, known.pictures)
    warn_of_several(recipe, use.generator, generator, items.frame)
    part, making = fitting(recipe, generator, items), Making(generator)
    found = retrieve.named(f"retrieve-{use.generator}")(run, making, use.budget, part, pool)
    return Retrieved(making, part, found)


def _with_partners(
    run: Run,
    recipe: Recipe,
    beside: Beside,
    found: Mapping[int, Retrieved],
    sifted: Sifted,
    out: Sequence[str],
) -> Work:
    """The items, sound edits of them, and the retrieved partners that balance needs; none of the pools `out`."""
    items, pool = beside.items.frame, beside.pool
    pictures = beside.known.pictures.plus(sifted.pictures, STORE, sifted.folder)
    categories = recipe.balance.categories
    added, spare = with_categories(sifted.added, items, categories), pd.DataFrame(columns=SPARE)
    key = digest("in parts", sifted.key, *categories) if categories else sifted.key
    if pool is not None:
        sound = KeyedTable(without_pools(sifted.sound, pool, out), digest("sound", sifted.key, *out))
        chosen = choose(run, beside, found, KeyedTable(added, key), sound, recipe.balance)
        partners = with_categories(chosen.partners, items, categories)
        added = pd.concat([added, partners], ignore_index=True) if len(partners) else added
        pictures = pictures.and_others(pool.pictures.part(_from(pool, added)))
        spare, key = chosen.spare, chosen.key
    return Work(
        reworded=items,
        items=together(items, added.reindex(columns=items.columns) if len(added) else added),
        refused=sifted.refused,
        pictures=pictures,
        retrieved=[each.found for each in found.values()],
        spare=spare,
        precision=sifted.precision,
        told_pools=list(out),
        key=key,
    )


def _from(pool: Pool, items: pd.DataFrame) -> set[str]:
    """Images of items that a pool holds."""
    return {str(key) for key in items["image_key"] if key in pool.places} if len(items) else set()
