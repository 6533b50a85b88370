"""What every baseline keeps, whatever it learns from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.builder.measure.baselines.toys import cross_fitted, toy
from twokeys.builder.measure.baselines import VIEWS, Baseline, baselines, chosen, families
from twokeys.builder.measure.baselines.problem import Counts, Form, Ints, Problem, count
from twokeys.core.errors import BadInput


def every() -> list[Any]:
    """All families in all their forms but those that bring a model; what costs more than seconds when asked for."""
    return [
        pytest.param(family(), form, id=f"{family.name}-{form}", marks=[pytest.mark.slow] * (family.needs != "seconds"))
        for family in families()
        for form in family.forms
        if not family.language
    ]


def split(problem: Problem) -> tuple[Counts, Ints]:
    """Training rows of all folds but the first, and the contents of the first, some of them unseen."""
    inside = problem.fold == 0
    test = np.unique(problem.content[inside])
    assert not np.isin(test, problem.content[~inside]).all()
    return count(problem.content[~inside], problem.label[~inside], 2, problem.names), test


@pytest.mark.parametrize(("baseline", "form"), every())
@pytest.mark.parametrize("cue", [True, False])
def test_rows_are_probabilities_of_all_classes(baseline: Baseline, form: Form, cue: bool) -> None:
    problem = toy(form, cue, 100)
    train, test = split(problem)
    found = baseline.predict(problem, train, test, 0)
    assert found.shape == (len(test), 2)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(test)), abs=1e-4)


@pytest.mark.parametrize(("baseline", "form"), every())
def test_the_same_seed_gives_the_same_numbers(baseline: Baseline, form: Form) -> None:
    problem = toy(form, True, 100)
    train, test = split(problem)
    one, other = (baseline.predict(problem, train, test, 7) for _ in range(2))
    assert (one == other).all()


@pytest.mark.parametrize(("baseline", "form"), every())
def test_a_content_is_predicted_alike_whatever_is_asked_beside_it(baseline: Baseline, form: Form) -> None:
    problem = toy(form, True, 100)
    train, test = split(problem)
    together = baseline.predict(problem, train, test, 0)
    backwards = baseline.predict(problem, train, test[::-1], 0)[::-1]
    alone = baseline.predict(problem, train, test[3:4], 0)
    assert backwards == pytest.approx(together, abs=1e-4)
    assert alone == pytest.approx(together[3:4], abs=1e-4)


@pytest.mark.parametrize(("baseline", "form"), every())
def test_labels_reach_a_baseline_by_counts_alone(baseline: Baseline, form: Form) -> None:
    problem = toy(form, True, 100)
    train, test = split(problem)
    blank = replace(
        problem, label=np.zeros_like(problem.label), item=problem.item[::-1], fold=np.zeros_like(problem.fold)
    )
    assert (baseline.predict(blank, train, test, 0) == baseline.predict(problem, train, test, 0)).all()


@pytest.mark.parametrize(("baseline", "form"), every())
def test_a_single_answer_in_training_is_predicted_for_all(baseline: Baseline, form: Form) -> None:
    problem = toy(form, True, 60)
    contents = np.unique(problem.content)
    # An option is gold or not: in that form there always are two classes, even if one of them never occurs.
    for classes in (1, 2) if form == "answer" else (2,):
        train = count(contents[:20], np.zeros(20, dtype=np.int64), classes, problem.names[:classes])
        found = baseline.predict(problem, train, contents[10:30], 0)
        assert found.shape == (20, classes)
        assert found[:, 0] == pytest.approx(np.ones(20), abs=1e-4)


@pytest.mark.parametrize(("baseline", "form"), every())
def test_one_training_content_is_enough_to_go_on(baseline: Baseline, form: Form) -> None:
    problem = toy(form, True, 60)
    train = count(np.array([0, 0, 0]), np.array([0, 1, 1]), 2, problem.names)
    found = baseline.predict(problem, train, np.array([0, 1, 2]), 0)
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-4)


@pytest.mark.parametrize(("baseline", "form"), every())
def test_odd_texts_do_not_stop_it(baseline: Baseline, form: Form) -> None:
    problem = toy(form, True, 60)
    odd = ["", "?", "42", "...", "猫", "a" * 5_000, "\u200b", "'"]
    texts = problem.text[: -len(odd)] + odd
    train, test = split(replace(problem, text=texts))
    asked = np.unique(np.append(test, np.arange(len(texts) - len(odd), len(texts))))
    assert np.isfinite(baseline.predict(replace(problem, text=texts), train, asked, 0)).all()


# ---------------------------------------------------------------------------------------------------------- canary


@pytest.mark.parametrize(("baseline", "form"), every())
def test_labels_that_nothing_tells_are_predicted_at_chance(baseline: Baseline, form: Form) -> None:
    # 1,500 answers of 1/2, or 600 choices among three: 3.5 sigma are 3.5 sqrt(1/4 / 1500) = 0.045 and
    # 3.5 sqrt(2/9 / 600) = 0.067, on both sides. Below chance would be a leak as well.
    items, chance, margin = (1500, 1 / 2, 0.045) if form == "answer" else (600, 1 / 3, 0.067)
    assert cross_fitted(baseline, toy(form, False, items, seed=1)) == pytest.approx(chance, abs=margin)


@pytest.mark.parametrize(("baseline", "form"), every())
def test_a_planted_cue_is_found(baseline: Baseline, form: Form) -> None:
    if baseline.name == "majority":
        # The one cue that it is made for: one answer is far more frequent.
        assert cross_fitted(baseline, toy(form, False, 400, share=0.8)) == pytest.approx(0.8, abs=0.05)
    else:
        assert cross_fitted(baseline, toy(form, True, 300)) > 0.95


# -------------------------------------------------------------------------------------------------------- registry


def test_baselines_are_named_by_view_and_family() -> None:
    known = baselines()
    assert {"question.tfidf", "choices.forest", "image.probe", "image.majority"} <= set(known)
    for name, baseline in known.items():
        view, _, family = name.partition(".")
        assert view in VIEWS
        assert view in baseline.views
        assert family == baseline.name


def test_names_of_families_differ() -> None:
    assert len({family.name for family in families()}) == len(families())


def test_a_recipe_that_names_none_runs_all_that_cost_seconds() -> None:
    assert set(chosen(None)) == {name for name, baseline in baselines().items() if baseline.needs == "seconds"}
    assert list(chosen(["image.probe", "question.prior"])) == ["image.probe", "question.prior"]
    assert chosen([]) == {}


def test_an_unknown_baseline_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"no baseline 'question\.gpt'\. Allowed: .*question\.tfidf") as error:
        chosen(["question.tfidf", "question.gpt"])
    assert error.value.row == "measure.baselines"
