"""Edits and the protocols of their generators: the interface between generators and the stage `pair`.

An edit changes a single view of an item so that the answer changes, too, and states how the new answer follows. The
stage checks the edit, turns it into an item and publishes it together with its original. A retrieved partner is an edit
that makes nothing new: it replaces the item's image by another image of the pool.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import ArrayLike

from twokeys.builder.pair.pool import Pool
from twokeys.builder.run.results import Result
from twokeys.core.items import digest

CODES = pa.dictionary(pa.int32(), pa.large_string())
"""Type of a column that has few different texts."""
EditView = Literal["question", "image"]
Span = tuple[int, int]
"""First character and the character after the last, in the new question."""
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the new image, x1 and y1 excluded."""
ReadImage = Callable[[str], bytes]
"""Reads an image's original bytes by its `image_key`."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A partner as its generator makes it.

    The fourth corner of a quad is an edit of an edit: a question edit of an image edit, with the question of another
    edit. Then `of` is the `id` of an edit that the same generator yielded before.

    Attributes:
        kind: The kind of change, such as `nlvr.recolour`; counts, checks and artefact tests are by kind.
        of: Id of the item (or of the earlier edit) that was edited.
        view: The changed view.
        answer: The new answer; it differs from the answer of the edited item.
        answer_source: `constructed`: the edit determines the answer. `verified`: named models agree, see `scores`.
            `expected`: the recipe's models must confirm the answer, or the edit is refused.
        note: How the answer follows, in words.
        question: The new question, for question edits.
        choices: The new options; None keeps the options of the original.
        picture: The file of the new image, for image edits: PNG, or JPEG if the original is a JPEG.
        image: Key of an image of the pool, for retrieved partners, instead of `picture`.
        words: Where the new question differs, for question edits.
        boxes: Where the new image differs, for image edits; for retrieved partners, the objects of the question.
        meta: The new item's `meta` as canonical JSON, such as the edited scene. None keeps the original's `meta` for
            question edits and gives `{}` for image edits, since facts about the old image may not hold for the new one.
        scores: (name, score) of the models that verified the answer.
    """

    kind: str
    of: str
    view: EditView
    answer: str
    answer_source: Literal["constructed", "verified", "expected"]
    note: str
    question: str | None = None
    choices: tuple[str, ...] | None = None
    picture: bytes | None = None
    image: str | None = None
    words: tuple[Span, ...] = ()
    boxes: tuple[Box, ...] = ()
    meta: str | None = None
    scores: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edit that no generator may yield.

        Raises:
            ValueError: If the edit changes both views or none, or has no difference mask or no note.
        """
        given = (self.question is not None, self.picture is not None, self.image is not None)
        if self.view == "question":
            good = given == (True, False, False) and len(self.words) > 0 and not self.boxes
        else:
            marked = self.image is not None or len(self.boxes) > 0
            good = not given[0] and given[1] != given[2] and marked and not self.words
        if not good:
            raise ValueError(f"{self.kind} of {self.of}: an edit changes its view, marks where, and leaves the other")
        if self.question is not None and not all(0 <= a < b <= len(self.question) for a, b in self.words):
            raise ValueError(f"{self.kind} of {self.of}: spans {self.words} are not inside {self.question!r}")
        if not all(0 <= x0 < x1 and 0 <= y0 < y1 for x0, y0, x1, y1 in self.boxes):
            raise ValueError(f"{self.kind} of {self.of}: boxes {self.boxes} are empty or outside the picture")
        if not self.note or not self.kind or (self.answer_source == "verified") != bool(self.scores):
            raise ValueError(f"{self.kind} of {self.of}: an edit says how its answer is known")

    @property
    def id(self) -> str:
        """Id of the new item: the original's id with a hash of the edit. Edits of edits keep a single mark."""
        picture = self.image or hashlib.sha256(self.picture or b"").hexdigest()
        return edit_id(self.kind, self.of, picture, self.answer, (self.question or "", *(self.choices or ())))


MARK = "~"
"""Separates the original's id from the hash of the edit."""
_MARKED = re.compile(rf"{MARK}[0-9a-f]{{16}}$")


def root_of(item: str) -> str:
    """Id of the annotated item that an edit, or an edit of an edit, goes back to; an item goes back to itself.

    Example:
        >>> root_of("nlvr:dev:1-2~0123456789abcdef"), root_of("nlvr:dev:1-2")
        ('nlvr:dev:1-2', 'nlvr:dev:1-2')
    """
    return _MARKED.sub("", item)


def edit_id(kind: str, of: str, picture: str, answer: str, question: tuple[str, ...] = ("",)) -> str:
    """See `Edit.id`; for a retrieved partner, `picture` is the key of its image, and there is no new question."""
    return f"{root_of(of)}{MARK}{digest(kind, of, *question, picture, answer)[:16]}"


