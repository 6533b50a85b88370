"""Known answers of `duplicate-item`."""

from __future__ import annotations

import pandas as pd

from twokeys.filters.duplicate_item import DuplicateItem


def test_keeps_the_first_by_id_and_names_it() -> None:
    table = pd.DataFrame(
        [
            ("c", "i", "q", "red"),
            ("a", "i", "q", "red"),
            ("b", "i", "q", "red"),
            ("other answer", "i", "q", "blue"),
            ("other question", "i", "r", "red"),
            ("other image", "j", "q", "red"),
        ],
        columns=["id", "image_key", "question_key", "answer"],
    )
    reason = "repeats item a: same image, question, options and answer"
    assert DuplicateItem().decide(table) == {"b": reason, "c": reason}


def test_items_of_which_something_is_unknown_are_not_compared() -> None:
    table = pd.DataFrame({"id": ["a", "b"], "image_key": None, "question_key": "q", "answer": "red"})
    assert DuplicateItem().decide(table) == {}
