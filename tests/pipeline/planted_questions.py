"""A generator with a planted cue: a word of its own in every question that is answered no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, ReadImage
from twokeys.core.items import digest


@dataclass(frozen=True)
class Planted:
    """Ask about a colour that is never there, of all that is answered yes."""

    name: ClassVar[str] = "toy-planted"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "question"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
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


@dataclass(frozen=True)
class Tagged:
    """Ask again whatever is asked of here, with the other answer and with one of two words more.

    Attributes:
        telling: Whether the word goes by the answer; else by the item, whatever is answered.
    """

    name: ClassVar[str] = "toy-tagged"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "question"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    telling: bool = True

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        for item in items[items["question"].str.endswith("here?")].to_dict("records"):
            first = item["answer"] == "yes" if self.telling else int(digest("tag", item["id"]), 16) % 2 == 0
            word = "then" if first else "today"
            question = item["question"].replace("here?", f"here {word}?")
            start = question.index(word)
            answer = "no" if item["answer"] == "yes" else "yes"
            spans = ((start, start + len(word)),)
            yield Edit("tag", item["id"], "question", answer, "constructed", "by fiat", question, words=spans)
