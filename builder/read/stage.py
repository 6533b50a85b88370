"""From official files to the item table: read rows, look at pictures, check, normalise, list what is bad.

Three stages: `rows` (text of every row, checked), `pictures` (every picture once, decoded and hashed), `items` (both
joined). A bad row never disappears: it stops the build, or it is set aside with the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from twokeys.builder.read.cells import cell
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import asked_of
from twokeys.builder.read.held import BELOW, held
from twokeys.builder.read.option_order import ordered
from twokeys.builder.read.pictures import NAMED, named, read_bytes, stamp
from twokeys.builder.read.spelling import one_spelling
from twokeys.builder.recipe import Corpus, Recipe
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.answers.normal import PLAIN, compared, normalise
from twokeys.core.columns import SET_ASIDE as ASIDE
from twokeys.core.columns import arrow_schema, columns_of
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256
from twokeys.core.items import SCHEMA, AnswerType, Row, TextRule, canonical_json, question_key
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

ITEMS, PICTURES, SET_ASIDE = "items.parquet", "pictures.parquet", "set_aside.parquet"
PICTURES_PER_SHARD = 512
_SPLIT = re.compile(r"(?!(?i:all)$)\w+(\.\w+)*")
"""Names that `load_dataset` takes for a split, and that files can be told apart by."""

_IMAGE_COLUMNS = ("image_key", "image_width", "image_height")
_ROW_SCHEMA = pa.schema(
    [field for field in SCHEMA if field.name not in _IMAGE_COLUMNS] + [("image", pa.string()), ("problem", pa.string())]
)
_PICTURE_SCHEMA = pa.schema(
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


class BadRows(BadInput):
    """Rows of a corpus that cannot be used, all of them at once."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems = problems
        first = BadInput(**problems[0])
        super().__init__(first.file, first.row, first.problem, first.allowed, first.remedy)

    def __str__(self) -> str:
        shown = [f"  {BadInput(**problem)}" for problem in self.problems[:10]]
        more = f"\n  and {len(self.problems) - 10:,} more" if len(self.problems) > 10 else ""
        rows = "row" if len(self.problems) == 1 else "rows"
        advice = "Mend them, or set `bad_rows: set aside` in the recipe: they are then left out and listed as removed."
        return f"{len(self.problems):,} bad {rows}:\n" + "\n".join(shown) + more + f"\n{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems,)


@dataclass(frozen=True)
class Source:
    """A corpus whose folder has been found.

    Attributes:
        corpus: Its part of the recipe.
        root: The folder that image locators and row files are relative to.
        splits: Official split -> published split.
        files: Its official files with their SHA-256, by path relative to `root`.
    """

    corpus: Corpus
    root: Path
    splits: dict[str, str]
    files: dict[str, str]


def find(corpus: Corpus, corpora: Path | None) -> Source:
    """Locate a corpus's files and hash them.

    Raises:
        BadInput: When the folder or a file is missing, or a split is unknown.
    """
    form = reader(corpus.format)
    root = form.root(corpus, corpora)
    known = form.splits(corpus, root)
    wanted = corpus.splits if corpus.splits is not None else known
    splits = wanted if isinstance(wanted, dict) else {name: name for name in wanted}
    if unknown := sorted(set(splits) - set(known)):
        problem = f"there is no split {unknown[0]!r}"
        raise BadInput(corpus.name, "splits", problem, ", ".join(known), "name one of these")
    for name in splits.values() if corpus.images == "required" else ():
        if not _SPLIT.fullmatch(name):
            allowed, remedy = "letters, digits and _, but not `all`", "map it in the recipe by `splits: {NAME: test}`"
            raise BadInput(corpus.name, "splits", f"load_dataset does not take {name!r}", allowed, remedy)
    names = sorted(str(path.relative_to(root)) for path in form.files(corpus, root))
    files = {name: sha256(held(root, name, "file")) for name in names}
    return Source(corpus, root, splits, files)


