"""What a matrix is: numbers that a baseline may read of contents beside their text, one row a content."""

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
    """What a view shows of some items: every content once.

    Attributes:
        view: The view.
        form: Form of the problem.
        items: The items that show the contents.
        table: Indexed by the content's key, with `context` and `text`.
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
        """Features of each content that follow from all options of its item, in the `option` form."""
        cases = [tuple(choices) for choices in self.items["choices"]]
        known = {case: features(case) for case in dict.fromkeys(cases)}
        return np.concatenate([known[case] for case in cases])[self.first]


class Matrix(ABC):
    """One matrix of some views. Two matrices may have one name if they are of different views."""

    name: ClassVar[str]
    """How baselines name it in `reads` and `also`."""
    views: ClassVar[tuple[View, ...]]
    """Views whose contents it describes."""
    version: ClassVar[int] = 1
    """Raised whenever other numbers would be made."""
    source: str = ""
    """Key of what it is made from beside the contents themselves; empty if it is made of their text alone."""
    with_options: ClassVar[bool] = False
    """Whether the plain features of options are columns, too, in the `option` form."""

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """Models that make it, by what they encode."""
        return {}

    @property
    def key(self) -> str:
        """All that the numbers follow from, beside the contents."""
        made_by = {kind: model.key for kind, model in self.encoders.items()}
        return canonical_json([self.name, self.views, self.version, self.source, made_by])


class ContentMatrix(Matrix):
    """A matrix that contents decide."""

    @abstractmethod
    def make(self, contents: Contents) -> Floats | None:
        """Make it, one row a content; None if it cannot be had, such as of images that are known by name alone."""


class RowMatrix(Matrix):
    """A matrix that rows decide: rows of one question that differ in it are different contents."""

    @abstractmethod
    def of_rows(self, ids: pd.Series[str]) -> Floats | None:
        """Make it, one row an item; None if it cannot be had."""


@dataclass(frozen=True)
class Reads:
    """What some baselines read of contents beside their text.

    Attributes:
        matrices: The matrices that can be made.
        language: The language model that baselines run themselves; None if none of them does.
    """

    matrices: Sequence[Matrix] = ()
    language: NamedModel | None = None

    def of(self, view: View, names: Collection[str]) -> list[Matrix]:
        """Matrices of a view by their names, sorted."""
        found = [matrix for matrix in self.matrices if view in matrix.views and matrix.name in names]
        return sorted(found, key=lambda matrix: matrix.name)

    @property
    def of_rows(self) -> frozenset[str]:
        """Names of the matrices that rows decide."""
        return frozenset(matrix.name for matrix in self.matrices if isinstance(matrix, RowMatrix))

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """Models that make the matrices or that baselines run, by what they encode."""
        found: dict[str, NamedModel] = {} if self.language is None else {"language": self.language}
        for matrix in self.matrices:
            found |= matrix.encoders
        return found
