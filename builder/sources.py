"""Where a recipe's items and images come from: the parts of a recipe that name corpora and pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from twokeys.core.templates import as_text, names_in

IMAGES = "images"
"""The format of a pool that is a folder of image files."""


class Part(BaseModel):
    """Base of all parts of a recipe: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Joined(Part):
    """A second file of a table, whose rows are found by id; its columns are then named `NAME.column`."""

    file: str | list[str] | dict[str, str | list[str]]
    """The file, files or patterns, relative to the corpus's folder; a mapping gives those of each split."""
    id: str
    """Column of the second file that holds the id."""
    on: str | None = None
    """Column of the table that holds the same id, or a template of several; None: it has the name of `id`."""


class Columns(Part):
    """Where a table keeps the fields of an item.

    A name that holds dots goes into nested fields, and into each member of a list; a number picks a member of a list,
    and `*` goes through all of them (`turns.0.value`, `options.*.1`). A text with `{column}` in it is a template.
    """

    question: str | list[str] = "question"
    """A column, or a template such as `{hint} {question}`. A list of these is joined by line ends, and those of which
    every column is empty are left out. `Which one?{}` is a question that all rows share."""
    answer: str | None = "answer"
    """The column of golds; null if there is none: what most of the annotators in `answers` said is then the gold."""
    image: str | list[str] | None = "image"
    """A column, a template of the file's name such as `{id}.png`, or several of these, for the images of an item in
    their order; a cell may hold a list of images, or none."""
    id: str | None = None
    """A column or template of ids that differ; None: rows are numbered."""
    choices: str | list[str] | None = None
    """A column with a list of options, or with an object that names them by letter; or one column for each option."""
    answers: str | None = None
    """A column with what all annotators answered: a list of texts, or of objects with a field `answer`; or an object of
    answers with their scores (soft labels), of which the highest is the gold."""
    answer_type: str | None = None
    """A column of `yes/no`, `number`, `choice`, `open` (or `other`); None: it follows from the answer."""
    split: str | None = None
    """A column or template whose values are the splits; None: files tell them."""
    links: list[str] = []
    """Columns whose equal values declare items to belong together; a template (`{page}/{figure}`) takes several."""
    answer_is: Literal["text", "index", "index from 1", "letter"] | None = None
    """How the gold of a multiple-choice item is given: the option's text, its index from 0 or from 1, or its letter.
    None: as its text, and reading stops if golds that are no option could be letters or indices."""
    values: dict[str, dict[str, str | int | float | None]] = {}
    """What the values of a column mean, such as `label: {0: no, 1: yes}`; empty cells stay empty, and a value that is
    not listed makes a bad row."""
    where: dict[str, list[str]] = {}
    """Which rows are read: column -> the value, or the list of values, that it must have in the file. `""` is an empty
    cell; of a cell that holds a list, one member is enough."""
    filled: list[str] = []
    """Columns that must not be empty: other rows are not read."""
    separators: dict[str, Annotated[str, Field(min_length=1)]] = {}
    """Column -> the text between the members of its lists, such as `|`; `COLUMN.0` is then its first member."""
    joined: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Joined] = {}
    """Further files whose rows are found by id, such as golds beside questions."""

    @field_validator("values", mode="before")
    @classmethod
    def _as_texts(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        found = {}
        for name, inner in value.items():
            found[name] = inner
            if isinstance(inner, dict):
                found[name] = {as_text(key): as_text(to) if isinstance(to, bool) else to for key, to in inner.items()}
                if len(found[name]) < len(inner):
                    raise ValueError(f"`{name}` lists a value twice: {', '.join(map(str, inner))}")
        return found

    @field_validator("where", mode="before")
    @classmethod
    def _as_lists(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        lists = {name: wanted if isinstance(wanted, list) else [wanted] for name, wanted in value.items()}
        if nested := [name for name, wanted in lists.items() if any(isinstance(one, dict | list) for one in wanted)]:
            raise ValueError(f"`{nested[0]}` holds something other than a value or a list of values")
        if empty := [name for name, wanted in lists.items() if not wanted]:
            raise ValueError(f"`{empty[0]}` lists no value, so that no row would be read")
        return {name: [as_text(one) for one in wanted] for name, wanted in lists.items()}

    @model_validator(mode="after")
    def _templates(self) -> Columns:
        for text in self._named().values():
            names_in(text)
        return self

    def _named(self) -> dict[str, str]:
        """Field of the recipe -> the column or template that it names."""
        several = {
            "question": self.question,
            "image": self.image,
            "choices": self.choices,
            "links": self.links,
            "filled": self.filled,
        }
        named: dict[str, str | None] = {
            f"columns.{field}.{place}": text
            for field, value in several.items()
            if isinstance(value, list)
            for place, text in enumerate(value)
        }
        single = ("question", "answer", "image", "id", "choices", "answers", "answer_type", "split")
        named |= {f"columns.{name}": value for name in single if not isinstance(value := getattr(self, name), list)}
        named |= {f"columns.where.{name}": name for name in self.where}
        named |= {f"columns.joined.{name}.on": second.on or second.id for name, second in self.joined.items()}
        return {field: text for field, text in named.items() if text is not None}

    def whole(self, named: Mapping[str, str]) -> dict[str, str]:
        """Names that lead into a list with a separator as the column that holds the list: the file has no other."""
        lists = {name: f"{name}." for name in self.separators}
        found: dict[str, str] = {}
        for name, stated in named.items():
            found.setdefault(next((top for top, start in lists.items() if name.startswith(start)), name), stated)
        return found

    @property
    def named(self) -> dict[str, str]:
        """Column -> the first field of the recipe that names it, for all but the image."""
        fields = {field: text for field, text in self._named().items() if not field.startswith("columns.image")}
        return {name: field for field, text in reversed(fields.items()) for name in names_in(text)}


class ImageColumns(Part):
    """Where a table keeps the images of a pool. A name that holds dots goes into nested fields."""

    image: str = "image"
    """The column that names or holds the images."""
    links: list[str] = []
    """Columns whose equal values declare images to belong together."""

    @model_validator(mode="after")
    def _templates(self) -> ImageColumns:
        for text in (self.image, *self.links):
            names_in(text)
        return self


class Origin(Part):
    """What a corpus and a pool have in common: format, place and terms."""

    format: str
    """Name of a reader, see `twokeys corpora`; of a pool `images` too."""
    name: Annotated[str, Field(pattern=r"^[^\s:]+$")]
    """Becomes `source`, of items also the first part of every id, which ends at a colon."""
    path: str | None = None
    """Folder of the official files, relative to the corpora folder; None where a package brings them."""
    image_folder: str | None = None
    """Folder of the pictures, relative to the corpora folder, where it is not inside `path`."""
    revision: str
    """The exact state of the source, such as a commit or a release."""
    license: str
    """SPDX-like id, or `other`."""
    license_link: str | None = None
    """Where the terms stand, if no id of the Hub names them."""
    citation: str = ""
    """BibTeX or a plain reference."""
    homepage: str = ""
    """Page of the source."""
    notice: str = ""
    """What the licence wants kept with copies, such as its copyright line; LICENSE repeats it."""
    options: dict[str, Any] = {}
    """Further settings of the reader, such as which fields to ask about."""


class Corpus(Origin):
    """A source of items, in its official format."""

    splits: list[str] | dict[str, str] | None = None
    """Official splits to read (all when None), or a mapping from the official name to the published one."""
    images: Literal["required", "names"] = "required"
    """`required`: every item must have its picture. `names`: pictures are known by name alone, nothing is published."""
    label_noise: Annotated[float, Field(ge=0, lt=0.5)] | None = None
    """Share of its golds that are wrong, as the source or a study of it says; the card then tells what balance makes of
    it."""
    columns: Columns | None = None
    """For the formats `table` and `hf`."""
    group_by: list[Literal["image", "links", "question", "near_image", "paraphrase"]] = [
        "image",
        "links",
        "near_image",
    ]
    """What makes two items share a fold."""

    @property
    def read_from(self) -> dict[str, Any]:
        """All that the rows follow from: not what describes the source, nor what other stages use."""
        return self.model_dump(
            mode="json", exclude={"citation", "homepage", "notice", "license_link", "group_by", "label_noise"}
        )  # fmt: skip


class Pool(Origin):
    """Further images, among which generators find partners; no question about them needs to be known.

    Its `format` is `images` (all image files of the folder `path` and of the folders in it) or the format of a corpus
    (the images that its rows name; of `table` and `hf`, the images of one column).
    """

    splits: list[str] | None = None
    """Official splits whose images are read; all when None."""
    columns: ImageColumns | None = None
    """For the formats `table` and `hf`."""

    @field_validator("image_folder", "options", "splits", "columns")
    @classmethod
    def _of_readers(cls, value: Any, info: ValidationInfo) -> Any:
        if value and info.data.get("format") == IMAGES:
            raise ValueError(f"a folder of images has no `{info.field_name}`: name the folder by `path`")
        return value

    @property
    def corpus(self) -> Corpus:
        """The pool as readers take it."""
        columns = self.columns and Columns(image=self.columns.image, links=self.columns.links)
        shared = {name: getattr(self, name) for name in Origin.model_fields}
        return Corpus(**shared, splits=self.splits, columns=columns)
