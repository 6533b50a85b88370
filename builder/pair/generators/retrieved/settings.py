"""What a recipe may set of retrieved partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import pandas as pd
from annotated_types import Ge

from twokeys.core.columns import RETRIEVED
from twokeys.core.strata import value_of

By = Literal["coco", "gqa", "visual-genome", "clevr", "models"]


@dataclass(frozen=True)
class Settings:
    """Whose answer it is, and how many candidates there are.

    Attributes:
        judge: Whose answer it is: `coco`, `gqa`, `visual-genome` or `clevr` for annotations in that format, `models`
            for the models of `pair.verify`.
        files: Files of annotations, relative to the corpora folder; none for `models`.
        candidates: Images that an item gets at most, and questions that an image gets at most for each answer. More
            candidates close more circulations; models are asked about each.
        images_per_question: Candidates of one question at most; None for no limit.
        questions_per_image: Questions that an image gets at most beside those whose items it is near to, so that what
            came in for one answer is balanced by another; None for no limit. None are looked for by `models`.
        answers: For `models` and questions without options: so many of the answers that the corpus most often gives to
            the same question are tried about each image.
        paths: Where the files lie, filled in by the build.
        hashes: SHA-256 of each, filled in by the build.
        within: Columns inside whose combinations balance holds, filled in by the build.
    """

    judge: By
    files: tuple[str, ...] = ()
    candidates: Annotated[int, Ge(1)] = 10
    images_per_question: Annotated[int, Ge(1)] | None = None
    questions_per_image: Annotated[int, Ge(1)] | None = 20
    answers: Annotated[int, Ge(2)] = 4
    paths: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    within: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What candidates by the judge are called."""
        return f"{RETRIEVED}{self.judge}"

    def vertex(self, items: pd.DataFrame) -> list[pd.Series[str]]:
        """Columns that items have in common if they share the edges of one vertex: parts are balanced by themselves."""
        return [items["question_key"], *(value_of(items, column) for column in self.within)]
