"""The text of a guessed recipe: YAML with a comment at every line that a person should look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from twokeys.builder.guess.images import ImagesFound, images
from twokeys.builder.guess.place import Place
from twokeys.builder.guess.roles import Records, Roles, roles
from twokeys.builder.guess.tables import SecondFile, sampled, values
from twokeys.builder.read.corpora.lists import absent
from twokeys.core.templates import names_in

FILL_IN = "FILL IN"
_LONGEST = 500
"""Characters of a cell that is kept with an item."""
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SPLIT = re.compile(r"\w+")
_RULES = ("duplicate-item", "contradicting-golds", "answer-in-question")


@dataclass
class Draft:
    """A guessed recipe.

    Attributes:
        name: Its name.
        place: The files at the path.
        columns: `columns` of the corpus.
        names_only: Whether images have no files.
        splits: Official split -> published split.
        notes: Field -> a note on what the user should fill in or check.
        rest: Columns without a role.
    """

    name: str
    place: Place
    columns: dict[str, Any]
    names_only: bool
    splits: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Write the recipe."""
        card, place = self.place.card, self.place
        licence = card.get("license")
        stated = card.get("language")
        stated = stated if isinstance(stated, list) else [stated]
        language = [code for code in stated if isinstance(code, str) and _CODE.fullmatch(code)]
        known_licence = licence if isinstance(licence, str) else None
        lines = [
            f"name: {self.name}",
            _line("title", str(card.get("pretty_name") or self.name), f"{FILL_IN}: what people call it"),
            _listed("language", language) if language else f"# language: en             # {FILL_IN}: of the questions",
            "corpora:",
            f"  - format: {place.format}",
            f"    name: {self.name}",
            *self._path(),
            _line("    revision", place.commit or "unknown", "" if place.commit else _REVISION),
            _line("    license", known_licence or "unknown", "" if known_licence else _LICENCE),
            f"    # homepage: https://...      # {FILL_IN}: or a citation; who publishes must name the source",
            *self._splits(),
            *(
                ["    images: names              # no image file was found: it can be diagnosed, not published"]
                * self.names_only
            ),
            *self._options(),
            *(f"    # no items: {name}" for name in place.others[:8]),
            "    columns:",
            *self._columns(),
            "bad_rows: set aside            # rows that cannot be used are listed with the reason; `stop` ends instead",
            "rules:",
            *(f"  - {rule}" for rule in _RULES),
        ]
        return "\n".join(lines) + "\n"

    def _path(self) -> list[str]:
        place = self.place
        if place.repository and place.commit:
            return [f"    options: {{repository: {place.repository}}}"]
        return [_line("    path", str(place.root), "or relative to --corpora, so that it holds on other machines")]

    def _options(self) -> list[str]:
        options = dict(self.place.options)
        if self.rest:
            options["meta"] = self.rest
        if not options:
            return []
        if self.place.repository and self.place.commit:
            return [f"    # options of the reader, beside the repository: {_flow(options)}"]
        return [
            _line("    options", _flow(options), "`meta`: further columns to keep" if self.rest else "", plain=True)
        ]

    def _splits(self) -> list[str]:
        if all(_SPLIT.fullmatch(name) and name == to and name != "all" for name, to in self.splits.items()):
            return [f"    splits: {_flow(list(self.splits))}"]
        return [_line("    splits", _flow(self.splits), "the file's split -> the published one", plain=True)]

    def _columns(self) -> list[str]:
        lines = [
            _line(f"      {name}", _flow(value), self.notes.get(name, ""), plain=True)
            for name, value in self.columns.items()
        ]
        open_notes = {name: note for name, note in self.notes.items() if name not in self.columns}
        return [*lines, *(f"      # {name}:              # {FILL_IN}: {note}" for name, note in open_notes.items())]


_REVISION = f"{FILL_IN}: a commit or a version"
_LICENCE = f"{FILL_IN}: an id such as cc-by-4.0, or `other` with license_link"


