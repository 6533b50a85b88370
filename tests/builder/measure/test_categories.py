"""Categories that were planted stand out with their counts; random ones do not, however many there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twokeys.builder.measure.categories import categories, check_names, expected
from twokeys.builder.measure.shortcuts.simplest import simplest
from twokeys.core.categories import OTHERS, places
from twokeys.core.errors import BadInput
from twokeys.core.measured import READ
from twokeys.data_cards import category_table
from twokeys.data_cards.categories import Categories, Category

ADVERSARY = "question.tfidf"
Row = dict[str, Any]


def item(kind: Any, question: str, answer: str, said: str | None, choices: Sequence[str] = ()) -> Row:
    """One item of a category, and what an adversary says of it."""
    return {
        "question": question,
        "choices": list(choices),
        "answer": answer,
        "compared": answer,
        "answer_type": "choice" if choices else "yes/no",
        "meta": json.dumps({"kind": kind}),
        f"{ADVERSARY}.prediction": said,
    }


def table(rows: list[Row]) -> pd.DataFrame:
    """An item table, each item of an image of its own."""
    numbered = [
        {"id": f"i{n:05d}", "source": "s", "split": "test", "group": f"g{n}"} | row for n, row in enumerate(rows)
    ]
    return pd.DataFrame(numbered)


def found(rows: list[Row] | pd.DataFrame, names: Sequence[str] = ("kind",)) -> Categories:
    """The categories of a table."""
    items = rows if isinstance(rows, pd.DataFrame) else table(rows)
    return categories(items, places(items, names), READ, 0.95)


def by_name(told: Categories) -> dict[str, Category]:
    """Value -> its row."""
    return {row.value: row for row in told.rows}


def drawn(kind: str, count: int, options: int, seed: int = 0) -> list[Row]:
    """Items with random options, answers and predictions."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        choices = [f"{word} thing" for word in rng.choice(10**6, options, replace=False)]
        rows.append(item(kind, f"what is {number}", rng.choice(choices), str(rng.choice(choices)), choices))
    return rows


def absent(count: int) -> list[Row]:
    """Items of which the option that says that there is nothing is always right."""
    rows = []
    for number in range(count):
        choices = [f"There is no thing{number}", f"a dog{number}", f"a cow{number}", f"a bird{number}"]
        rows.append(item("existence", f"what is {number}", choices[0], choices[0], choices))
    return rows


def test_a_category_that_words_answer_wholly_is_told_in_words() -> None:
    told = found([*absent(40), *drawn("other", 200, 4)])
    row = by_name(told)["existence"]
    assert (row.items, row.right, row.chance, row.outcome) == (40, 40, 0.25, "above chance")
    assert told.rows[0] == row
    assert row.low > 0.8
    sentence = category_table.sentences(told)[0]
    assert sentence == (
        "Of the 40 items of kind “existence”, the option that alone begins with “there is no” is right in 40; "
        "chance 25.0 %."
    )


def test_twelve_items_without_a_shortcut_have_no_interval_without_a_word() -> None:
    told = found([*drawn("small", 12, 2), *drawn("other", 300, 2, 1)])
    row = by_name(told)["small"]
    assert row.outcome == "too few to tell"
    (cells,) = [cells for cells in category_table.rows(told) if "small" in cells[0]]
    assert cells[3].endswith("too few to tell")
    assert "[" not in cells[3]
    (sentence,) = category_table.sentences(told)
    assert sentence.startswith("No category stands out: in none of 2 is a blind adversary told from chance; 1 of them ")


def test_twelve_items_that_are_all_answered_stand_out_of_a_few_categories() -> None:
    told = found([*absent(12), *drawn("other", 60, 4)])
    assert by_name(told)["existence"].outcome == "above chance"


def test_a_category_of_one_answer_stands_out_though_its_own_most_frequent_answer_is_always_right() -> None:
    rng = np.random.default_rng(0)
    rows = [item("negated", f"is no {n} here", "no", "no") for n in range(40)]
    rows += [item("plain", f"is a {n} here", rng.choice(["yes", "no"]), rng.choice(["yes", "no"])) for n in range(200)]
    row = by_name(found(rows))["negated"]
    assert row.outcome == "above chance"
    assert row.chance < 0.65
    assert (row.rule, row.ruled) == ("the answer “no”", 40)


def test_chance_of_items_with_two_options_is_one_half() -> None:
    items = table([*drawn("two", 30, 2), *drawn("four", 30, 4)])
    assert expected(items).tolist() == [0.5] * 30 + [0.25] * 30
    assert {value: row.chance for value, row in by_name(found(items)).items()} == {"two": 0.5, "four": 0.25}


