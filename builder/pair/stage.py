"""The stage `pair`, between filter and balance: partners that a balanced set lacks are mined and constructed.

Generators make edits and candidates; unsound ones are refused; balance chooses among the candidates; kinds that a
classifier recognises are refused; the partners become items, and blind baselines measure them like every other item.
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
    """The items that go on to balance, and the results of pairing.

    Attributes:
        survey: The survey with these items and all images, including constructed images.
        refused: Refused edits and merged items: rows with `reason`, no longer among the items.
        retrieved: As in `Work`.
        spare: As in `Work`.
        precision: As in `Work`.
        unlike_pools: As in `Work`.
    """

    survey: Survey
    refused: pd.DataFrame
    retrieved: list[Retrieval] = field(default_factory=list)
    spare: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=SPARE))
    precision: list[Precision] = field(default_factory=list)
    unlike_pools: list[str] = field(default_factory=list)


def pool_images(run: Run, recipe: Recipe, corpora: Path | None) -> PoolImages | None:
    """Read the images of a recipe's pools; None if it names no pool, or no generator that searches pools.

    Arguments and errors are those of `read_pool`; an unknown generator is an error, too.
    """
    needs = [registry.generator_class(use.generator).needs for use in recipe.pair.generators]
    wanted = recipe.pool and any(POOL in of for of in needs)
    return read_pool(run, recipe, corpora) if wanted else None


def pair(run: Run, recipe: Recipe, survey: Survey, items: KeyedTable) -> Paired:
    """Mine and construct partners, and measure all items.

    Args:
        run: The build under way.
        recipe: Names the mined paraphrases, the generators and their limits.
        survey: The survey of all items that were read.
        items: The items that no rule dropped, sorted by id.

    Raises:
        BadInput: When a generator or its parameters are unknown, or a licence allows no edits.
    """
    if not recipe.pair.adds:
        return Paired(replace(survey, items=items.frame, key=items.key), pd.DataFrame(columns=["id", "reason"]))
    done = work(run, recipe, survey, items)
    every = done.items
    represent = replace(survey.represent, items=every, pictures=done.pictures, key=done.key)
    folds = fold_of(every["group"], recipe.measure.folds, recipe.seed)
    baselines = chosen(recipe.measure.baselines)
    how = CrossFit(dict.fromkeys(VIEWS, folds), baselines, recipe.measure, represent.reads(baselines))
    measured = measure.named("measure-paired")(run, KeyedTable(every, done.key), how, recipe.seed)
    every = every.merge(marked(measured.table, PAIRED), on="id", validate="one_to_one")
    survey = replace(survey, items=every, pictures=done.pictures, represent=represent, key=measured.key)
    return Paired(survey, done.refused, done.retrieved, done.spare, done.precision, done.unlike_pools)


def work(run: Run, recipe: Recipe, survey: Survey, items: KeyedTable) -> Work:
    """Mine and construct partners; arguments and errors as `pair`."""
    reworded = reword(run, items, recipe.pair.mined)
    items = KeyedTable(worded(items.frame, reworded.table), reworded.key)
    beside, made_by = _generated(run, recipe, survey, items)
    nearness = Nearness(survey.represent, recipe.pair.minimal.similarity)
    sifted = sift(run, beside, made_by, Judges.of(recipe), nearness, recipe.text)
    merged = items_merged(reworded.table, survey.items)
    sifted = replace(sifted, refused=pd.concat([merged, sifted.refused], ignore_index=True))
    retrievers = {number: each for number, each in enumerate(made_by) if isinstance(each, Retrieved)}
    return _without_unlike_pools(run, recipe, beside, retrievers, sifted)


def _generated(run: Run, recipe: Recipe, survey: Survey, items: KeyedTable) -> tuple[Beside, list[Edits | Retrieved]]:
    """Run the recipe's generators; returns what their results are compared with, and the results in their order."""
    plain = KeyedTable(in_plain_words(items.frame), items.key)
    generators = [made(recipe, plain.frame, number, survey.sources) for number in range(len(recipe.pair.generators))]
    pool = pool_of(survey) if any(POOL in generator.needs for generator in generators) else None
    beside = Beside(survey, items, pool)
    uses = zip(recipe.pair.generators, generators, strict=True)
    return beside, [_made_by(run, recipe, use, generator, plain, beside) for use, generator in uses]


def _made_by(
    run: Run, recipe: Recipe, use: GeneratorUse, generator: Generator, items: KeyedTable, beside: Beside
) -> Edits | Retrieved:
    if beside.pool is None or POOL not in generator.needs:
        return generate(run, recipe, use, generator, items, beside.known.pictures)
    warn_of_several(recipe, use.generator, generator, items.frame)
    part, making = fitting(recipe, generator, items), Making(generator)
    retrieval = retrieve.named(f"retrieve-{use.generator}")(run, making, use.budget, part, beside.pool)
    return Retrieved(making, part, retrieval)


def _without_unlike_pools(
    run: Run, recipe: Recipe, beside: Beside, retrievers: Mapping[int, Retrieved], sifted: Sifted
) -> Work:
    """The result of pairing without pools and kinds that a classifier recognises, if this helps to answer."""
    plan, encoders = recipe.only("balance", "seed", "pair"), beside.known.represent
    names = [pool.name for pool in recipe.pool]
    unlike: list[str] = []
    refused = [sifted.refused]
    while True:
        done = _with_partners(run, recipe, beside, retrievers, sifted, unlike)
        done = replace(done, refused=pd.concat(refused, ignore_index=True))
        if not recipe.pair.artefacts or not done.items["edit_of"].notna().any():
            return done
        refusing = refuse_kinds(run, plan, done, names, encoders.image, encoders.text)
        if refusing.pool is None:
            return without_refused(done, refusing)
        message = f"the pool {refusing.pool!r} is left out: its images can be told from those of the corpora"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        unlike.append(refusing.pool)
        refused.append(images_refused(done, refusing.pool))


def _with_partners(
    run: Run,
    recipe: Recipe,
    beside: Beside,
    retrievers: Mapping[int, Retrieved],
    sifted: Sifted,
    out: Sequence[str],
) -> Work:
    """The items, their sound edits, and the retrieved partners that balance needs, without the pools in `out`."""
    items, pool = beside.items.frame, beside.pool
    pictures = beside.known.pictures.plus(sifted.pictures, STORE, sifted.folder)
    categories = recipe.balance.categories
    added, spare = with_categories(sifted.added, items, categories), pd.DataFrame(columns=SPARE)
    key = digest("in parts", sifted.key, *categories) if categories else sifted.key
    if pool is not None:
        sound = KeyedTable(without_pools(sifted.sound, pool, out), digest("sound", sifted.key, *out))
        chosen = choose(run, beside, retrievers, KeyedTable(added, key), sound, recipe.balance)
        partners = with_categories(chosen.partners, items, categories)
        added = pd.concat([added, partners], ignore_index=True) if len(partners) else added
        pictures = pictures.and_others(pool.pictures.part(_from(pool, added)))
        spare, key = chosen.spare, chosen.key
    return Work(
        reworded=items,
        items=together(items, added.reindex(columns=items.columns) if len(added) else added),
        refused=sifted.refused,
        pictures=pictures,
        retrieved=[each.found for each in retrievers.values()],
        spare=spare,
        precision=sifted.precision,
        unlike_pools=list(out),
        key=key,
    )


def _from(pool: Pool, items: pd.DataFrame) -> set[str]:
    """Images of items that a pool holds."""
    return {str(key) for key in items["image_key"] if key in pool.places} if len(items) else set()
