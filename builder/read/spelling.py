"""Questions that look the same are published in the same spelling, so that the same key means the same bytes.

A key depends on what a person sees (`twokeys.core.answers.lookalikes`). A model reads characters and could distinguish
curly from straight quotation marks. Therefore a single spelling of the source is published for each key: the most
frequent (then the first by code points). Options, and golds that are options, follow it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from twokeys.core.answers.lookalikes import alike

Spelling = tuple[str, tuple[str, ...]]
"""A question and its options."""


def one_spelling(items: pd.DataFrame) -> pd.DataFrame:
    """Give questions that look the same, with their options and golds, the same spelling.

    Args:
        items: Item table with `question`, `choices`, `answer`, `compared` and `question_key`.
    """
    spellings = [
        (question, tuple(sorted(choices)))
        for question, choices in zip(items["question"], items["choices"], strict=True)
    ]
    counted: dict[str, Counter[Spelling]] = {}
    for key, spelling in zip(items["question_key"], spellings, strict=True):
        counted.setdefault(key, Counter())[spelling] += 1
    chosen = {
        key: min(counts, key=lambda each, counts=counts: (-counts[each], each))  # type: ignore[misc]
        for key, counts in counted.items()
        if len(counts) > 1
    }
    there = items["question_key"].isin(chosen.keys())
    rows: list[dict[str, Any]] = items[there].to_dict("records")  # type: ignore[assignment]
    changed = [row | spelled(row, *chosen[row["question_key"]]) for row in rows]
    if not changed:
        return items
    table = pd.DataFrame(changed, columns=items.columns)
    return pd.concat([items[~there], table]).sort_values("id", ignore_index=True)


def spelled(row: dict[str, Any], question: str, choices: Sequence[str]) -> dict[str, Any]:
    r"""A row's question, options and gold in the spelling of another row that looks the same.

    Args:
        row: Row of the item table.
        question: The question of the other row.
        choices: The options of the other row, in any order.

    Example:
        >>> row = {"choices": ["don\u2019t", "do"], "answer": "don\u2019t", "compared": "don\u2019t"}
        >>> spelled(row, "Do they?", ["do", "don't"])["answer"]
        "don't"
    """
    if not len(row["choices"]):
        return {"question": question}
    by_look = {alike(choice): choice for choice in choices}
    answer = by_look.get(alike(row["answer"]), row["answer"])
    options = [by_look[alike(choice)] for choice in row["choices"]]
    return {"question": question, "choices": options, "answer": answer, "compared": answer}