@pytest.mark.parametrize("seed", range(3))
def test_of_three_hundred_random_categories_none_stands_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = table([
        item(f"k{kind:03d}", f"is it {n}", rng.choice(["yes", "no"]), None) for kind in range(300) for n in range(20)
    ])  # fmt: skip
    for number in range(8):
        items[f"question.other{number}.prediction"] = rng.choice(["yes", "no"], len(items))
    told = found(items)
    assert len(told.rows) == 300
    assert told.compared == 8 * 300
    assert told.worst == []
    (sentence,) = category_table.sentences(told)
    assert sentence.startswith("No category stands out: in none of 300 ")


def test_rows_are_sorted_by_what_stands_out_and_how_far() -> None:
    told = found([*absent(40), *drawn("other", 200, 4), *drawn("small", 10, 4, 2)])
    outcomes = [row.outcome for row in told.rows]
    assert outcomes == sorted(outcomes, key=["above chance", "not told from chance", "too few to tell"].index)


def test_a_category_of_all_items_or_of_the_items_of_another_is_not_told_twice() -> None:
    items = table([*absent(40), *drawn("other", 40, 4)]).assign(split=["a"] * 40 + ["b"] * 40)
    told = found(items)
    assert {(row.column, row.value) for row in told.rows} == {("kind", "existence"), ("kind", "other")}


def test_rare_values_are_one_category_and_a_subset_has_the_same_ones() -> None:
    rows = [item(f"rare{n}", f"is it {n}", "yes", "no") for n in range(6)]
    rows += [item("often", f"is it {n}", "yes", "no") for n in range(9)]
    items = table(rows)
    where = places(items, ["kind"])
    assert {value for _, value, _ in where.parts(items)} == {"often", OTHERS}
    assert {value: int(inside.sum()) for _, value, inside in where.parts(items[4:9])} == {"often": 3, OTHERS: 2}


def test_an_adversary_that_answers_a_few_items_of_a_category_is_none_of_it() -> None:
    rows = [item("a", f"is it {n}", "yes", "yes" if n < 3 else None) for n in range(20)]
    rows += [item("b", f"is it {n}", "no", None) for n in range(20)]
    told = found(rows)
    assert told.compared == 0
    assert {row.baseline for row in told.rows} == {""}
    assert [cells[2:4] for cells in category_table.rows(told)] == [("", "-")] * 2


def test_items_of_one_image_are_no_forty_items() -> None:
    rows = [*absent(40), *drawn("other", 40, 4)]
    items = table(rows)
    items.loc[:39, "group"] = "one"
    assert by_name(found(items))["existence"].outcome == "too few to tell"


def test_the_order_of_rows_changes_nothing() -> None:
    items = table([*absent(40), *drawn("other", 100, 4)])
    assert found(items.sample(frac=1, random_state=1)) == found(items)


def test_a_name_that_no_item_has_is_refused_with_the_fields_that_there_are() -> None:
    items = table(drawn("a", 3, 2))
    check_names(items, ["kind", "split"], "r")
    with pytest.raises(BadInput, match=r"no item has a field 'knd'\. Allowed: kind\. .*did you mean 'kind'"):
        check_names(items, ["knd"], "r")


@pytest.mark.parametrize("value", [3, True, ["a", "b"], {"deep": 1}, "x|y*z"])
def test_any_value_of_a_field_names_a_category(value: Any) -> None:
    rows = [item(value, f"is it {n}", "yes", "no") for n in range(8)]
    rows += [item(None, f"is it {n}", "no", "no") for n in range(8)]
    names = set(by_name(found(rows)))
    assert "(none)" in names
    assert len(names) == 2


def test_a_rule_that_luck_explains_is_not_told() -> None:
    items = table(drawn("a", 12, 2))
    assert simplest(items, 0.5, 9, 0.05) is None


def test_the_simplest_of_equal_rules_is_told() -> None:
    rule: Callable[[list[Row]], Any] = lambda rows: simplest(table(rows), 0.5, 40, 0.05)  # noqa: E731
    assert rule([item("a", f"is no {n}", "no", "no") for n in range(40)]).words == "the answer “no”"
    mixed = [item("a", f"is no {n}" if n % 4 else f"is a {n}", "no" if n % 4 else "yes", "no") for n in range(80)]
    assert simplest(table(mixed), 0.5, 60, 0.05).words == "the answer “no”"
