"""Predictors that see one view of an item: the best reply to each key, tried one by one through the real marking."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from twokeys.core.answers.marking import right


def best_replies(items: pd.DataFrame, key: str, replies: Iterable[str]) -> int:
    """How many items a predictor gets right that gives each key the best of some replies.

    Args:
        items: Item table.
        key: Column of what it sees.
        replies: All that it may say.
    """
    cases = items[["answer_type", "choices", "answer"]].astype(object)
    table = pd.DataFrame(
        {
            reply: [right(reply, str(kind), list(choices), str(answer)) for kind, choices, answer in cases.to_numpy()]
            for reply in replies
        }
    )
    return int(table.groupby(items[key].to_numpy()).sum().max(axis=1).sum())


def item_table(rows: Iterable[tuple[str, str, list[str], str]], answer_type: str = "choice") -> pd.DataFrame:
    """A table of (question, image, options, answer), sorted by id."""
    table = pd.DataFrame(rows, columns=["question", "image_key", "choices", "answer"])
    keys = [
        f"{question} {sorted(choices)}" for question, choices in zip(table["question"], table["choices"], strict=True)
    ]
    return table.assign(
        id=[f"toy:test:{place:04d}" for place in range(len(table))],
        source="toy",
        split="test",
        answer_type=answer_type,
        question_key=keys,
        image_colour="0-0-0",
    )


def kept(items: pd.DataFrame, selected: pd.DataFrame) -> pd.DataFrame:
    """Rows of the items that were selected."""
    return items[items["id"].isin(set(selected["id"]))].reset_index(drop=True)
