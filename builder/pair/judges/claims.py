"""What is claimed of items and edits: the answer that each has or is expected to have, and the answers to beat."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twokeys.builder.pair.judges.asking import Claim, rivals
from twokeys.core.items import digest

FREQUENT = 16
"""Answers of a type that an open answer must beat: the most frequent ones of all items."""
_OF_ITEMS = ["image_key", "question", "choices", "answer_type", "answer"]
_OF_EDITS = ["edit_of", "picture", "image", "question", "choices", "answer"]


class Claims:
    """Claims by id of the item or edit, made when they are asked for.

    Args:
        items: Annotated items.
        edits: Rows of `twokeys.builder.pair.generate.EDITS`.
    """

    def __init__(self, items: pd.DataFrame, edits: pd.DataFrame) -> None:
        self._items = dict(zip(items["id"].astype(str), items[_OF_ITEMS].itertuples(index=False), strict=True))
        self._edits = dict(zip(edits["id"].astype(str), edits[_OF_EDITS].itertuples(index=False), strict=True))
        by_type = items.groupby("answer_type")["answer"]
        self._frequent = {str(kind): _most_frequent(answers) for kind, answers in by_type}
        self._found: dict[str, Claim] = {}

    def of(self, identity: str) -> Claim:
        """The answer of an item or an edit."""
        if identity not in self._found:
            edit = self._edits.get(identity)
            self._found[identity] = self._of_item(self._items[identity]) if edit is None else self._of(identity, edit)
        return self._found[identity]

    def every(self, identity: str) -> dict[Claim, bool]:
        """All answers that could be an item's, and whether each is the annotated one."""
        claim = self.of(identity)
        answers = {claim.answer, *claim.rivals}
        return {claim.claiming(answer, answers): answer == claim.answer for answer in sorted(answers)}

    def _of_item(self, row: Any) -> Claim:
        choices = tuple(row.choices)
        others = rivals(row.answer, choices, row.answer_type, self._frequent[row.answer_type])
        return Claim(str(row.image_key), None, row.question, choices, row.answer_type, row.answer, others)

    def _of(self, identity: str, row: Any) -> Claim:
        base = self.of(str(row.edit_of))
        choices = base.choices if row.choices is None else tuple(row.choices)
        image, picture = base.image, base.picture
        if row.image is not None:
            image, picture = str(row.image), None
        elif row.picture is not None:
            image, picture = digest("picture", identity), row.picture
        others = rivals(row.answer, choices, base.kind, (base.answer, *base.rivals))
        return Claim(image, picture, row.question or base.question, choices, base.kind, row.answer, others)


def _most_frequent(answers: pd.Series[str]) -> tuple[str, ...]:
    """Equally frequent ones in alphabetical order."""
    counted = answers.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return tuple(counted.index[:FREQUENT])
