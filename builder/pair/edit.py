"""What a constructed partner is made of, and what makes one: the seam between generators and the stage `pair`.

An edit changes one view of one item so that the answer changes too, and says how the new answer follows. The stage
checks it, turns it into an item and publishes it beside its original, never without. A retrieved partner is an edit
that makes nothing: it puts another image of the pool in the place of the item's image.
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
"""First character and the one after the last, in the new question."""
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the new picture, x1 and y1 excluded."""
ReadImage = Callable[[str], bytes]
"""Gives an image's original bytes by its `image_key`."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A partner as its generator makes it.

    The fourth corner of a quad is an edit of an edit: `of` may be the `id` of an edit that the same generator yielded
    before. A question edit of an image edit that puts the question of another edit gives that corner.

    Attributes:
        kind: What was done, such as `nlvr.recolour`; counts, checks and artefact tests are by kind.
        of: Id of the item (or of the earlier edit) that was edited.
        view: What was changed.
        answer: The new answer; differs from that of the item edited.
        answer_source: `constructed`: the edit determines the answer. `verified`: named models agree, see `scores`.
            `expected`: it may be so; the recipe's models say, and the edit becomes `verified` or is refused.
        note: How the answer follows, in words.
        question: The new question, for question edits.
        choices: The new options; None keeps the original's.
        picture: The new picture's file, for image edits: PNG, or JPEG where the original is one.
        image: Key of an image of the pool, for retrieved partners, in the place of `picture`.
        words: Where the new question differs, for question edits.
        boxes: Where the new picture differs, for image edits; of a retrieved partner where what is asked for stands.
        meta: The new item's `meta` as canonical JSON, such as the edited scene. None keeps the original's for question
            edits and gives `{}` for image edits, for what was known of the old picture need not hold of the new one.
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
        """Refuse what no generator may yield.

        Raises:
            ValueError: When the edit changes both views or none, has no difference mask or no note.
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
        """Id of the new item: its original's, and a hash of what is new. Edits of edits keep one mark."""
        picture = self.image or hashlib.sha256(self.picture or b"").hexdigest()
        return edit_id(self.kind, self.of, picture, self.answer, (self.question or "", *(self.choices or ())))


MARK = "~"
"""Stands between an original's id and the mark of its edit."""
_MARKED = re.compile(rf"{MARK}[0-9a-f]{{16}}$")


def root_of(item: str) -> str:
    """Id of the annotated item that an edit, or an edit of an edit, goes back to; an item goes back to itself.

    Example:
        >>> root_of("nlvr:dev:1-2~0123456789abcdef"), root_of("nlvr:dev:1-2")
        ('nlvr:dev:1-2', 'nlvr:dev:1-2')
    """
    return _MARKED.sub("", item)


def edit_id(kind: str, of: str, picture: str, answer: str, question: tuple[str, ...] = ("",)) -> str:
    """See `Edit.id`; a retrieved partner has the key of its image for `picture`, and no question of its own."""
    return f"{root_of(of)}{MARK}{digest(kind, of, *question, picture, answer)[:16]}"


