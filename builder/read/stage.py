"""From official files to the item table: read rows and images, check and normalise them, list bad rows.

Three stages: `rows` (text of every row, checked), `pictures` (every picture once, decoded and hashed), `items` (both
joined). A bad row never disappears: it stops the build, or it is set aside with the reason.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.read.cells import cell
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import asked_of
from twokeys.builder.read.held import BELOW
from twokeys.builder.read.item_images import keys_and_sizes, one_image_a_row, require_one_image, within
from twokeys.builder.read.option_order import ordered
from twokeys.builder.read.pictures import NAMED, located, named, read_bytes
from twokeys.builder.read.source import Source
from twokeys.builder.read.spelling import one_spelling
from twokeys.builder.recipe import Recipe, Text
from twokeys.builder.run.files import write_table
from twokeys.builder.run.results import Parts, Result
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.answers.normal import PLAIN, compared, normalise
from twokeys.core.bad_rows import by_kind
from twokeys.core.columns import SET_ASIDE as ASIDE
from twokeys.core.columns import arrow_schema, columns_of
from twokeys.core.errors import BadInput, clipped
from twokeys.core.items import SCHEMA, AnswerType, Row, TextRule, canonical_json, digest, question_key
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

PICTURES_PER_SHARD = 512
KINDS = 10
"""Largest number of kinds of bad rows in a message."""
_IMAGE_COLUMNS = ("image_key", "image_keys", "image_width", "image_height")
_ROW_SCHEMA = pa.schema(
    [field for field in SCHEMA if field.name not in _IMAGE_COLUMNS]
    + [("images", pa.list_(pa.string())), ("problem", pa.string())]
)
PICTURE_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("image", pa.string()),
        ("image_key", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("bytes_sha256", pa.string()),
        ("size", pa.int64()),
        ("contrast", pa.float32()),
        ("colour", pa.string()),
        ("problem", pa.string()),
    ]
)
_SET_ASIDE_SCHEMA = arrow_schema(columns_of(ASIDE))


class BadRows(BadInput):
    """All unusable rows of a corpus, in a single error."""

    def __init__(self, problems: list[dict[str, Any]], aside: bool = False) -> None:
        """Gather them.

        Args:
            problems: The problem of each row.
            aside: Whether the recipe already sets bad rows aside, and no good row remains.
        """
        self.problems, self.aside = problems, aside
        first = BadInput(**problems[0])
        super().__init__(first.file, first.row, first.problem, first.allowed, first.remedy)

    def __str__(self) -> str:
        kinds = by_kind([BadInput(**problem) for problem in self.problems])
        shown = [f"  {kind}" for kind in kinds[:KINDS]]
        more = f"\n  and {len(kinds) - KINDS:,} more kinds" if len(kinds) > KINDS else ""
        rows = "row" if len(self.problems) == 1 else "rows"
        advice = "Mend them, or set `bad_rows: set aside` in the recipe: they are then left out and listed as removed."
        if self.aside:
            advice = "They are set aside, as the recipe asks, and no row is left: mend some."
        return f"{len(self.problems):,} bad {rows}:\n" + "\n".join(shown) + more + f"\n{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems, self.aside)


@dataclass(frozen=True, eq=False)
class OfficialRows(Parts):
    """Every official row, checked and normalised, or with its problem."""

    def table(self) -> pd.DataFrame:
        """All rows, in the order of sources and splits."""
        rows: pd.DataFrame = pa.concat_tables([pq.read_table(part) for part in self.parts]).to_pandas()
        return rows


@dataclass(frozen=True)
class ImageLocations:
    """The places of the images of corpora.

    Attributes:
        locators: Source and locator of every image, sorted.
        sources: The corpora of these images.
    """

    locators: list[tuple[str, str]]
    sources: list[Source]

    @property
    def key(self) -> str:
        """Hash of the stamps of files: a replaced image changes it, so that the image is read again."""
        roots = {source.corpus.name: source.root for source in self.sources}
        return digest("places", *(f"{name} {located(locator, roots[name])}" for name, locator in self.locators))


@dataclass(frozen=True, eq=False)
class Seen(Parts):
    """Every image, decoded, hashed and measured, or with its problem."""

    def table(self) -> pd.DataFrame:
        """All images in the order of their places; empty if every row is bad."""
        parts = [pq.read_table(part) for part in self.parts]
        images: pd.DataFrame = pa.concat_tables([PICTURE_SCHEMA.empty_table(), *parts]).to_pandas()
        return images

    def by_content(self) -> Seen:
        """The same, with the hash of the table as its key.

        Times of files do not count: a copied corpus has other times and gives the same build.
        """
        content = self.table().sort_values(["source", "image"]).drop(columns=["contrast", "colour"])
        return replace(self, key=digest("seen", content.to_json(orient="values")))


@dataclass(frozen=True, eq=False)
class Reading(Result):
    """The items of a recipe.

    Attributes:
        items: The item table, sorted by id.
        pictures: A row for each image key, with the place of its bytes.
        set_aside: Unusable rows, with the problem.
        counts: Rows by source and split.
    """

    items: pd.DataFrame
    pictures: pd.DataFrame
    set_aside: pd.DataFrame
    counts: list[dict[str, Any]]

    SCHEMAS: ClassVar = {"items": SCHEMA, "pictures": PICTURE_SCHEMA, "set_aside": _SET_ASIDE_SCHEMA}


def read(run: Run, recipe: Recipe, sources: list[Source]) -> Reading:
    """Make the item table of a recipe.

    Raises:
        BadRows: When rows are bad and the recipe says `stop`.
        BadInput: If the recipe asks for `eval.yaml` and items have several images.
    """
    rows = read_rows(run, recipe.text, sources, recipe.images.max_per_item)
    wanted = one_image_a_row(rows.table())[["source", "image"]].drop_duplicates()
    places = ImageLocations(sorted(wanted.itertuples(index=False, name=None)), sources)
    look = look_at_pictures.anew if run.check else look_at_pictures
    seen = look(run, places, recipe.images)
    items = join_items(run, rows, seen.by_content(), recipe.bad_rows)
    if recipe.eval:
        require_one_image(recipe.name, items.items)
    return items


# ---------------------------------------------------------------------------------------------------------- rows


@stage("rows", version=9)
def read_rows(space: Workspace, text: Text, sources: list[Source], max_per_item: int) -> OfficialRows:
    """Read every official row; a row with more images than `max_per_item` is bad."""
    # Official splits that are published as the same split form a shard, so that no id occurs twice in it.
    shards = [(source, split) for source in sources for split in dict.fromkeys(source.splits.values())]
    space.parts(partial(_read_split, TextRule(text.unicode, text.lowercase), max_per_item), shards)
    return OfficialRows()


def _read_split(text: TextRule, max_per_item: int, shard: tuple[Source, str], path: Path) -> None:
    """Read, check and normalise the rows of one published split of one corpus."""
    source, split = shard
    read_official = reader(source.corpus.format).read
    officials = [official for official, published in source.splits.items() if published == split]
    seen: set[str] = set()
    records: list[dict[str, Any]] = []
    tables = []
    with source.as_hashed():
        every = chain.from_iterable(read_official(source.corpus, source.root, official) for official in officials)
        for number, row in enumerate((within(row, max_per_item) for row in every), start=1):
            records.append(_record(row, source, split, number, text, seen))
            if len(records) == 50_000:
                tables.append(pa.Table.from_pylist(records, schema=_ROW_SCHEMA))
                records = []
    tables.append(pa.Table.from_pylist(records, schema=_ROW_SCHEMA))
    write_table(path, pa.concat_tables(tables))


def _record(
    row: Row | BadInput, source: Source, split: str, number: int, text: TextRule, seen: set[str]
) -> dict[str, Any]:
    """One row of the `rows` table, good or bad; `seen` collects the ids of the split."""
    corpus = source.corpus
    common = {
        "source": corpus.name,
        "source_revision": corpus.revision,
        "split": split,
        "license": corpus.license,
    }
    if isinstance(row, BadInput):
        return common | _aside(f"{corpus.name}:{split}:row {row.row or number}", seen, row)
    identity = f"{corpus.name}:{split}:{row.source_id}"
    place = common | {"source_id": row.source_id, "row": f"{row.file}#{row.row}", "images": list(row.images)}
    try:
        if identity in seen:
            remedy = "give every question of a split its own id"
            raise BadInput(row.file, row.row, f"the id {row.source_id!r} comes twice", "", remedy)
        content = _content(row, text)
    except BadInput as problem:
        texts = {"question": str(row.question), "answer": str(row.answer)}
        # Half a pair of surrogates, which no file can hold, is shown as a question mark.
        texts = {name: value.encode(errors="replace").decode() for name, value in texts.items()}
        return place | _aside(identity, seen, problem) | texts
    seen.add(identity)
    return place | content | {"id": identity, "answer_source": "annotated"}


def _aside(identity: str, seen: set[str], problem: BadInput) -> dict[str, Any]:
    """Id and problem of a bad row; a second row of the same id gets a number, so that both can be listed."""
    unique, count = identity, 1
    while unique in seen:
        count += 1
        unique = f"{identity} ({count})"
    seen.add(unique)
    return {"id": unique, "problem": as_json(problem)}


def as_json(problem: BadInput) -> str:
    """A problem as JSON text for tables; quoted values may be as long as a cell, and are cut."""
    texts = {name: clipped(getattr(problem, name)) for name in ("problem", "allowed", "remedy")}
    return canonical_json({"file": problem.file, "row": problem.row} | texts)


def _content(row: Row, text: TextRule) -> dict[str, Any]:
    """Check and normalise a row.

    Raises:
        BadInput: If a field is wrong.
    """
    reduced = asked_of(row, text)
    question, choices, answer = reduced.question, list(reduced.choices), reduced.answer
    answers = [cell(row, "annotator's answer", value, text) for value in row.answers]
    kind = reduced.answer_type or _answer_type(answer, choices)
    return {
        "question": question,
        "choices": choices,  # in source order: what is published is chosen when all items are known
        "answer": answer,
        "compared": compared(kind, choices, answer),
        "answers": answers,
        "answer_type": kind,
        "question_key": question_key(question, choices),
        "links": list(row.links),
        "meta": canonical_json(row.meta),
    }


def _answer_type(answer: str, choices: list[str]) -> AnswerType:
    if choices:
        return "choice"
    plain = normalise(answer)
    if plain in PLAIN:
        return "yes/no"
    return "number" if plain.replace(".", "", 1).removeprefix("-").isdigit() else "open"


# ------------------------------------------------------------------------------------------------------ pictures


@stage("pictures", version=5)
def look_at_pictures(space: Workspace, places: ImageLocations, limits: Images) -> Seen:
    """Decode, hash and measure every image."""
    starts = range(0, len(places.locators), PICTURES_PER_SHARD)
    shards = [places.locators[start : start + PICTURES_PER_SHARD] for start in starts]
    space.parts(partial(_look, {source.corpus.name: source for source in places.sources}, limits), shards)
    return Seen()


def _look(sources: dict[str, Source], limits: Images, shard: list[tuple[str, str]], path: Path) -> None:
    """Decode, hash and measure the images of a shard."""
    with ExitStack() as stack:
        for name in sorted({source for source, _ in shard}):  # a question and its picture must be of one same table
            stack.enter_context(sources[name].as_hashed())
        records = [_seen(sources[source], locator, limits) for source, locator in shard]
    write_table(path, pa.Table.from_pylist(records, schema=PICTURE_SCHEMA))


def _seen(source: Source, locator: str, limits: Images) -> dict[str, Any]:
    """The facts of an image, or its problem."""
    record: dict[str, Any] = {"source": source.corpus.name, "image": locator}
    try:
        if locator.startswith(NAMED):
            return record | asdict(named(locator, source.corpus.name))
        return record | asdict(describe(read_bytes(locator, source.root), locator, limits))
    except BadInput as problem:
        # Named by its place in the corpus: what is published is the same on every machine.
        where = locator.partition(":")[2].replace(BELOW, "/")
        bad = BadInput(where, problem.row, problem.problem, problem.allowed, problem.remedy)
        return record | {"problem": as_json(bad)}


# --------------------------------------------------------------------------------------------------------- items


@stage("items", version=8)
def join_items(space: Workspace, rows: OfficialRows, seen: Seen, bad_rows: str) -> Reading:
    """Join rows and pictures.

    Raises:
        BadRows: When rows are bad and the recipe says `stop`.
    """
    pictures = seen.table()
    table = rows.table()
    table = table.join(keys_and_sizes(table, pictures))
    # A row with a bad image is a bad row: it is listed under the row's place, with the problem of the image.
    broken = table["problem"].isna() & table["problem_picture"].notna()
    table.loc[broken, "problem"] = [
        _picture_problem(row, problem)
        for row, problem in zip(table.loc[broken, "row"], table.loc[broken, "problem_picture"], strict=True)
    ]
    bad = table[table["problem"].notna()].sort_values("id")
    if len(bad) and bad_rows == "stop":
        raise BadRows([json.loads(problem) for problem in bad["problem"]])
    good = ordered(one_spelling(table[table["problem"].isna()].sort_values("id")))
    used = pictures[pictures["image_key"].isin(set(good["image_keys"].explode()))]
    used = used.sort_values(["image_key", "source", "image"]).drop_duplicates("image_key")
    counts = table.groupby(["source", "split"])["problem"].agg(rows="size", set_aside="count")
    by_split = [
        {"source": source, "split": split, "rows": int(row.rows), "set_aside": int(row.set_aside)}
        for (source, split), row in counts.iterrows()
    ]
    return Reading(good, used, bad, by_split)


def _picture_problem(row: str, problem: str) -> str:
    bad = json.loads(problem)
    return canonical_json(bad | {"row": f"{row}" if bad["row"] is None else f"{row}, cell {bad['row']}"})
