"""The interface of a matrix: numbers that a baseline may read besides the text, one row for each content."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from twokeys.builder.measure.baselines.problem import Floats, Form, Ints
from twokeys.builder.run.keys import NamedModel
from twokeys.core.items import canonical_json
from twokeys.core.views import View


@dataclass(frozen=True, eq=False)
class Contents:
    """The contents that a view shows of some items, each once.

    Attributes:
        view: The view.
        form: Form of the problem.
        items: The items that show the contents.
        table: Table with `context` and `text`, indexed by the content's key.
        first: (u,) the first row that shows each content; a row is an item, or an option of an item.
        options: (u, p) plain features of each option, or (u, 0).
        candidates: The answers among which a language model may choose, in the `answer` form.
    """

    view: View
    form: Form
    items: pd.DataFrame
    table: pd.DataFrame
    first: Ints
    options: Floats
    candidates: tuple[str, ...] = ()

    @property
    def keys(self) -> pd.Index[str]:
        """Keys of the contents."""
        return self.table.index

    @property
    def joined(self) -> list[str]:
        """Context and text of each content."""
        texts: list[str] = (self.table["context"] + " " + self.table["text"]).str.strip().tolist()
        return texts

    def of_options(self, features: Callable[[Sequence[str]], Floats]) -> Floats:
        """Compute features of each content from all options of its item, in the `option` form."""
        cases = [tuple(choices) for choices in self.items["choices"]]
        features_of = {case: features(case) for case in dict.fromkeys(cases)}
        return np.concatenate([features_of[case] for case in cases])[self.first]


class Matrix(ABC):
    """One matrix of some views. Two matrices of different views may have the same name."""

    name: ClassVar[str]
    """Name of the matrix in `reads` and `also` of baselines."""
    views: ClassVar[tuple[View, ...]]
    """Views whose contents it describes."""
    version: ClassVar[int] = 1
    """Increased whenever the numbers change."""
    source: str = ""
    """Key of its inputs besides the contents; empty if it is made of their text alone."""
    with_options: ClassVar[bool] = False
    """Whether the plain features of options are columns, too, in the `option` form."""

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """What is encoded -> the model that encodes it."""
        return {}

    @property
    def key(self) -> str:
        """Key of everything that the numbers follow from, besides the contents."""
        made_by = {kind: model.key for kind, model in self.encoders.items()}
        return canonical_json([self.name, self.views, self.version, self.source, made_by])


class ContentMatrix(Matrix):
    """A matrix whose rows follow from contents."""

    @abstractmethod
    def make(self, contents: Contents) -> Floats | None:
        """Make one row for each content; None if the matrix is not available, such as for images without files."""


class RowMatrix(Matrix):
    """A matrix whose rows follow from items: items of one question that differ in it are different contents."""

    @abstractmethod
    def of_rows(self, ids: pd.Series[str]) -> Floats | None:
        """Make one row for each item; None if the matrix is not available."""


@dataclass(frozen=True)
class Reads:
    """What some baselines read of contents besides their text.

    Attributes:
        matrices: The available matrices.
        language: The language model that baselines run; None if no baseline runs one.
    """

    matrices: Sequence[Matrix] = ()
    language: NamedModel | None = None

    def of(self, view: View, names: Collection[str]) -> list[Matrix]:
        """Return the matrices of a view with the given names, sorted by name."""
        matching = [matrix for matrix in self.matrices if view in matrix.views and matrix.name in names]
        return sorted(matching, key=lambda matrix: matrix.name)

    @property
    def of_rows(self) -> frozenset[str]:
        """Names of the matrices that follow from items."""
        return frozenset(matrix.name for matrix in self.matrices if isinstance(matrix, RowMatrix))

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """Models that make the matrices or that baselines run: what is encoded -> the model."""
        encoders: dict[str, NamedModel] = {} if self.language is None else {"language": self.language}
        for matrix in self.matrices:
            encoders |= matrix.encoders
        return encoders