@runtime_checkable
class Generator(Protocol):
    """Makes edits: a frozen dataclass whose fields are the parameters that a recipe may give (`with:`).

    Attributes:
        name: Registered name.
        version: Raised whenever it would make something else from the same items.
        view: What it changes.
        formats: Formats of corpora that it can edit, as recipes name them (`nlvr`); empty: any.
        languages: Languages of the questions that it rewords or understands, as recipes name them (`en`); empty: any.
            A generator without this attribute takes any.
        needs: What the stage `pair` must hand over beside items: `pictures` (calls `picture`), or `lexicon` (is made
            with the field `lexicon: tuple[Substitution, ...]`, learned from the corpus), or `study` (is a `Student`),
            or `files` (is a `FileReader`: reads files beside the corpus), or `images` (is made with the field
            `images: Images`, the recipe's limits before decoding), or `models` (is a `Loader`: runs models of torch),
            or `check` (is a `Checker`: looks at its files before anything is measured), or `within` (is made with the
            field `within: tuple[str, ...]`: the columns inside whose combinations the recipe balances), or `pool` (is a
            `Retriever`: chooses among images that are there, and edits none).
    """

    name: ClassVar[str]
    version: ClassVar[int]
    view: ClassVar[EditView]
    formats: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]]

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield edits of some items.

        A pure function: what is made of an item depends on the item, the parameters and the seed, never on the other
        items of the shard (`rng` gives an item's own randomness). Yields nothing where it cannot be sure of the answer.

        Args:
            items: A shard of the item table (`twokeys.core.items.SCHEMA`), any index.
            picture: Original bytes by `image_key`.
            seed: The recipe's seed.
        """
        ...


class Student(Protocol):
    """A generator that must see the whole corpus before it can edit a part of it."""

    def study(self, items: pd.DataFrame, picture: ReadImage) -> Generator:
        """Learn from all items that it can edit: a deterministic function of them, whose result can be pickled.

        The result may say in `declined` (image key -> reason) which pictures it leaves alone; users are told.
        """
        ...


class FileReader(Protocol):
    """A generator that reads files which lie beside a corpus, such as annotations of its pictures."""

    def located(self, find: Callable[[str], Path]) -> Generator:
        """Say where its files are and what is in them, so that the result's `repr` changes when they do.

        Args:
            find: Gives the path of a file that the recipe names relative to the corpora folder.
        """
        ...


@dataclass(frozen=True, eq=False)
class Retrieval(Result):
    """What a generator that retrieves makes of all items.

    Attributes:
        kind: The kind of all candidates.
        candidates: Images of the pool that may stand in the place of items' images, the best of each item first: `of`
            (id of the item), `image` (its key) and `answer` about it, as categories (`as_candidates`). Balance chooses
            among them. What has the answer of its item is onward (`twokeys.builder.pair.onward`).
        expected: Whether the answers are expectations, which the recipe's models must share; else they are told.
        understood: Ids of the items whose question it understands.
        checked: Number of those about whose own image it can tell the answer, too.
        agreed: Number of those for which it tells the annotated answer.
        askable: Ids of the items that a partner could be found for: it tells the annotated answer about their own
            image, and another one about some image of the pool. If models tell the answers, nothing is known before
            they are asked: items that got a candidate.
        files: Files from which the answers follow, as the recipe names them -> SHA-256; empty if models tell them.
        absence: What it means that an object is not annotated, in sentences for users; empty if no annotations tell.
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
    """Candidates as columns of codes, each with the different names that it may have: millions take few bytes each.

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
    """A generator that puts another image of the pool in the place of an item's image."""

    def retrieve(self, items: pd.DataFrame, pool: Pool) -> Retrieval:
        """Find candidates, each by itself sound: a deterministic function of items and pool, whatever their order.

        Args:
            items: All items that it can find partners for, as for `Generator.edits`.
            pool: The images, those of the items among them.
        """
        ...

    def as_edits(self, items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame) -> Iterator[Edit]:
        """Yield some of the candidates as edits, in their order, with all that is published of them.

        Args:
            items: As for `retrieve`.
            pool: The images.
            candidates: Rows of `Retrieval.candidates`.
        """
        ...


class Checker(Protocol):
    """A generator that looks at its files before anything is measured, so that a bad one costs no work.

    Attributes:
        cautions: Sentences for users whose recipe asks for what they should think twice about; empty: none.
    """

    @property
    def cautions(self) -> tuple[str, ...]:
        """See above."""
        ...

    def check(self, items: pd.DataFrame) -> None:
        """Read what the edits of some items need.

        Args:
            items: All items that it can edit, before any rule; images that are known by name alone have no size (0).

        Raises:
            BadInput: When a file or a model cannot be read, or does not fit the items.
            MissingPackage: When a library that edits need is not installed.
        """
        ...


class Loader(Protocol):
    """A generator that runs models of torch, which get room and threads as `twokeys.builder.run.room` says.

    Attributes:
        weights: Bytes of all its models; 0 where its parameters name none.
    """

    @property
    def weights(self) -> int:
        """See above."""
        ...


def rng(seed: int, generator: str, item: str) -> np.random.Generator:
    """Random numbers that are an item's own, whatever shard it is in."""
    return np.random.default_rng(int(digest("edit", str(seed), generator, item), 16))
