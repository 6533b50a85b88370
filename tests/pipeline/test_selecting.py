"""Whatever items there are, what is selected is balanced in every part, threaded, and nothing is lost."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import items
from twokeys.builder.balance.select import REASONS, Selection, select
from twokeys.builder.recipe import Balance
from twokeys.core.colours import contradicted
from twokeys.core.items import question_key

PARTS = st.sampled_from([[], ["split"], ["source"], ["source", "split", "answer_type"]])
SHARES = st.sampled_from([1 / 3, 0.4, 0.5, 2 / 3, 0.75])


def published(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    return table.merge(selection.kept, on="id", validate="one_to_one")


def of_part(table: pd.DataFrame, within: list[str]) -> list[pd.DataFrame]:
    return [part for _, part in table.groupby(within)] if within else [table]


def is_balanced(part: pd.DataFrame, max_share: float) -> bool:
    """Whether no reply is right too often at any question or image, and no question about an image has two golds."""
    rows = part.to_dict("records")
    for key in ("question_key", "image_key"):
        for vertex in {row[key] for row in rows}:
            here = [row for row in rows if row[key] == vertex]
            for reply in {reply for row in here for reply in replies(row, key)}:
                if sum(reply in replies(row, key) for row in here) > max_share * len(here) + 1e-9:
                    return False
    return len({(row["question_key"], row["image_key"], row["answer"]) for row in rows}) == len(
        {(row["question_key"], row["image_key"]) for row in rows}
    )


def replies(row: dict[str, object], key: str) -> set[object]:
    """What is right on an item, by hand: its answer, and its letter for a reply that does not depend on options."""
    choices = list(row["choices"])  # type: ignore[call-overload]
    letter = {"ABC"[choices.index(row["answer"])]} if choices and key == "image_key" else set()
    return {row["answer"]} | letter


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
def test_all_items_have_both_partners_also_where_golds_contradict(table: pd.DataFrame) -> None:
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
    table = table[~contradicted(table)]
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
    table = table[~contradicted(table)]
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
            "choices": [],
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
    columns = ["id", "source", "split", "answer_type", "question_key", "image_key", "choices", "answer"]
    table = pd.DataFrame(columns=columns, dtype=object)
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
        ("twice", "s?", "i1", "yes"),
        ("again", "s?", "i1", "no"),
        ("more", "q?", "i3", "no"),
        ("still", "r?", "i3", "yes"),
    ]
    table = pd.DataFrame(asked, columns=["id", "question_key", "image_key", "answer"])
    table = table.assign(split="test", answer_type="yes/no", choices=[[]] * len(table))
    found = select(table.sort_values("id", ignore_index=True), Balance())
    reasons = found.removed.set_index("id")["reason"].to_dict()
    assert reasons["alone"].startswith("its question has no item with another answer")
    assert reasons["lonely"].startswith("its image has no item with another answer")
    assert reasons["twice"] == reasons["again"] == REASONS[0]
    assert len(found.kept) == 4
    assert {reasons[name] for name in ("more", "still") if name in reasons} <= {REASONS[5]}


def test_an_image_that_gives_the_letter_is_left_out_with_that_reason() -> None:
    table = pd.DataFrame(
        [
            {"id": f"{question}{image}", "question_key": question, "image_key": image, "answer": answer}
            for question, image, answer in (
                ("q", "i", "red"),
                ("q", "j", "blue"),
                ("r", "i", "green"),
                ("r", "j", "red"),
            )
        ]
    ).assign(split="test", answer_type="choice")
    # At i both golds are A, at j both are B: the image alone tells the letter.
    table["choices"] = [["red", "blue"], ["red", "blue"], ["green", "red"], ["green", "red"]]
    assert set(select(table, Balance()).removed["reason"]) == {REASONS[3]}
    # In another order each image has both letters.
    table["choices"] = [["red", "blue"], ["red", "blue"], ["red", "green"], ["red", "green"]]
    assert len(select(table, Balance()).kept) == 4


@pytest.mark.parametrize("values", [[0.5, float("nan")], [0.5, -0.1], [0.5, None]])
def test_weights_must_be_numbers_that_are_not_negative(values: list[float]) -> None:
    table = pd.DataFrame(
        {"id": ["a", "b"], "split": "test", "question_key": "q", "image_key": ["i", "j"], "answer": ["yes", "no"]}
    ).assign(weight=values, answer_type="yes/no", choices=[[], []])
    with pytest.raises(ValueError, match="of the item b is no number of 0 or more"):
        select(table.rename(columns={"weight": "question.prior.p_gold"}), Balance(weight="question.prior.p_gold"))
