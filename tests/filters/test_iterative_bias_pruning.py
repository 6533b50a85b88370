"""Iterative bias pruning on planted bias and on noise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.core.folds import hashed_fold
from twokeys.filters.held_out import forest_probabilities
from twokeys.filters.iterative_bias_pruning import IterativeBiasPruning

SIZE = 160


def make_table(planted: int, kinds: tuple[str, ...] = ("yes/no",)) -> pd.DataFrame:
    """Items of which the first `planted` hold their answer in their vector; the others hold noise."""
    rng = np.random.default_rng(3)
    answers = rng.permutation(["yes", "no"] * (SIZE // 2))
    vectors = rng.normal(size=(SIZE, 6))
    vectors[:planted] += 4 * np.where(answers[:planted] == "yes", 1, -1)[:, None]
    ids = [f"{place:03d}" for place in range(SIZE)]
    return pd.DataFrame(
        {
            "id": ids,
            "question.lexical": vectors.tolist(),
            "answer": answers,
            "answer_type": [kinds[place % len(kinds)] for place in range(SIZE)],
            "group": ids,
        }
    )


def blind_accuracy(table: pd.DataFrame) -> float:
    vectors, labels = (
        np.array(table["question.lexical"].tolist()),
        (table["answer"] == "yes").to_numpy(dtype=int),
    )
    folds = np.array([hashed_fold(group, 5, seed=7) for group in table["group"]])
    return float((forest_probabilities(vectors, labels, folds, trees=30, seed=7) > 0.5).mean())


def test_planted_bias_is_what_goes_first() -> None:
    drops = IterativeBiasPruning(budget=60, batch=30, trees=30).decide(make_table(planted=80))
    assert len(drops) == 60
    assert sum(int(item) < 80 for item in drops) >= 57
    first = next(iter(drops.values()))
    assert first.startswith("round 1: a model fitted on the questions of other items gives its answer '")


def test_noise_is_left_alone_above_tau() -> None:
    [pruning] = IterativeBiasPruning(tau=0.9, trees=50).prune(make_table(planted=0)).values()
    assert (pruning.removed, pruning.stop) == ((), "early_stop")


def test_pruning_noise_lowers_the_blind_score_too() -> None:
    table = make_table(planted=0)
    drops = IterativeBiasPruning(budget=0.5, batch=20, trees=30).decide(table)
    assert blind_accuracy(table[~table["id"].isin(drops)]) < blind_accuracy(table) - 0.1


def test_budget_is_shared_out_among_types_in_proportion() -> None:
    table = make_table(planted=80, kinds=("yes/no", "open", "open", "open"))
    rule = IterativeBiasPruning(budget=20, batch=10, trees=10, allocation="per_type")
    removed = {kind: len(pruning.removed) for kind, pruning in rule.prune(table).items()}
    assert removed == {"yes/no": 5, "open": 15}


def test_floor_keeps_some_of_each_type() -> None:
    rule = IterativeBiasPruning(budget=SIZE, batch=80, floor=70, trees=10)
    [pruning] = rule.prune(make_table(planted=80)).values()
    assert (len(pruning.removed), pruning.stop) == (SIZE - 70, "no_candidates")


def test_partners_in_one_group_do_not_give_each_other_away() -> None:
    table = make_table(planted=0)
    twins = pd.concat([table, table.assign(id="twin of " + table["id"])], ignore_index=True)
    grouped = IterativeBiasPruning(budget=1, trees=50).prune(twins)["all"]
    apart = IterativeBiasPruning(budget=1, trees=50).prune(twins.assign(group=twins["id"]))["all"]
    assert apart.removed[0].score > 0.95 > grouped.removed[0].score
