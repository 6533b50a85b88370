"""Which retrieved partners balance needs, against brute force over all subsets of small graphs; and many of them."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokeys.builder.balance.select import graph_of, select, weights
from twokeys.builder.graph.graph import Graph
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.graph.programme import largest_by_programme
from twokeys.builder.pair.choose import needed
from twokeys.builder.recipe import Balance
from twokeys.core.colours import NONE
from twokeys.core.items import question_key

OPTIONS = (["red", "blue"], ["one", "two", "three"])
Row = tuple[int, int, int, bool]
"""Question, image, answer, and whether it is a candidate."""


def table(rows: list[Row], answers: int, letters: bool = False) -> pd.DataFrame:
    """Items and candidates; questions with options if letters are wanted, else open ones."""
    found = []
    for place, (question, image, answer, candidate) in enumerate(rows):
        choices = OPTIONS[question % 2] if letters else []
        text = choices[answer % len(choices)] if letters else f"answer {answer % answers}"
        found.append({
            "id": f"i{place:05d}", "question_key": question_key(f"What is {question}?", choices), "choices": choices,
            "image_key": f"m{image}", "answer": text, "compared": text, "answer_type": "choice" if letters else "open",
            "split": "test", "edit_of": "i" if candidate else None,
            "edit_kind": "retrieved.coco" if candidate else None,
        })  # fmt: skip
    return pd.DataFrame(found)


def best(items: pd.DataFrame, share: Fraction) -> tuple[int, int]:
    """Most annotated items of a balanced set, and fewest candidates with so many, by trying all sets."""
    of, n = graph_of(items), len(items)
    subsets = np.arange(2**n)[:, None] >> np.arange(n) & 1
    good = np.ones(len(subsets), dtype=bool)
    for vertex, colours in of.sides:
        for name in np.unique(vertex):
            total = subsets[:, vertex == name].sum(axis=1)
            for colour in set(colours.ravel()) - {NONE}:
                own = subsets[:, (vertex == name) & (colours == colour).any(axis=1)].sum(axis=1)
                good &= own * share.denominator <= total * share.numerator
    candidate = items["edit_of"].notna().to_numpy()
    kept, added = subsets[good][:, ~candidate].sum(axis=1), subsets[good][:, candidate].sum(axis=1)
    most = int(kept.max())
    return most, int(added[kept == most].min())


@st.composite
def mixed(draw: st.DrawFn, letters: bool = False) -> pd.DataFrame:
    """A few items and candidates about few questions and images; no question about an image twice."""
    asked = st.tuples(st.integers(0, 3), st.integers(0, 3))
    edges = draw(st.lists(asked, min_size=4, max_size=12, unique=True))
    rows = [(*edge, draw(st.integers(0, 2)), draw(st.booleans())) for edge in edges]
    return table(rows, answers=draw(st.sampled_from([2, 3])), letters=letters)


@settings(max_examples=150)
@given(st.one_of(mixed(), mixed(letters=True)), st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(2, 3)]))
def test_as_many_annotated_items_as_can_be_and_then_as_few_candidates(items: pd.DataFrame, share: Fraction) -> None:
    plan = Balance(max_share=float(share), within=[])
    found = select(items, plan)
    kept = items[items["id"].isin(set(found.kept["id"]))]
    most, fewest = best(items, share)
    assert (int(kept["edit_of"].isna().sum()), int(kept["edit_of"].notna().sum())) == (most, fewest)
    (part,) = found.parts
    assert (part.kept, part.retrieved, part.weight, part.bound) == (most + fewest, fewest, most, most)


@settings(max_examples=25)
@given(mixed(), mixed(), st.randoms())
def test_parts_and_the_order_of_rows_change_nothing(left: pd.DataFrame, right: pd.DataFrame, random) -> None:
    both = pd.concat(
        [left, right.assign(id="j" + right["id"], image_key="n" + right["image_key"], split="train")], ignore_index=True
    )
    plan = Balance(within=["split"])
    found = select(both, plan)
    apart = [select(part, plan).kept["id"].tolist() for part in (left, both[len(left) :].reset_index(drop=True))]
    assert found.kept["id"].tolist() == sorted([*apart[0], *apart[1]])
    shuffled = both.iloc[random.sample(range(len(both)), len(both))].reset_index(drop=True)
    assert select(shuffled, plan).kept.equals(found.kept)


def candidates(items: pd.DataFrame, of: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table as candidates for items that ask the same."""
    asking = of.drop_duplicates("question_key").set_index("question_key")["id"]
    found = {"of": items["question_key"].map(asking), "image": items["image_key"], "answer": items["answer"]}
    return pd.DataFrame({"id": items["id"], "kind": items["edit_kind"], **found}).astype(
        dict.fromkeys(("kind", *found), "category")
    )


