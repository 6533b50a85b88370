"""The settings of retrieved partners in a recipe."""

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
    """The source of answers, and the number of candidates.

    Attributes:
        judge: The source of answers: `coco`, `gqa`, `visual-genome` or `clevr` for annotations in that format, `models`
            for the models of `pair.verify`.
        files: Files of annotations, relative to the corpora folder; none for `models`.
        candidates: Largest number of images for an item, and of questions for an image and each answer. More candidates
            close more circulations; models must answer each.
        images_per_question: Largest number of candidates of a question; None for no limit.
        questions_per_image: Largest number of further questions for an image, in addition to the questions of near
            items, so that an image retrieved for an answer is balanced by another answer; None for no limit. `models`
            search no further questions.
        answers: For `models` and questions without options: the number of the corpus's most frequent answers to the
            same question that are tried about each image.
        paths: Paths of the files, filled in by the build.
        hashes: SHA-256 of each file, filled in by the build.
        within: Columns inside whose combinations the set is balanced, filled in by the build.
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
        """The kind of the judge's candidates."""
        return f"{RETRIEVED}{self.judge}"

    def vertex(self, items: pd.DataFrame) -> list[pd.Series[str]]:
        """Columns that are equal for items of the same vertex; each part of the items is balanced by itself."""
        return [items["question_key"], *(value_of(items, column) for column in self.within)]
