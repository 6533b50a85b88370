"""A generator with a planted cue: a word of its own in every question that is answered no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from builder.counterfactuals.edit import Edit, EditView, Pictures


@dataclass(frozen=True)
class Planted:
    """Ask about a colour that is never there, of all that is answered yes."""

    name: ClassVar[str] = "toy-planted"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "question"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()

    def edits(self, items: pd.DataFrame, picture: Pictures, seed: int) -> Iterator[Edit]:
        for item in items.to_dict("records"):
            if item["answer"] != "yes" or "square" not in item["question"]:
                continue
            question = item["question"].replace("square", "mauve square")
            start = question.index("mauve")
            yield Edit(
                "mauve",
                item["id"],
                "question",
                "no",
                "constructed",
                "nothing is",
                question,
                words=((start, start + 5),),
            )
