"""Where a recipe's items and images come from: the parts of a recipe that name corpora and pools."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

IMAGES = "images"
"""The format of a pool that is a folder of image files."""


class Part(BaseModel):
    """Base of all parts of a recipe: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(Part):
    """Where a table keeps the fields of an item. A name that holds dots goes into nested fields."""

    question: str = "question"
    answer: str | None = "answer"
    """The column of golds; null if there is none: what most of the annotators in `answers` said is then the gold."""
    image: str | list[str] | None = "image"
    """A column, or the columns of several images in their order; a cell may hold a list of images, or none."""
    id: str | None = None
    choices: str | list[str] | None = None
    answers: str | None = None
    """A column with what all annotators answered: a list of texts, or of objects with a field `answer`."""
    answer_type: str | None = None
    split: str | None = None
    links: list[str] = []
    """Columns whose equal values declare items to belong together."""
    answer_is: Literal["text", "index", "index from 1", "letter"] | None = None
    """How the gold of a multiple-choice item is given: the option's text, its index from 0 or from 1, or its letter.
    None: as its text, and reading stops if golds that are no option could be letters or indices."""


class ImageColumns(Part):
    """Where a table keeps the images of a pool. A name that holds dots goes into nested fields."""

    image: str = "image"
    links: list[str] = []
    """Columns whose equal values declare images to belong together."""


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
    citation: str = ""
    """BibTeX or a plain reference."""
    homepage: str = ""
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