@runtime_checkable
class Generator(Protocol):
    """Makes edits: a frozen dataclass whose fields are the parameters that a recipe may give (`with:`).

    Attributes:
        name: Registered name.
        version: Raised whenever the generator would make other edits from the same items.
        view: The view that it changes.
        formats: Formats of corpora that it can edit, as recipes name them (`nlvr`); empty: any.
        languages: Languages of the questions that it rewords or understands, as recipes name them (`en`); empty: any.
            A generator without this attribute accepts any language.
        needs: What the stage `pair` must provide in addition to items: `pictures` (calls `picture`), `lexicon` (has the
            field `lexicon: tuple[Substitution, ...]`, learned from the corpus), `study` (is a `Student`), `files` (is a
            `FileReader`: reads files beside the corpus), `images` (has the field `images: Images`, the recipe's limits
            before decoding), `models` (is a `Loader`: runs models of torch), `check` (is a `Checker`: checks its files
            before any measurement), `within` (has the field `within: tuple[str, ...]`, the columns inside whose
            combinations the recipe balances), or `pool` (is a `Retriever`: chooses among existing images).
    """

    name: ClassVar[str]
    version: ClassVar[int]
    view: ClassVar[EditView]
    formats: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]]

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield edits of some items.

        This is a pure function: the edits of an item depend on the item, the parameters and the seed, never on the
        other items of the shard (`rng` gives random numbers for an item). It yields no edit with an uncertain answer.

        Args:
            items: A shard of the item table (`twokeys.core.items.SCHEMA`), any index.
            picture: Original bytes by `image_key`.
            seed: The recipe's seed.
        """
        ...


class Student(Protocol):
    """A generator that must see the whole corpus before it can edit parts of it."""

    def study(self, items: pd.DataFrame, picture: ReadImage) -> Generator:
        """Learn from all items that it can edit: a deterministic function whose result can be pickled.

        The result may list in `declined` (image key -> reason) the images that it does not edit; the build warns users.
        """
        ...


class FileReader(Protocol):
    """A generator that reads files beside a corpus, such as annotations of its images."""

    def located(self, find: Callable[[str], Path]) -> Generator:
        """Return the generator with the places and hashes of its files, so that its `repr` changes with the files.

        Args:
            find: Returns the path of a file that the recipe names relative to the corpora folder.
        """
        ...


@dataclass(frozen=True, eq=False)
class Retrieval(Result):
    """The candidates of a generator that retrieves.

    Attributes:
        kind: The kind of all candidates.
        candidates: Images of the pool that may replace items' images, the best of each item first: `of` (id of the
            item), `image` (key) and `answer` about the image, as categories (`as_candidates`). Balance chooses among
            them. A candidate with the answer of its item is onward (`twokeys.builder.pair.onward`).
        expected: Whether the recipe's models must confirm the answers; otherwise the answers follow from annotations.
        understood: Ids of the items whose question the generator understands.
        checked: Number of understood items for which it can also determine the answer about the item's image.
        agreed: Number of checked items for which it gives the annotated answer.
        askable: Ids of the items for which a partner is possible: the generator gives the annotated answer about the
            item's image, and another answer about some image of the pool. If models give the answers: items with a
            candidate.
        files: Files from which the answers follow, as the recipe names them -> SHA-256; empty if models answer.
        absence: The meaning of an object without annotation, in sentences for users; empty if no annotations are read.
    """

    kind: str
    candidates: pd.DataFrame
    expected: bool
    understood: list[str]
    checked: int
    agreed: int
    askable: list[str]
    files: dict[str, str] = field(default_factory=dict)
    absence: str = ""

    SCHEMAS: ClassVar = {"candidates": pa.schema([(name, CODES) for name in ("of", "image", "answer")])}


def as_candidates(**columns: tuple[ArrayLike, ArrayLike]) -> pd.DataFrame:
    """Candidates as columns of codes, so that each of millions takes a few bytes.

    Example:
        >>> found = as_candidates(of=([0, 0], ["toy:1", "toy:2"]), image=([1, 0], ["a", "b"]), answer=([0, 0], ["no"]))
        >>> found.astype(str).to_numpy().tolist()
        [['toy:1', 'b', 'no'], ['toy:1', 'a', 'no']]
    """
    table = {}
    for name, (codes, names) in columns.items():
        used, code = np.unique(np.asarray(codes, dtype=np.int64), return_inverse=True)
        table[name] = pd.Categorical.from_codes(code, pd.Index(np.asarray(names, dtype=object), dtype="str")[used])
    return pd.DataFrame(table)


class Retriever(Protocol):
    """A generator that replaces an item's image by another image of the pool."""

    def retrieve(self, items: pd.DataFrame, pool: Pool) -> Retrieval:
        """Find sound candidates: a deterministic function of items and pool that does not depend on their order.

        Args:
            items: All items that need partners, as for `Generator.edits`.
            pool: The images, including the images of the items.
        """
        ...

    def as_edits(self, items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame) -> Iterator[Edit]:
        """Yield some of the candidates as edits, in their order, with all published fields.

        Args:
            items: As for `retrieve`.
            pool: The images.
            candidates: Rows of `Retrieval.candidates`.
        """
        ...


class Checker(Protocol):
    """A generator that checks its files before any measurement, so that no work is lost on a bad file.

    Attributes:
        cautions: Warnings about risky settings of the recipe, in sentences; empty if there are none.
    """

    @property
    def cautions(self) -> tuple[str, ...]:
        """See above."""
        ...

    def check(self, items: pd.DataFrame) -> None:
        """Read the files that the edits of some items need.

        Args:
            items: All items that it can edit, before any rule; an image without a file has the size 0.

        Raises:
            BadInput: If a file or a model cannot be read, or does not fit the items.
            MissingPackage: If a library that edits need is not installed.
        """
        ...


class Loader(Protocol):
    """A generator that runs models of torch; `twokeys.builder.run.room` gives them memory and threads.

    Attributes:
        weights: Bytes of all its models; 0 if its parameters name no model.
    """

    @property
    def weights(self) -> int:
        """See above."""
        ...


def rng(seed: int, generator: str, item: str) -> np.random.Generator:
    """A random generator that depends on the item, not on its shard."""
    return np.random.default_rng(int(digest("edit", str(seed), generator, item), 16))