def test_what_balance_does_not_need_is_spare() -> None:
    # A quad closes with one candidate; the second is of use to nobody, the third has no other answer at its image.
    rows = [(0, 0, 0, False), (0, 1, 1, False), (1, 0, 1, False), (1, 1, 0, True), (1, 2, 0, True), (0, 2, 1, True)]
    items = table(rows, answers=2)
    made = items["edit_of"].notna()
    sound = candidates(items[made], items[~made])
    assert needed(items[~made], items[:0], sound, Balance()).tolist() == [True, False, False]


def test_an_edit_goes_on_although_balance_cannot_hold_it() -> None:
    items = table([(0, 0, 0, False), (0, 1, 0, True), (0, 2, 1, True)], answers=2)
    items.loc[1, "edit_kind"] = "photo.remove"
    sound = candidates(items[2:], items[:1])
    assert needed(items[:1], items[1:2], sound, Balance()).tolist() == [False]


@given(mixed(), st.sampled_from([["split"], ["split", "answer_type"], []]))
def test_candidates_as_columns_are_chosen_as_rows_of_the_item_table_are(items: pd.DataFrame, within: list[str]) -> None:
    items = items[items["question_key"].isin(set(items["question_key"][items["edit_of"].isna()]))]
    items = items.reset_index(drop=True)
    made = items["edit_of"].notna().to_numpy()
    plan = Balance.model_validate({"within": within})
    kept = set(select(items, plan).kept["id"])
    found = needed(items[~made], items[:0], candidates(items[made], items[~made]), plan)
    assert found.tolist() == items["id"][made].isin(kept).tolist()


def test_retrieved_partners_weigh_nothing_in_a_weighted_set_either() -> None:
    items = table([(0, 0, 0, False), (0, 1, 1, True)], answers=2).assign(**{"question.prior.p_gold": [0.5, 0.9]})
    assert weights(items, "question.prior.p_gold").tolist() == [501, 0]


def many(candidates: int, seed: int, answers: int) -> pd.DataFrame:
    """Items whose questions nearly give them away, and so many candidates that could balance them."""
    random = np.random.default_rng(seed)
    number = candidates // 20
    questions, images = number // 4, number // 2
    own = zip(random.integers(0, questions, number), random.integers(0, images, number), strict=True)
    pool = zip(random.integers(0, questions, candidates), random.integers(0, 2 * images, candidates), strict=True)
    rows: dict[tuple[int, int], Row] = {}
    for candidate, edges in ((False, own), (True, pool)):
        for question, image in edges:
            answer = question % answers if not candidate else int(random.integers(0, answers))
            rows.setdefault((question, image), (int(question), int(image), int(answer), candidate))
    return table(list(rows.values()), answers)


def two_steps(graph: Graph, annotated: np.ndarray, share: float) -> tuple[int, int]:
    """The same optimum by two programmes with weights of one: first the most annotated, then the fewest candidates."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import vstack

    from twokeys.builder.graph.programme import _rows

    rows = vstack([_rows(vertex, colours, share) for vertex, colours in graph.sides])
    balance = LinearConstraint(rows, ub=np.zeros(rows.shape[0]))
    whole = {"integrality": np.ones(len(graph)), "bounds": Bounds(0, 1), "options": {"mip_rel_gap": 0.0}}
    first = milp(-annotated.astype(float), constraints=balance, **whole)
    most = round(-first.fun)
    second = milp(
        (~annotated).astype(float), constraints=[balance, LinearConstraint(annotated.astype(float), lb=most)], **whole
    )
    return most, round(second.fun)


@pytest.mark.parametrize("answers", [2, 3])
def test_large_weights_lose_nothing_in_the_programme(answers: int) -> None:
    items = many(1500, seed=answers, answers=answers)
    candidate = items["edit_of"].notna().to_numpy()
    graph = graph_of(items)
    # As if 10^5 candidates stood beside these: an annotated item outweighs them all.
    weight = np.where(candidate, -1, 100_001)
    keep, bound = largest_by_programme(
        Graph(graph.question, graph.image, graph.answer, weight, graph.tokens), 0.5, 10_000
    )
    assert (int((keep & ~candidate).sum()), int((keep & candidate).sum())) == two_steps(graph, ~candidate, 0.5)
    assert bound == int(weight[keep].sum())


@pytest.mark.slow
@pytest.mark.parametrize(("answers", "solver"), [(2, "circulation"), (3, "programme")])
def test_a_hundred_thousand_candidates(answers: int, solver: str) -> None:
    items = many(100_000, seed=answers, answers=answers)
    began = time.perf_counter()
    (part,) = select(items, Balance(within=[])).parts
    assert time.perf_counter() - began < 300
    assert solver in part.solved
    assert part.bound - part.weight <= 0.001 * part.weight
    largest = largest_balanced(graph_of(items[items["edit_of"].isna()].reset_index(drop=True)))
    assert part.weight >= largest.weight
    assert 0 < part.retrieved <= part.kept
