"""Whatever items there are, what is selected is balanced in every part, threaded, and nothing is lost."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.items import question_key
from builder.recipe import Balance
from builder.selection import REASONS, Selection, select
from tests.strategies import items

PARTS = st.sampled_from([[], ["split"], ["source"], ["source", "split", "answer_type"]])
SHARES = st.sampled_from([1 / 3, 0.4, 0.5, 2 / 3, 0.75])


def published(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    return table.merge(selection.kept, on="id", validate="one_to_one")


def of_part(table: pd.DataFrame, within: list[str]) -> list[pd.DataFrame]:
    return [part for _, part in table.groupby(within)] if within else [table]


def is_balanced(part: pd.DataFrame, max_share: float) -> bool:
    for key in ("question_key", "image_key"):
        counts = part.groupby([key, "answer"]).size().groupby(level=0).agg(["max", "sum"])
        if (counts["max"] > max_share * counts["sum"] + 1e-9).any():
            return False
    return True


@settings(max_examples=50)
@given(items(max_items=24), PARTS, SHARES)
def test_every_part_is_balanced_and_nothing_is_lost(table: pd.DataFrame, within: list[str], max_share: float) -> None:
    found = select(table, Balance(max_share=max_share, within=within))
    assert sorted([*found.kept["id"], *found.removed["id"]]) == sorted(table["id"])
    assert found.removed["reason"].isin(REASONS).all()
    assert all(is_balanced(part, max_share) for part in of_part(published(table, found), within))
    assert sum(part.items for part in found.parts) == len(table)
    assert sum(part.kept for part in found.parts) == len(found.kept)
    assert all(part.kept <= part.bound for part in found.parts)


@settings(max_examples=50)
@given(items(max_items=24), PARTS)
def test_partners_and_quads_are_counterfactuals_inside_their_part(table: pd.DataFrame, within: list[str]) -> None:
    rows = published(table, select(table, Balance(within=within)))
    by_id = rows.set_index("id", drop=False)
    for row in rows.to_dict("records"):
        for name, shared, other in (
            ("image_partner", "question_key", "image_key"),
            ("question_partner", "image_key", "question_key"),
        ):
            if row[name] is not None and row[name] == row[name]:
                partner = by_id.loc[row[name]]
                assert all(partner[column] == row[column] for column in (shared, *within))
                assert all(partner[column] != row[column] for column in (other, "answer"))
    for _, quad in rows[rows["quad"].notna()].groupby("quad"):
        assert len(quad) == 4
        assert quad["question_key"].nunique() == quad["image_key"].nunique() == quad["answer"].nunique() == 2
        assert not quad.duplicated(["question_key", "image_key"]).any()


@given(items(max_items=12))
def test_with_one_item_per_question_and_image_all_have_both_partners(table: pd.DataFrame) -> None:
    table = table.drop_duplicates(["question_key", "image_key", "split"], ignore_index=True)
    kept = select(table, Balance()).kept
    assert kept["image_partner"].notna().all()
    assert kept["question_partner"].notna().all()


@settings(max_examples=40)
@given(items(max_items=16), PARTS, st.randoms())
def test_the_order_of_the_items_does_not_matter(table: pd.DataFrame, within: list[str], random: object) -> None:
    asked = Balance(within=within)
    found = select(table, asked)
    shuffled = table.sample(frac=1, random_state=random.randint(0, 2**31)).reset_index(drop=True)  # type: ignore[attr-defined]
    again = select(shuffled, asked)
    pd.testing.assert_frame_equal(again.kept, found.kept)
    pd.testing.assert_frame_equal(again.removed, found.removed)
    assert again.parts == found.parts


@settings(max_examples=30)
@given(items(max_items=7), SHARES)
def test_no_larger_subset_is_balanced(table: pd.DataFrame, max_share: float) -> None:
    found = select(table, Balance(max_share=max_share, within=[]))
    for size in range(len(found.kept) + 1, len(table) + 1):
        for chosen in combinations(range(len(table)), size):
            assert not is_balanced(table.iloc[list(chosen)], max_share)
    assert all(part.bound == part.kept for part in found.parts)


@settings(max_examples=20)
@given(items(max_items=6), st.data())
def test_no_heavier_subset_is_balanced(table: pd.DataFrame, data: st.DataObject) -> None:
    weights = st.lists(st.integers(0, 10), min_size=len(table), max_size=len(table))
    table["question.prior.p_gold"] = [weight / 10 for weight in data.draw(weights)]
    found = select(table, Balance(weight="question.prior.p_gold", within=[]))

    def weight(rows: pd.DataFrame) -> int:
        return int((rows["question.prior.p_gold"] * 1000).round().sum()) + len(rows)

    best = weight(published(table, found)) if len(found.kept) else 0
    assert best == sum(part.weight for part in found.parts)
    for size in range(1, len(table) + 1):
        for chosen in combinations(range(len(table)), size):
            part = table.iloc[list(chosen)]
            assert weight(part) <= best or not is_balanced(part, 0.5)


def test_of_like_items_the_heavy_ones_are_kept() -> None:
    rows = [
        {
            "id": f"{image}-{question}",
            "source": "toy",
            "split": "test",
            "answer_type": "yes/no",
            "question_key": question_key(question, []),
            "image_key": image,
            "answer": "yes" if (image[0] == question) else "no",
            "image.prior.p_gold": weight,
        }
        for image, weight in (("a1", 0.1), ("a2", 0.9), ("a3", 0.2), ("b1", 0.3), ("b2", 0.8))
        for question in ("a", "b")
    ]
    table = pd.DataFrame(rows).sort_values("id", ignore_index=True)
    kept = set(select(table, Balance(weight="image.prior.p_gold")).kept["id"].str[:2])
    assert kept == {"a2", "a3", "b1", "b2"}, "one of the three pictures of a has no counterpart: the lightest"


def test_no_items_give_an_empty_selection() -> None:
    table = pd.DataFrame(
        columns=["id", "source", "split", "answer_type", "question_key", "image_key", "answer"], dtype=object
    )
    for within in ([], ["split"]):
        found = select(table, Balance(within=within))
        assert (len(found.kept), len(found.removed), found.parts) == (0, 0, [])


def test_why_an_item_is_left_out_is_said_in_words() -> None:
    asked = [
        ("alone", "unique?", "i1", "yes"),
        ("lonely", "q?", "i9", "yes"),
        ("one", "q?", "i1", "yes"),
        ("two", "q?", "i2", "no"),
        ("three", "r?", "i1", "no"),
        ("four", "r?", "i2", "yes"),
        ("more", "q?", "i3", "no"),
        ("still", "r?", "i3", "yes"),
    ]
    table = pd.DataFrame(asked, columns=["id", "question_key", "image_key", "answer"]).assign(split="test")
    found = select(table.sort_values("id", ignore_index=True), Balance())
    reasons = found.removed.set_index("id")["reason"].to_dict()
    assert reasons["alone"].startswith("its question has no item with another answer")
    assert reasons["lonely"].startswith("its image has no item with another answer")
    assert len(found.kept) == 4
    assert {reasons[name] for name in reasons if name not in ("alone", "lonely")} == {REASONS[3]}


@pytest.mark.parametrize("values", [[0.5, float("nan")], [0.5, -0.1], [0.5, None]])
def test_weights_must_be_numbers_that_are_not_negative(values: list[float]) -> None:
    table = pd.DataFrame(
        {"id": ["a", "b"], "split": "test", "question_key": "q", "image_key": ["i", "j"], "answer": ["yes", "no"]}
    ).assign(weight=values)
    with pytest.raises(ValueError, match="no number >= 0 for b"):
        select(table.rename(columns={"weight": "question.prior.p_gold"}), Balance(weight="question.prior.p_gold"))
