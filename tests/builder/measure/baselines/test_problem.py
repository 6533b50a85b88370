"""Counting contents and labels, and a problem on disk."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from tests.builder.measure.baselines.toys import toy
from tests.strategies import keyed_answers
from twokeys.builder.measure.baselines.problem import Form, Problem, count


def test_counts_by_hand() -> None:
    # Content 4 is answered 0 0 1, content 2 is answered 1.
    found = count(np.array([4, 2, 4, 4]), np.array([0, 1, 1, 0]), 3)
    assert (found.content.tolist(), found.label.tolist(), found.count.tolist()) == ([2, 4, 4], [1, 0, 1], [1, 2, 1])
    assert found.prior.tolist() == [0.5, 0.5, 0]
    contents, table = found.by_content()
    assert contents.tolist() == [2, 4]
    assert table.tolist() == [[0, 1, 0], [2, 1, 0]]


@given(keyed_answers(max_items=20, keys=6))
def test_counts_add_up(case: tuple[np.ndarray, np.ndarray]) -> None:
    content, label = case
    found = count(content, label, 3)
    assert found.count.sum() == len(content)
    assert found.prior == pytest.approx(np.bincount(label, minlength=3) / len(label))
    contents, table = found.by_content()
    assert contents.tolist() == sorted(set(content.tolist()))
    assert [row.tolist() for row in table] == [
        np.bincount(label[content == one], minlength=3).tolist() for one in contents
    ]


@pytest.mark.parametrize("form", ["answer", "option"])
def test_a_saved_problem_is_loaded_as_it_was(form: Form, tmp_path: Path) -> None:
    problem = toy(form, True, 40)
    problem.save(tmp_path)
    again = Problem.load(tmp_path)
    for field in fields(Problem):
        one, other = getattr(problem, field.name), getattr(again, field.name)
        if field.name == "matrices":
            assert one.keys() == other.keys()
            assert all(np.array_equal(one[name], other[name]) for name in one)
        elif field.name == "offered":
            assert all(np.array_equal(here, there) for here, there in zip(one, other, strict=True))
        else:
            assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, field.name
