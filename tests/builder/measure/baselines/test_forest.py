"""A forest that grows a few trees at a time, and learns from a sample of very many questions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from tests.builder.measure.baselines.toys import toy
from twokeys.builder.measure.baselines.forest import TREES, Forest
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem, count
from twokeys.builder.measure.fit import drawn, fit_and_score


def test_its_trees_are_those_that_grow_at_once() -> None:
    problem = toy("answer", False, 300)
    train = count(problem.content, problem.label * 2, 4)
    contents = np.arange(len(problem.text))
    found = Forest().predict(problem, train, contents, 5)
    lexical = problem.matrices["lexical"]
    plain = RandomForestClassifier(TREES, min_samples_leaf=2, max_features="sqrt", random_state=5)
    plain.fit(lexical[train.content], train.label, sample_weight=train.count)
    assert (found[:, plain.classes_] == plain.predict_proba(lexical).astype(np.float32)).all()


class _Notes(Forest):
    """Writes down what it was given."""

    most = 20

    def __init__(self) -> None:
        self.learned: set[int] = set()

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        self.learned |= {*train.content.tolist()}
        return np.full((len(test), train.classes), 1 / train.classes, dtype=np.float32)


@pytest.mark.parametrize("form", ["answer", "option"])
def test_of_many_contents_a_sample_is_learned_from_and_all_are_scored(form: str) -> None:
    problem, notes, scored = toy(form, True, 100), _Notes(), 0  # type: ignore[arg-type]
    for fold in range(5):
        inside = problem.fold == fold
        table = fit_and_score(problem, notes, inside, ~inside, 200, 0)
        assert table is not None
        scored += len(table["item"])
    assert notes.learned == set(np.flatnonzero(drawn(len(problem.text), 20)).tolist())
    assert len(notes.learned) == 20
    assert scored == 100
