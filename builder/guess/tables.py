"""Rows of the tables at hand: which tables hold items, which hold the golds of others, and which neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from twokeys.builder.guess.images import embedded
from twokeys.builder.guess.place import Place
from twokeys.builder.guess.roles import Records, roles, texts
from twokeys.builder.read.arrow_files import ENDINGS, schema_of
from twokeys.builder.read.corpora.lists import absent
from twokeys.builder.read.corpora.opening import SourceFile
from twokeys.builder.read.corpora.shards import records
from twokeys.core.errors import BadInput
from twokeys.core.templates import as_text, is_template

_ROWS = 200
"""Number of rows that are read."""
_FEWEST = 20
"""Of each split at least."""
_SHARED = 0.8
"""Share of a table's ids that a second file must have."""


@dataclass(frozen=True)
class SecondFile:
    """A table with the golds of another table.

    Attributes:
        name: Its path inside the folder.
        id: The column of ids, which has the same name in both.
        answer: Its column of golds, or of all annotators' answers.
        several: Whether the column holds all annotators' answers.
    """

    name: str
    id: str
    answer: str
    several: bool


@dataclass(frozen=True)
class Sampled:
    """Some rows of the tables that hold items.

    Attributes:
        place: With these tables alone.
        rows: Rows of all splits.
        first: Rows of the first table.
        inside: Columns that hold bytes of images.
        shared: Columns that every table has.
        second: The table with their golds, if they have none.
    """

    place: Place
    rows: Records
    first: Records
    inside: list[str]
    shared: list[str]
    second: SecondFile | None


def sampled(place: Place) -> Sampled:
    """Read some rows of every split, and leave out the tables that hold no items.

    Raises:
        BadInput: When no row of any table can be read.
    """
    most = max(_ROWS // len(place.files), _FEWEST)
    read: dict[str, tuple[Records, list[str]]] = {}
    problems: list[BadInput] = []
    for split, files in place.files.items():
        try:
            read[split] = sample(files[0], most)
        except BadInput as problem:
            problems.append(problem)
    if not read:
        raise problems[0]
    guesses = {split: _told(rows, inside) for split, (rows, inside) in read.items()}
    best = max(guesses.values(), key=lambda guess: (guess[0] is not None, guess[1] is not None))
    chosen = [split for split in read if guesses[split] == best]
    others = [split for split in place.files if split not in chosen]
    rows = [row for split in chosen for row in read[split][0]]
    shared = [name for name in read[chosen[0]][0][0] if all(name in row for row in rows)]
    second = None
    if best[1] is None and len(chosen) == 1:
        second = _second(rows, {split: read[split][0] for split in others if split in read}, place)
    first, inside = read[chosen[0]]
    return Sampled(_only(place, chosen, others), rows, first, inside, shared, second)


def values(place: Place, column: str) -> list[str]:
    """All values of a column, in order of appearance."""
    values: dict[str, None] = {}
    for file in (file for files in place.files.values() for file in files):
        for _, record in records(file, {column: "columns.split"}):
            if not isinstance(record, BadInput) and not absent(record.get(column)):
                values[as_text(record[column])] = None
    return list(values)


def sample(file: SourceFile, most: int) -> tuple[Records, list[str]]:
    """Some rows of a table without the images in it, and the columns that hold images.

    Raises:
        BadInput: When no row can be read.
    """
    inside = embedded(file)
    wanted: dict[str, str] = {}
    if file.ending in ENDINGS:
        wanted = {name: "columns" for name in schema_of(file.path).names if name not in inside}
    rows: list[dict[str, Any]] = []
    for _, record in records(file, wanted):
        if not isinstance(record, BadInput):
            # A name with a brace in it would be a template in a recipe.
            rows.append({name: value for name, value in record.items() if not is_template(name)})
        if len(rows) == most:
            break
    if not rows:
        raise BadInput(file.path, None, "no row can be read", "a table with rows", "check the file")
    return rows, inside


def _told(rows: Records, inside: list[str]) -> tuple[str | None, str | None]:
    """The columns of questions and of golds; tables of the same kind give them the same names."""
    guessed = roles(rows, inside)
    return guessed.question, guessed.answer or guessed.answers


def _only(place: Place, chosen: list[str], others: list[str]) -> Place:
    """The place with the tables of some splits; the recipe then names their files."""
    if not others or place.format != "table":
        return replace(place, files={split: place.files[split] for split in chosen})
    names = {split: [file.name for file in place.files[split]] for split in chosen}
    files = {split: named[0] if len(named) == 1 else named for split, named in names.items()}
    rest = [file.name for split in others for file in place.files[split]]
    return replace(
        place,
        files={split: place.files[split] for split in chosen},
        options=place.options | {"files": files},
        others=[*place.others, *rest],
    )


def _second(rows: Records, others: dict[str, Records], place: Place) -> SecondFile | None:
    """The table that holds a gold for nearly every id of the rows."""
    for split, second in others.items():
        guessed = roles(second)
        answer = guessed.answer or guessed.answers
        for name in [column for column in second[0] if answer and column != answer and column in rows[0]]:
            ids = {as_text(value) for value in texts(rows, name)}
            there = {as_text(value) for value in texts(second, name)}
            if len(ids) == len(rows) and len(ids & there) >= _SHARED * len(ids):
                return SecondFile(place.files[split][0].name, name, str(answer), guessed.answer is None)
    return None