def read(run: Run, recipe: Recipe, sources: list[Source]) -> Stage:
    """Make the item table of a recipe.

    Returns:
        The stage `items` with the tables `ITEMS` (sorted by id), `PICTURES` (one row per image key: where its bytes
        are) and `SET_ASIDE`; its notes count rows by source and split.

    Raises:
        BadRows: When rows are bad and the recipe says `stop`.
    """
    text = TextRule(recipe.text.unicode, recipe.text.lowercase)
    rows = run.stage(
        "rows",
        partial(_write_rows, run, sources, text),
        4,
        recipe.text.model_dump(),
        [[source.corpus.read_from, source.splits, source.files] for source in sources],
    )
    table = pa.concat_tables([rows.table(part) for part in _parts(rows)]).to_pandas()
    wanted = table.loc[table["problem"].isna(), ["source", "image"]].drop_duplicates()
    roots = {source.corpus.name: source.root for source in sources}
    locators = sorted(wanted.itertuples(index=False, name=None))
    pictures = run.stage(
        "pictures",
        partial(_write_pictures, run, locators, roots, recipe.images),
        4,
        rows.key,
        recipe.images.model_dump(),
        # A replaced picture changes its size or time: what was read before does not count then.
        hashlib.sha256("".join(f"{stamp(locator, roots[name])}\n" for name, locator in locators).encode()).hexdigest(),
    )
    seen = _seen(pictures)
    # What was seen counts from here on, not when: a copied corpus has other times and gives the same build.
    content = seen.sort_values(["source", "image"]).drop(columns=["contrast", "colour"]).to_json(orient="values")
    write = partial(_write_items, table, seen, recipe.bad_rows)
    return run.stage("items", write, 6, rows.key, hashlib.sha256(content.encode()).hexdigest(), recipe.bad_rows)


# ---------------------------------------------------------------------------------------------------------- rows


def _write_rows(run: Run, sources: list[Source], text: TextRule, stage: Stage) -> dict[str, Any]:
    # Official splits that become one published split are one shard, so that an id cannot come twice in it.
    shards = [(source, split) for source in sources for split in dict.fromkeys(source.splits.values())]
    run.parts(stage, partial(_read_split, text), shards)
    return {"shards": len(shards)}


def _parts(stage: Stage) -> list[str]:
    return sorted(path.name for path in stage.folder.glob("part-*.parquet"))


def _read_split(text: TextRule, shard: tuple[Source, str], path: Path) -> None:
    """Read, check and normalise the rows of one published split of one corpus."""
    source, split = shard
    for name in source.files:
        held(source.root, name, "file")  # once more: a link may have been swapped since the files were hashed
    read_official = reader(source.corpus.format).read
    officials = [official for official, published in source.splits.items() if published == split]
    rows = chain.from_iterable(read_official(source.corpus, source.root, official) for official in officials)
    seen: set[str] = set()
    records: list[dict[str, Any]] = []
    tables = []
    for number, row in enumerate(rows, start=1):
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
    place = common | {"source_id": row.source_id, "row": f"{row.file}#{row.row}", "image": row.image}
    try:
        if identity in seen:
            remedy = "give every question of a split its own id"
            raise BadInput(row.file, row.row, f"the id {row.source_id!r} comes twice", "", remedy)
        content = _content(row, text)
    except BadInput as problem:
        told = {"question": str(row.question), "answer": str(row.answer)}
        # Half a pair of surrogates, which no file can hold, is shown as a question mark.
        told = {name: value.encode(errors="replace").decode() for name, value in told.items()}
        return place | _aside(identity, seen, problem) | told
    seen.add(identity)
    return place | content | {"id": identity, "answer_source": "annotated"}


def _aside(identity: str, seen: set[str], problem: BadInput) -> dict[str, Any]:
    """Id and problem of a bad row; a second row of the same id gets a number, so that both can be listed."""
    unique, count = identity, 1
    while unique in seen:
        count += 1
        unique = f"{identity} ({count})"
    seen.add(unique)
    return {"id": unique, "problem": _problem(problem)}


