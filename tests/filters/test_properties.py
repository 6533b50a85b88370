"""What holds for every table, tried on many small ones in which keys collide and values are missing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from twokeys.filters.contradicting_golds import ContradictingGolds
from twokeys.filters.duplicate_item import DuplicateItem
from twokeys.filters.low_agreement import LowAgreement
from twokeys.filters.near_duplicate_across_splits import NearDuplicateAcrossSplits
from twokeys.filters.parameters import amount
from twokeys.filters.prior_neighbours import PriorNeighbours
from twokeys.filters.pruning import prune, shares
from twokeys.filters.solved_by_k import SolvedByK

NAMES = {"image_key": "ijk", "image_cluster": "cd", "question_key": "qr", "answer": "xyz", "split": "stu"}
COLUMNS = ["id", *NAMES]
SHARES = st.floats(0, 1)

quickly = settings(deadline=None, max_examples=60)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    cell = {column: st.sampled_from([*letters, None]) for column, letters in NAMES.items()}
    rows = draw(st.lists(st.fixed_dictionaries(cell), max_size=14))
    return pd.DataFrame([{"id": f"{place:02d}", **row} for place, row in enumerate(rows)], columns=COLUMNS)


def across_splits(table: pd.DataFrame, **parameters: Any) -> dict[str, str]:
    """What the rule drops of items with one image each."""
    lists = {
        f"{name}s": [None if key is None else [key] for key in table[name]] for name in ("image_key", "image_cluster")
    }
    return NearDuplicateAcrossSplits(**parameters).decide(table.assign(**lists))


def without(table: pd.DataFrame, drops: dict[str, str]) -> pd.DataFrame:
    return table[~table["id"].isin(drops)].reset_index(drop=True)


@quickly
@given(tables())
def test_dropping_duplicates_leaves_exactly_the_first_of_each_key(table: pd.DataFrame) -> None:
    key = ["image_key", "question_key", "answer"]
    kept = without(table, DuplicateItem().decide(table)).dropna(subset=key)
    first = table.dropna(subset=key).groupby(key)["id"].min()
    assert sorted(kept["id"]) == sorted(first)


@quickly
@given(tables())
def test_dropping_contradictions_leaves_one_answer_a_question_and_takes_no_more(table: pd.DataFrame) -> None:
    drops = ContradictingGolds().decide(table)
    asked = table.dropna(subset=["answer"]).groupby(["image_key", "question_key"])
    contradicted = {item for _, rows in asked if rows["answer"].nunique() > 1 for item in rows["id"]}
    assert set(drops) == contradicted


@quickly
@given(tables())
def test_each_cluster_stays_in_one_split_and_loses_the_fewest(table: pd.DataFrame) -> None:
    table = table.assign(image_cluster=table["image_cluster"].where(table["image_cluster"].notna(), table["image_key"]))
    drops = across_splits(table)
    for _, rows in table.dropna(subset=["split"]).groupby("image_cluster"):
        kept = without(rows, drops)
        assert kept["split"].nunique() == 1
        assert len(kept) == rows["split"].value_counts().max()


@quickly
@given(tables())
def test_priority_decides_which_split_keeps_a_cluster(table: pd.DataFrame) -> None:
    kept = without(table, across_splits(table, keep=("u", "s")))
    for cluster, rows in table.dropna(subset=["split"]).groupby("image_cluster"):
        winner = next(split for split in "ust" if split in set(rows["split"]))
        assert set(kept[kept["image_cluster"] == cluster]["split"].dropna()) == {winner}


@quickly
@given(tables())
def test_a_second_run_drops_nothing(table: pd.DataFrame) -> None:
    for decide in (DuplicateItem().decide, ContradictingGolds().decide, across_splits):
        assert decide(without(table, decide(table))) == {}


@quickly
@given(st.lists(SHARES | st.none(), max_size=12), SHARES, SHARES)
def test_a_lower_threshold_never_drops_fewer_solvable_items(chances: list, one: float, other: float) -> None:
    table = pd.DataFrame({"id": [f"{place:02d}" for place in range(len(chances))]})
    table["question.neighbours.p_gold"] = pd.Series(chances, dtype=float)
    table["question.neighbours.evidence"] = "x"
    strict, lax = (set(PriorNeighbours(threshold).decide(table)) for threshold in sorted((one, other)))
    assert lax <= strict


@quickly
@given(st.lists(st.lists(st.sampled_from("xy"), max_size=6), max_size=6), SHARES, SHARES)
def test_a_higher_threshold_never_drops_fewer_disagreements(answers: list, one: float, other: float) -> None:
    ids = [f"{place:02d}" for place in range(len(answers))]
    table = pd.DataFrame({"id": ids, "answer": "x", "answers": pd.Series(answers, dtype=object)})
    lax, strict = (set(LowAgreement(threshold).decide(table)) for threshold in sorted((one, other)))
    assert lax <= strict


@quickly
@given(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("xy"), st.sampled_from("xy")), max_size=8))
def test_asking_for_more_solvers_never_drops_more(rows: list[tuple[str, str, str]]) -> None:
    table = pd.DataFrame(rows, columns=["answer", "a.prediction", "b.prediction"])
    table["id"] = [f"{place:02d}" for place in range(len(rows))]
    one, two = (set(SolvedByK(baselines=("a", "b"), k=k).decide(table)) for k in (1, 2))
    assert two <= one


@quickly
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.tuples(st.sampled_from("tu"), st.floats(0, 1))),
    st.integers(0, 20),
    st.integers(1, 5),
    st.integers(0, 3),
)
def test_pruning_keeps_budget_and_floor(items: dict, budget: int, batch: int, floor: int) -> None:
    types = {item: kind for item, (kind, _) in items.items()}
    pruning = prune(types, lambda ids: [items[i][1] for i in ids], budget=budget, batch=batch, floor=floor)
    removed = [removal.id for removal in pruning.removed]
    sizes, lost = Counter(types.values()), Counter(types[item] for item in removed)
    assert len(set(removed)) == len(removed) <= budget
    assert all(sizes[kind] - lost[kind] >= min(sizes[kind], floor) for kind in sizes)
    possible = sum(max(size - floor, 0) for size in sizes.values())
    assert len(removed) == min(budget, possible)
    assert pruning.stop == ("budget" if len(removed) == budget else "no_candidates")


@quickly
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 100), min_size=1), st.floats(0, 1))
def test_shares_add_up_and_are_within_one_of_proportion(sizes: dict[str, int], part: float) -> None:
    everything = sum(sizes.values())
    total = round(part * everything)
    shared = shares(sizes, total)
    assert sum(shared.values()) == total
    assert all(abs(shared[name] - total * size / everything) < 1 for name, size in sizes.items())


@quickly
@given(st.integers(1, 1000) | st.floats(0.001, 0.999), st.integers(0, 1000))
def test_an_amount_is_never_more_than_there_is(value: float, total: int) -> None:
    assert min(1, total) <= amount(value, total) <= total
