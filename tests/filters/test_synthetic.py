"""The synthetic table is what authors of rules can rely on."""

from __future__ import annotations

import pandas as pd
import pytest

from twokeys.core.items import ANSWER_TYPES, SCHEMA
from twokeys.filters import make, rules, synthetic_table


def test_holds_every_column_of_the_item_table() -> None:
    assert set(SCHEMA.names) <= set(synthetic_table())


def test_holds_every_type_of_answer() -> None:
    assert set(synthetic_table()["answer_type"]) == set(ANSWER_TYPES)


def test_rows_are_sorted_by_a_unique_id_and_numbered_from_zero() -> None:
    table = synthetic_table()
    assert table["id"].is_monotonic_increasing
    assert table["id"].is_unique
    assert list(table.index) == list(range(96))


def test_names_of_measurements_say_what_they_hold() -> None:
    names = ["x.p_gold", "x.prediction", "x.evidence", "x.lexical", "x.embedding", "x.unheard_of"]
    table = synthetic_table(names)
    assert table["x.p_gold"].between(0, 1).all()
    assert set(table["x.prediction"]) <= set(table["answer"])
    assert all(set(cell.split(", ")) <= set(table["id"]) for cell in table["x.evidence"])
    assert {len(cell) for name in ("x.lexical", "x.embedding") for cell in table[name]} == {16}
    assert table["x.unheard_of"].dtype == float


def test_is_a_function_of_its_arguments_and_columns_do_not_depend_on_each_other() -> None:
    one, other = synthetic_table(["a.p_gold", "b.embedding"]), synthetic_table(["b.embedding"])
    pd.testing.assert_frame_equal(one.drop(columns="a.p_gold"), other)
    assert not synthetic_table(seed=1)["question"].equals(one["question"])


@pytest.mark.parametrize("rows", [0, 1, 2, 7])
def test_can_be_as_short_as_one_likes(rows: int) -> None:
    table = synthetic_table(["a.p_gold", "b.lexical", "c.evidence", "d.prediction"], rows=rows)
    assert len(table) == rows


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("rule", sorted(set(rules()) - {"aflite", "iterative-bias-pruning"}))
def test_every_rule_drops_some_whatever_the_seed(rule: str, seed: int) -> None:
    made = make(rule)
    assert 0 < len(made.decide(synthetic_table(made.reads(), seed=seed))) < 96
