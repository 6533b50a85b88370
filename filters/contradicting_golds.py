"""Drop items with the same question about the same image and different answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from twokeys.filters.cells import is_missing, listing, quote
from twokeys.filters.rule import Drops, Rule, Scope

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ContradictingGolds(Rule):
    """Drop all items of one image and one question (with its options) if their answers differ.

    The table does not tell which answer is right, so no item is kept.

    Example:
        >>> import pandas as pd
        >>> ContradictingGolds().decide(pd.DataFrame(
        ...     {"id": ["a", "b"], "image_key": "i", "question_key": "q", "answer": ["red", "blue"]}))["a"]
        "the same image and question have different answers: 'blue' (b); 'red' (a)"
    """

    id = "contradicting-golds"
    summary = "the same question about the same image has another answer elsewhere"
    bias = "wrong or ambiguous labels: no model can be right on both"
    scope: ClassVar[Scope] = "set"
    uses_gold = True

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("image_key", "question_key", "answer")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        items_of: dict[tuple[str, str], dict[str, list[str]]] = {}
        for item, image, question, answer in zip(table["id"], *(table[name] for name in self.reads()), strict=True):
            if not any(is_missing(part) for part in (image, question, answer)):
                items_of.setdefault((image, question), {}).setdefault(answer, []).append(item)
        drops: Drops = {}
        for answers in items_of.values():
            if len(answers) > 1:
                listed = "; ".join(
                    f"{quote(answer)} ({listing(sorted(answers[answer]))})" for answer in sorted(answers)
                )
                reason = f"the same image and question have different answers: {listed}"
                drops.update((item, reason) for ids in answers.values() for item in ids)
        return drops
