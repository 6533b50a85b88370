"""Candidates as columns: what is refused of them is what is refused of them as rows of the item table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.pair.candidates import alone
from twokeys.builder.pair.edit import Retrieval, as_candidates
from twokeys.builder.pair.merge import refuse
from twokeys.core.columns import RETRIEVED

Edge = tuple[int, int, int, int]
"""Question, image, split and answer."""
edges = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.integers(0, 1))


def rows(places: list[Edge], name: str, kind: str | None = None) -> pd.DataFrame:
    """Rows of the item table; each image is a group."""
    found = [
        {"id": f"{name}{place:03d}", "question_key": f"q{question}", "image_key": f"m{image}", "split": f"s{split}",
         "compared": f"a{answer}", "group": f"m{image}", "edit_kind": kind, "problem": None}
        for place, (question, image, split, answer) in enumerate(places)
    ]  # fmt: skip
    return pd.DataFrame(found, columns=["id", "question_key", "image_key", "split", "compared", "group", "edit_kind",
                                        "problem"])  # fmt: skip


def as_columns(table: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The same as candidates for items with their question, in their split."""
    first = items.drop_duplicates(["question_key", "split"]).set_index(["question_key", "split"])["id"]
    of = [first[place] for place in zip(table["question_key"], table["split"], strict=True)]
    codes: dict[str, Any] = {}
    for name, values in {"of": of, "image": table["image_key"], "compared": table["compared"]}.items():
        code, names = pd.factorize(pd.Series(values, dtype=object))
        codes[name] = (code, names)
    return as_candidates(**codes)


@given(st.lists(edges, max_size=10), st.lists(edges, max_size=6), st.lists(edges, max_size=6))
def test_nothing_is_refused_that_stands_alone_and_the_others_are_refused_without_it(
    asked: list[Edge], edited: list[Edge], found: list[Edge]
) -> None:
    # An item of each question and split about an image of its own, so that every candidate is of some item.
    own = [(question, 9, split, 0) for question in range(3) for split in range(2)]
    items, others = rows([*own, *asked], "i"), rows(edited, "e", "photo.remove").assign(edit_of="i000")
    candidates = rows(found, "c", f"{RETRIEVED}coco").assign(edit_of="i000")
    lonely = alone(as_columns(candidates, items), items, others)
    every = refuse(pd.concat([others, candidates], ignore_index=True), items)
    assert every[len(others) :][lonely].isna().all()
    doubted = refuse(pd.concat([others, candidates[~lonely]], ignore_index=True), items)
    kept = [True] * len(others) + (~lonely).tolist()
    assert doubted.tolist() == every[kept].tolist()


def test_by_hand() -> None:
    items = rows([(0, 0, 0, 0), (0, 0, 1, 0), (1, 1, 0, 0)], "i")
    # Another image; the image of an item, in its split; with another answer; twice in one split; in both splits.
    found = [(0, 2, 0, 1), (0, 0, 0, 0), (1, 1, 0, 1), (0, 3, 0, 1), (0, 3, 0, 1), (0, 4, 0, 1), (0, 4, 1, 1)]
    candidates = as_columns(rows(found, "c"), items)
    assert alone(candidates, items, items[:0]).tolist() == [True, False, False, False, False, True, True]


def test_columns_of_codes_are_kept_as_they_are(tmp_path: Path) -> None:
    for size in (0, 3):
        codes = list(range(size))
        table = as_candidates(of=(codes, ["b", "a", "c"]), image=([0] * size, ["x"]), answer=([0] * size, ["no"]))
        found = Retrieval("retrieved.coco", table, False, [], 0, 0, [])
        found.save(tmp_path)
        again = Retrieval.load(tmp_path)
        assert again.candidates.astype(str).equals(table.astype(str))
        assert (again.candidates.dtypes == "category").all()
