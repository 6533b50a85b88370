"""Known answers of `contradicting-golds`."""

from __future__ import annotations

import pandas as pd

from twokeys.filters.contradicting_golds import ContradictingGolds

COLUMNS = ["id", "image_key", "question_key", "answer"]


def test_drops_all_sides_and_lists_answers_with_ids() -> None:
    rows = [("a", "i", "q", "red"), ("b", "i", "q", "blue"), ("c", "i", "q", "red"), ("d", "j", "q", "blue")]
    reason = "the same image and question have different answers: 'blue' (b); 'red' (a, c)"
    drops = ContradictingGolds().decide(pd.DataFrame(rows, columns=COLUMNS))
    assert drops == dict.fromkeys("abc", reason)


def test_equal_answers_and_unknown_ones_do_not_contradict() -> None:
    rows = [("a", "i", "q", "red"), ("b", "i", "q", "red"), ("c", "i", "q", None), ("d", None, "q", "blue")]
    assert ContradictingGolds().decide(pd.DataFrame(rows, columns=COLUMNS)) == {}


def test_long_lists_are_counted() -> None:
    rows = [(f"{place}", "i", "q", "red") for place in range(8)] + [("x", "i", "q", "blue")]
    drops = ContradictingGolds().decide(pd.DataFrame(rows, columns=COLUMNS))
    assert drops["x"].endswith("'blue' (x); 'red' (0, 1, 2, 3, 4 and 3 more)")
