"""The order of options is chosen so that letters balance at images: beside a search of all orders."""

from __future__ import annotations

import random
from itertools import permutations, product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.items import hashed_order, question_key
from builder.option_order import arranged, decided, excess, ordered
from builder.option_places import CLASH

Edge = tuple[str, str, str]


def table(edges: list[tuple[str, list[str], str, str]]) -> pd.DataFrame:
    """Items of one split from (question, options, image, gold)."""
    return pd.DataFrame([
        {"id": f"{number:03}", "question": question, "choices": options, "image_key": image, "answer": gold,
         "split": "test", "answer_type": "choice", "question_key": question_key(question, options)}
        for number, (question, options, image, gold) in enumerate(edges)
    ])  # fmt: skip


def fewest(items: list[Edge], orders: dict[str, list[str]]) -> int:
    """The least excess of all orders of all questions."""
    every = product(*(permutations(order) for order in orders.values()))
    return min(excess(items, dict(zip(orders, map(list, held), strict=True))) for held in every)


def drawn(seed: int) -> tuple[list[Edge], dict[str, list[str]]]:
    draw = random.Random(seed)
    options = draw.choice([2, 2, 3])
    orders = {f"q{q}": [f"{q}{sign}" for sign in "xyz"[:options]] for q in range(draw.choice([2, 3, 4]))}
    edges = {
        (key, f"i{draw.randrange(4)}", draw.choice(order))
        for key, order in orders.items()
        for _ in range(draw.choice([2, 4, 6]))
    }
    return sorted(edges), orders


def test_the_search_comes_to_the_optimum_of_small_tables() -> None:
    for seed in range(60):
        items, orders = drawn(seed)
        assert excess(items, arranged(items, orders, orders)) == fewest(items, orders), seed


def test_options_that_are_not_free_stay() -> None:
    items, orders = [("q", "i", "b"), ("r", "i", "d"), ("q", "j", "a")], {"q": ["a", "b", "c"], "r": ["x", "d", "y"]}
    found = arranged(items, orders, {"q": ["a", "b"]})
    assert found["r"] == ["x", "d", "y"]
    assert found["q"][2] == "c"
    assert excess(items, found) == 1  # "a" alone at j; at i one gold is A, the other B


def test_many_options_change_places_two_at_a_time() -> None:
    options = [f"o{n}" for n in range(6)]
    items = [(f"q{n}", "i", "o0") for n in range(4)]
    orders = {f"q{n}": list(options) for n in range(4)}
    assert excess(items, orders) == 4
    assert excess(items, arranged(items, orders, orders)) == 0


@given(st.randoms(use_true_random=False), st.integers(0, 40))
def test_the_order_is_a_function_of_the_key_and_not_of_the_order_of_rows(shuffle: random.Random, seed: int) -> None:
    items, orders = drawn(seed)
    rows = table([(key, orders[key], image, gold) for key, image, gold in items])
    found = ordered(rows)
    assert found.groupby("question_key")["choices"].agg(lambda part: len(set(map(tuple, part)))).eq(1).all()
    assert [sorted(options) for options in found["choices"]] == [sorted(options) for options in rows["choices"]]
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    mixed = rows.iloc[order].assign(
        choices=[shuffle.sample(options, len(options)) for options in rows["choices"].iloc[order]]
    )
    assert ordered(mixed).sort_values("id")["choices"].tolist() == found["choices"].tolist()


def test_pins_and_the_order_of_the_source_hold() -> None:
    rows = table(
        [
            ("Which?", ["C", "E", "A"], "i", "E"),
            ("Which?", ["A", "C", "E"], "j", "A"),
            ("What?", ["red", "blue", "None of these"], "i", "red"),
            ("What?", ["red", "blue", "None of these"], "j", "blue"),
            ("How?", [], "i", "so"),
        ]
    )
    assert ordered(rows)["choices"].tolist() == [
        ["A", "E", "C"], ["A", "E", "C"], ["red", "blue", "None of these"], ["red", "blue", "None of these"], [],
    ]  # fmt: skip
    counted = decided(rows, pd.Series([f"found: {CLASH}: ['A', 'a']", "an empty question", None]))
    assert counted is not None
    assert counted.model_dump() == {"free": 0, "pinned": 2, "source": 2, "set_aside": 1}
    assert decided(rows.iloc[4:], pd.Series([], dtype=object)) is None


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_table_keeps_more_items(seed: int) -> None:
    """240 items, 12 questions of two options by 20 images, a balanced set by answers: letters need not cost it."""
    draw = random.Random(seed)
    pairs = [(f"Is it {n} or {n + 12}?", [f"thing {n}", f"thing {n + 12}"]) for n in range(12)]
    rows = table([(q, options, f"i{i}", draw.choice(options)) for i in range(20) for q, options in pairs])
    found = ordered(rows)
    items = list(zip(rows["question_key"], rows["image_key"], rows["answer"], strict=True))
    hashed = {
        key: hashed_order(q, o)
        for key, q, o in zip(rows["question_key"], rows["question"], rows["choices"], strict=True)
    }
    chosen = dict(zip(found["question_key"], found["choices"], strict=True))
    assert excess(items, chosen) <= excess(items, hashed)