def _problem(problem: BadInput) -> str:
    values = {name: getattr(problem, name) for name in ("file", "row", "problem", "allowed", "remedy")}
    return canonical_json(values)


def _content(row: Row, text: TextRule) -> dict[str, Any]:
    """Check and normalise what a row says.

    Raises:
        BadInput: When some field is not what it must be.
    """
    asked = asked_of(row, text)
    question, choices, answer = asked.question, list(asked.choices), asked.answer
    answers = [cell(row, "annotator's answer", value, text) for value in row.answers]
    kind = asked.answer_type or _answer_type(answer, choices)
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


def _write_pictures(
    run: Run, locators: list[tuple[str, str]], roots: dict[str, Path], limits: Images, stage: Stage
) -> dict[str, Any]:
    starts = range(0, len(locators), PICTURES_PER_SHARD)
    shards = [locators[start : start + PICTURES_PER_SHARD] for start in starts]
    run.parts(stage, partial(_look, roots, limits), shards)
    return {"pictures": len(locators)}


def _look(roots: dict[str, Path], limits: Images, shard: list[tuple[str, str]], path: Path) -> None:
    """Decode, hash and measure the pictures of one shard."""
    records = []
    for source, locator in shard:
        record: dict[str, Any] = {"source": source, "image": locator}
        try:
            if locator.startswith(NAMED):
                facts = named(locator, source)
            else:
                facts = describe(read_bytes(locator, roots[source]), locator, limits)
            record |= asdict(facts)
        except BadInput as problem:
            # Named by its place in the corpus: what is published is the same on every machine.
            where = locator.partition(":")[2].replace(BELOW, "/")
            record["problem"] = _problem(BadInput(where, problem.row, problem.problem, problem.allowed, problem.remedy))
        records.append(record)
    write_table(path, pa.Table.from_pylist(records, schema=_PICTURE_SCHEMA))


# --------------------------------------------------------------------------------------------------------- items


def _seen(pictures: Stage) -> pd.DataFrame:
    parts = [pictures.table(part) for part in _parts(pictures)]  # none where every row is bad
    table: pd.DataFrame = pa.concat_tables([_PICTURE_SCHEMA.empty_table(), *parts]).to_pandas()
    return table


def _write_items(rows: pd.DataFrame, seen: pd.DataFrame, bad_rows: str, stage: Stage) -> dict[str, Any]:
    table = rows.merge(seen, on=["source", "image"], how="left", suffixes=("", "_picture"))
    # A row with a bad picture is a bad row: it is listed under its own place, with what is wrong with the picture.
    broken = table["problem"].isna() & table["problem_picture"].notna()
    table.loc[broken, "problem"] = [
        _picture_problem(row, problem)
        for row, problem in zip(table.loc[broken, "row"], table.loc[broken, "problem_picture"], strict=True)
    ]
    bad = table[table["problem"].notna()].sort_values("id")
    if len(bad) and bad_rows == "stop":
        raise BadRows([json.loads(problem) for problem in bad["problem"]])
    good = table[table["problem"].isna()].sort_values("id")
    good = ordered(one_spelling(good.rename(columns={"width": "image_width", "height": "image_height"})))
    write_table(stage.folder / ITEMS, _table(good, SCHEMA))
    write_table(stage.folder / SET_ASIDE, _table(bad, arrow_schema(columns_of(ASIDE))))
    used = seen[seen["image_key"].isin(set(good["image_key"]))].sort_values(["image_key", "source", "image"])
    write_table(stage.folder / PICTURES, _table(used.drop_duplicates("image_key"), _PICTURE_SCHEMA))
    counts = table.groupby(["source", "split"])["problem"].agg(rows="size", set_aside="count")
    return {
        "counts": [
            {"source": source, "split": split, "rows": int(row.rows), "set_aside": int(row.set_aside)}
            for (source, split), row in counts.iterrows()
        ]
    }


def _picture_problem(row: str, problem: str) -> str:
    found = json.loads(problem)
    return canonical_json(found | {"row": f"{row}" if found["row"] is None else f"{row}, cell {found['row']}"})


def _table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