def drafted(name: str, place: Place) -> Draft:
    """Guess a recipe for tables.

    Raises:
        BadInput: When no row of any table can be read.
    """
    read = sampled(place)
    rows, place = read.rows, read.place
    seen = images(rows, read.inside, place.root)
    guessed = roles(rows, seen.only)
    guessed.id = roles(read.first, seen.only).id  # ids differ within a split
    notes = {field: note for field, note in guessed.unsure.items() if note}
    if read.second is not None:
        notes.pop("answer", None)
    columns = _columns(rows, guessed, seen, notes) | _joined(read.second, notes)
    rest = [
        column
        for column in read.shared
        if _worth(rows, column) and column not in guessed.taken and column not in _named(seen)
    ]
    splits = {split: split if _SPLIT.fullmatch(split) and split != "all" else "test" for split in place.files}
    if len(set(splits.values())) < len(splits):
        splits = {split: re.sub(r"\W", "_", split) for split in splits}
    if guessed.split is not None:
        splits = {value: re.sub(r"\W", "_", value) for value in values(place, guessed.split)}
    return Draft(name, place, columns, not seen.known, splits, notes, rest[:12])


def _joined(second: SecondFile | None, notes: dict[str, str]) -> dict[str, Any]:
    """The columns that a second file gives."""
    if second is None:
        return {}
    notes["answer"] = "of the second file below" if not second.several else "what most annotators said is the gold"
    column = f"golds.{second.answer}"
    columns = {"answer": None, "answers": column} if second.several else {"answer": column}
    return {**columns, "joined": {"golds": {"file": second.name, "id": second.id}}}


def _columns(rows: Records, roles: Roles, seen: ImagesFound, notes: dict[str, str]) -> dict[str, Any]:
    columns: dict[str, Any] = {"id": roles.id} if roles.id else {}
    columns["question"] = roles.question or "question"
    if roles.question is None:
        notes["question"] = f"{FILL_IN}: no column looks like questions"
    elif roles.hint:
        columns["question"] = [roles.hint, roles.question]
    columns["image"] = seen.columns or "image"
    if seen.columns is None:
        notes["image"] = f"{FILL_IN}: no column names or holds images; a template such as '{{id}}.png' may do"
    elif seen.addresses:
        notes["image"] = "addresses: fetch the files first, and name them by a template"
    if seen.columns is not None and (empty := _sometimes_empty(rows, seen)):
        columns["filled"] = empty
        notes["filled"] = "rows without an image are not read"
    if roles.answer is None and roles.answers is not None:
        columns["answer"] = None
        notes["answer"] = "no column of golds: what most annotators said is the gold"
    elif roles.answer is None:
        columns["answer"] = "answer"
        notes["answer"] = f"{FILL_IN}: no column looks like golds"
    else:
        columns["answer"] = roles.answer
    for name in ("choices", "answer_is", "answers", "answer_type", "split"):
        if (value := getattr(roles, name)) is not None:
            columns[name] = value
    if roles.separators:
        columns["separators"] = roles.separators
    if "answer_is" in columns and "answer_is" in notes:
        notes["answer_is"] = f"{FILL_IN}: {notes['answer_is']}"
    return columns


def _sometimes_empty(rows: Records, seen: ImagesFound) -> list[str]:
    """Columns that name the image and are empty in some rows."""
    return [name for name in _named(seen) - set(seen.only) if any(absent(row.get(name)) for row in rows)]


def _named(seen: ImagesFound) -> set[str]:
    listed = [seen.columns] if isinstance(seen.columns, str) else seen.columns or []
    return {name for text in listed for name in names_in(text)} | set(seen.only)


def _worth(rows: Records, column: str) -> bool:
    """Whether a column should be kept with every item: it is short, and not the `image` of an ImageFolder."""
    return column != "file_name" and all(len(str(row.get(column))) < _LONGEST for row in rows)


def _flow(value: Any) -> str:
    """A value as YAML on a single line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _listed(name: str, values: list[str]) -> str:
    return f"{name}: {_flow(values)}"


def _line(name: str, value: str, note: str = "", plain: bool = False) -> str:
    """A line with its comment."""
    text = f"{name}: {value if plain else _flow(value)}"
    return f"{text:<30} # {note}" if note else text
