"""The stage `pair`, between filter and balance: what a balanced set lacks is mined and constructed.

generators (in shards) -> examined edits -> items beside the annotated ones -> measured blind like every other item
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from twokeys.builder.measure.baselines import VIEWS, chosen
from twokeys.builder.measure.blindness import marked
from twokeys.builder.measure.stage import MEASUREMENTS, measure
from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.artefacts.refusal import without_refused_kinds
from twokeys.builder.pair.edit import FileReader, Generator
from twokeys.builder.pair.generate import EDITS, generate
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.judges.judges import judged, judges
from twokeys.builder.pair.lexicon import learn
from twokeys.builder.pair.merge import STORE, as_items, refuse, store
from twokeys.builder.pair.minimality import dissimilar
from twokeys.builder.pair.paraphrase import merged, one_wording
from twokeys.builder.pair.work import Work, together
from twokeys.builder.read.stage import Source
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.answers.normal import normalise
from twokeys.core.columns import EDIT_COLUMNS
from twokeys.core.folds import fold_of
from twokeys.core.items import canonical_json
from twokeys.core.measured import PAIRED, Measured
from twokeys.core.pictures.facts import LOOKS

ADDED, REFUSED, PICTURES, REWORDED = "added.parquet", "refused.parquet", "pictures.parquet", "reworded.parquet"
WORDED = ("question", "question_key", "question_asked", "answer_source")
"""What another wording changes of an item."""


@dataclass(frozen=True)
class Paired:
    """The items that go on to balance, and what pairing did.

    Attributes:
        known: The survey with these items and all pictures, constructed ones included.
        refused: Edits that were refused and items that were merged: rows with `reason`, no longer among the items.
        key: Hash of everything that the items depend on.
    """

    known: Survey
    refused: pd.DataFrame
    key: str


def pair(run: Run, recipe: Recipe, known: Survey, left: pd.DataFrame, key: str) -> Paired:
    """Mine and construct partners, and measure all that is then there.

    Args:
        run: The build under way.
        recipe: Names what is mined, the generators and their limits.
        known: The survey of all items that were read.
        left: Those that no rule dropped, sorted by id.
        key: Hash of everything that `left` depends on.

    Raises:
        BadInput: When a generator or its parameters are unknown, or a licence allows no edits.
    """
    if not recipe.pair.adds:
        return Paired(replace(known, items=left), pd.DataFrame(columns=["id", "reason"]), key)
    done = work(run, recipe, known, left, key)
    every = done.items
    represent = replace(known.represent, items=every, pictures=done.pictures)
    folds = fold_of(every["group"], recipe.measure.folds, recipe.seed)
    measured = measure(
        run, "measure-paired", every, dict.fromkeys(VIEWS, folds), chosen(recipe.measure.baselines), recipe.measure,
        recipe.seed, represent, done.key, known.key,
    )  # fmt: skip
    every = every.merge(marked(measured.table(MEASUREMENTS).to_pandas(), PAIRED), on="id", validate="one_to_one")
    return Paired(
        replace(known, items=every, pictures=done.pictures, represent=represent, key=measured.key),
        done.refused,
        measured.key,
    )


def work(run: Run, recipe: Recipe, known: Survey, left: pd.DataFrame, key: str) -> Work:
    """Mine and construct partners; arguments and errors as `pair`."""
    rewording = run.stage("reword", partial(_reword, recipe, left), 2, key, recipe.pair.mined)
    table = rewording.table(REWORDED).to_pandas()
    items = _worded(left, table)
    plain = in_plain_words(items)
    edits = [_edits(run, recipe, known, plain, number, rewording.key) for number in range(len(recipe.pair.generators))]
    merge = partial(_merge, run, recipe, known, items, plain, edits)
    merging = run.stage("pair", merge, 2, key, rewording.key, [stage.key for stage in edits], judges(recipe))
    added, refused = (merging.table(name).to_pandas() for name in (ADDED, REFUSED))
    made = Work(
        reworded=items,
        items=together(items, added.reindex(columns=items.columns) if len(added) else added),
        refused=pd.concat([items_merged(table, known.items), refused], ignore_index=True),
        pictures=known.pictures.plus(merging.table(PICTURES).to_pandas(), STORE, merging.folder),
        key=merging.key,
    )
    return without_refused_kinds(run, recipe, made)


# ------------------------------------------------------------------------------------------------- mined wording


def _reword(recipe: Recipe, left: pd.DataFrame, stage: Stage) -> dict[str, int]:
    """Write which items get another wording, and which go because of it."""
    found = one_wording(left) if "paraphrases" in recipe.pair.mined else left.assign(question_asked=None)
    reasons = merged(found)
    changed = found[found["question_asked"].notna() | found["id"].isin(reasons.index)]
    table = changed[["id", *WORDED]].assign(reason=changed["id"].map(reasons))
    kinds = pa.schema([(name, pa.string()) for name in table])
    write_table(stage.folder / REWORDED, pa.Table.from_pandas(table, schema=kinds, preserve_index=False))
    return {"reworded": len(changed), "merged": len(reasons)}


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
    use = recipe.pair.generators[number]
    generator = registry.make(use.generator, use.with_)
    if "lexicon" in generator.needs and not any(
        field.name == "lexicon" and getattr(generator, field.name)
        for field in fields(generator)  # type: ignore[arg-type]
    ):
        lexicon = learn(items, recipe.pair.lexicon_support, recipe.pair.lexicon_confidence)
        generator = replace(generator, lexicon=lexicon)  # type: ignore[type-var]
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


def _edits(run: Run, recipe: Recipe, known: Survey, items: pd.DataFrame, number: int, key: str) -> Stage:
    generator = made(recipe, items, number, known.sources)
    use = recipe.pair.generators[number]
    return generate(run, recipe, use, generator, items, known.pictures, key, repr(generator))


def _merge(
    run: Run,
    recipe: Recipe,
    known: Survey,
    items: pd.DataFrame,
    plain: pd.DataFrame,
    stages: list[Stage],
    stage: Stage,
) -> dict[str, Any]:
    """Turn sound edits into items, and list the others."""
    parts = [pa.Table.from_pylist([], schema=EDITS)]
    for made_by in stages:
        parts += [made_by.table(path.name) for path in sorted(made_by.folder.glob("part-*.parquet"))]
    edits = pa.concat_tables(parts).to_pandas().drop_duplicates("id", ignore_index=True)
    edits = edits.astype(object).where(edits.notna(), None)
    edits = judged(run, recipe, plain, edits, known.pictures)
    fresh: dict[str, dict[str, Any]] = {}
    shown: list[dict[str, Any]] = []
    for edit in edits[["view", "picture", "problem"]].to_dict("records"):
        if edit["view"] == "question" or edit["problem"] is not None:
            shown.append({})
            continue
        row = store(edit["picture"], stage.folder, recipe.images)
        if row["image_key"] not in known.pictures:
            row = fresh.setdefault(row["image_key"], row)
        shown.append({"image_key": row["image_key"], "image_width": row["width"], "image_height": row["height"]})
    columns = ["image_key", "image_width", "image_height"]
    places = pd.DataFrame(shown, columns=columns, index=edits.index)
    rows = as_items(pd.concat([edits.drop(columns="picture"), places], axis=1), items, known.items)
    pictures = pd.DataFrame(fresh.values(), columns=known.pictures.table.columns)
    if len(rows):
        every = known.pictures.plus(pictures, STORE, stage.folder)
        # Contrast and colour are what rules and card know of a picture, and they are those of the new one.
        looks = every.table.set_index("image_key")
        for name in LOOKS:
            rows[f"image_{name}"] = rows["image_key"].map(looks[name])
        rows["reason"] = refuse(rows, known.items)
        rows["reason"] = rows["reason"].fillna(dissimilar(run, recipe, items, rows, every))
    else:
        rows = pd.DataFrame(columns=[*items.columns, "view", "generator", "reason"])
    sound = rows["reason"].isna()
    added = _slim(rows[sound]).astype({"image_width": "int32", "image_height": "int32"})
    write_table(stage.folder / ADDED, pa.Table.from_pandas(added, preserve_index=False))
    write_table(stage.folder / REFUSED, pa.Table.from_pandas(_slim(rows[~sound]), preserve_index=False))
    used = pictures[pictures["image_key"].isin(set(rows.loc[sound, "image_key"]))].sort_values("image_key")
    write_table(stage.folder / PICTURES, pa.Table.from_pandas(used, preserve_index=False))
    return {"made": len(rows), "added": int(sound.sum()), "settings": canonical_json(recipe.pair.model_dump())}


def _slim(rows: pd.DataFrame) -> pd.DataFrame:
    """Without what baselines measured, which are of the annotated item and not of its edit."""
    return rows[[name for name in rows if Measured.of(name) is None]]
