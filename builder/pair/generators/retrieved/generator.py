"""The generator `retrieved`: what a recipe may set, its candidates, and what is published of those that are needed.

An item's candidates are the images nearest to its own about which its question has another answer (DESIGN of the graph:
an added edge closes a circulation; that is all it is for). Whose answer it is, the judge says: annotations, from which
the answer follows, or the recipe's models, which must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, Retrieval
from twokeys.builder.pair.generators.retrieved.by_annotations import by_annotations, facts
from twokeys.builder.pair.generators.retrieved.by_models import by_models, expectations
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.generators.retrieved.settings import Settings
from twokeys.builder.pair.pool import Pool
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256


@dataclass(frozen=True)
class Retrieved(Settings):
    """Finds other images about which an item's question has another answer."""

    name: ClassVar[str] = "retrieved"
    version: ClassVar[int] = 3
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("pool", "files", "within")

    @property
    def languages(self) -> tuple[str, ...]:
        """Annotations answer questions that are understood, in English; models are asked in the question's words."""
        return () if self.judge == "models" else ("en",)

    def located(self, find: Callable[[str], Path]) -> Retrieved:
        """The same with the paths of its files, read once and hashed, so that a change is seen.

        Raises:
            BadInput: When files are missing, or are none of the judge's format.
        """
        field = f"pair.generators.{self.name}.files"
        if (self.judge == "models") != (not self.files):
            problem = f"the judge is {self.judge!r}, and {len(self.files)} files are named"
            allowed = "files of annotations for a judge by annotations, none for `models`"
            raise BadInput("recipe", field, problem, allowed, "name the files, or choose another judge")
        paths = [find(name) for name in self.files]
        for path in paths:
            if not path.is_file():
                raise BadInput(path, None, "there is no such file", registry.FILES[self.judge], f"correct {field}")
        generator = replace(self, paths=tuple(map(str, paths)), hashes=tuple(map(sha256, paths)))
        if paths:
            registry.judge(
                generator.judge, generator.paths, generator.hashes
            )  # what is wrong with a file shows before any work
        return generator

    def __repr__(self) -> str:
        """All that the candidates depend on; where the files lie is not part of it."""
        numbers = self.candidates, self.images_per_question, self.questions_per_image, self.answers
        return f"Retrieved{(self.judge, self.hashes, *numbers, self.within)}"

    def retrieve(self, items: pd.DataFrame, pool: Pool) -> Retrieval:
        """Find candidates; see `twokeys.builder.pair.edit.Retriever`."""
        return by_models(items, pool, self) if self.judge == "models" else by_annotations(items, pool, self)

    def as_edits(self, items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame) -> Iterator[Edit]:
        """Give candidates their notes; see `twokeys.builder.pair.edit.Retriever`."""
        notes = expectations if self.judge == "models" else facts
        return notes(items, pool, candidates, self)
