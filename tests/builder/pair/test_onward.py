"""Onward partners: what balance needs of candidates with the answer of their item has an original among the others."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.pair.choose import needed
from twokeys.builder.pair.edit import as_candidates, edit_id, root_of
from twokeys.builder.pair.onward import with_originals
from twokeys.builder.recipe import Balance
from twokeys.core.columns import RETRIEVED

KIND = f"{RETRIEVED}coco"
BALANCE = Balance(within=["split"])
Edge = tuple[int, int, str]
"""Question, image and answer."""


def items(places: list[Edge]) -> pd.DataFrame:
    found = [
        {"id": f"toy:test:{place}", "question_key": f"q{question}", "image_key": f"m{image}", "answer": answer,
         "compared": answer, "choices": [], "answer_type": "yes/no", "source": "toy", "split": "test",
         "edit_kind": None}
        for place, (question, image, answer) in enumerate(places)
    ]  # fmt: skip
    return pd.DataFrame(found)


def candidates(asked: pd.DataFrame, places: list[Edge], group: dict[int, str] | None = None) -> pd.DataFrame:
    """Candidates for the first item with their question."""
    first = asked.drop_duplicates("question_key").set_index("question_key")["id"]
    rows = [(first[f"q{question}"], f"m{image}", answer) for question, image, answer in places]
    groups = [(group or {}).get(image, f"m{image}") for _, image, _ in places]
    columns: dict[str, Any] = {"of": [row[0] for row in rows], "image": [row[1] for row in rows],
                               "answer": [row[2] for row in rows], "compared": [row[2] for row in rows],
                               "group": groups, "kind": [KIND] * len(rows)}  # fmt: skip
    coded = {name: pd.factorize(pd.Series(values, dtype=object)) for name, values in columns.items()}
    ids = [edit_id(KIND, *row) for row in rows]
    return as_candidates(**coded).assign(id=pd.Series(ids, dtype="str"), generator=0, problem=None, scores=None)


def test_by_hand() -> None:
    """All items say no. Image 5 comes in for a yes of both questions, 6 and 7 for a no that balances one of these."""
    asked = items([(0, 0, "no"), (1, 1, "no")])
    found = candidates(asked, [(0, 5, "yes"), (1, 5, "no"), (1, 6, "yes"), (0, 6, "no")])
    chosen, alone = with_originals(found, asked, ["split"])
    assert not alone
    rows = chosen.astype({"of": str, "image": str}).set_index("image")
    real, onward = rows[:2], rows[2:]
    assert real["of"].tolist() == ["toy:test:0", "toy:test:1"]
    assert real["id"].tolist() == found["id"][[0, 2]].tolist()
    assert onward["of"].to_dict() == {"m5": real["id"]["m6"], "m6": real["id"]["m5"]}
    for image, row in onward.iterrows():
        assert row["id"] == edit_id(KIND, row["of"], str(image), row["answer"])
        assert root_of(row["id"]) == root_of(row["of"])


def test_without_onward_ones_nothing_changes() -> None:
    asked = items([(0, 0, "no"), (0, 1, "yes")])
    found = candidates(asked, [(0, 5, "yes")])
    chosen, alone = with_originals(found, asked, ["split"])
    assert chosen is found
    assert not alone


def test_an_image_is_no_original_of_one_that_shows_nearly_the_same() -> None:
    asked = items([(0, 0, "no")])
    found = candidates(asked, [(0, 5, "yes"), (0, 6, "no")], {5: "same", 6: "same"})
    chosen, alone = with_originals(found, asked, ["split"])
    assert chosen["image"].tolist() == ["m5"]
    assert alone == {found["id"][1]}


edges = st.tuples(st.integers(0, 3), st.integers(0, 7), st.sampled_from(["no", "yes"]))


@given(st.lists(edges, min_size=1, max_size=8), st.lists(edges, max_size=24), st.data())
def test_whatever_balance_needs_has_an_original_with_another_answer(
    asked: list[Edge], found: list[Edge], data: st.DataObject
) -> None:
    once = {(question, image): answer for question, image, answer in asked}
    table = items([(*place, answer) for place, answer in once.items()])
    further = {(q, image + 4): answer for q, image, answer in found if (q, image + 4) not in once and q in dict(once)}
    rows = candidates(table, [(*place, answer) for place, answer in further.items()])
    kept = needed(table, table.iloc[:0], rows, BALANCE)
    chosen, alone = with_originals(rows[kept], table, ["split"])
    assert not alone  # each image is a group by itself
    assert len(chosen) == kept.sum()
    there = pd.concat([table[["id", "compared"]], chosen[["id", "compared"]].astype(str)])
    answer = there.set_index("id")["compared"]
    before: set[str] = set(table["id"])
    for of, identity in chosen[["of", "id"]].astype(str).itertuples(index=False):
        assert of in before
        assert answer[of] != answer[identity]
        before.add(identity)
    assert len(before) == len(table) + len(chosen)
