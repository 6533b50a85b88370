"""Language models as baselines: by hand on given likelihoods, and fine-tuned on a model made from a seed."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.builder.measure.baselines.toys import cross_fitted, toy
from tests.builder.measure.language.tiny import save
from twokeys.builder.measure.baselines.language import (
    LanguageModel,
    LanguageModelFitted,
    LanguageModelPrior,
    against_rivals,
)
from twokeys.builder.measure.baselines.lora import Lora, tuned
from twokeys.builder.measure.baselines.problem import Counts, Floats, Problem, count
from twokeys.builder.measure.language.likelihoods import log_likelihoods
from twokeys.builder.measure.language.loading import fresh
from twokeys.builder.measure.language.prompts import ask
from twokeys.builder.measure.stage import build_problem
from twokeys.core.errors import MissingPackage

NONE = np.zeros(0, dtype=np.int64)


def asked(likelihoods: list[list[float]], candidates: tuple[str, ...]) -> Problem:
    """Questions with given likelihoods of candidate answers."""
    texts = [f"question {number}" for number in range(len(likelihoods))]
    matrices = {"likelihoods": np.array(likelihoods, dtype=np.float32)}
    return Problem("answer", NONE, NONE, NONE, NONE, [""] * len(texts), texts, matrices, candidates=candidates)


def options(likelihoods: list[list[float]], rivals: list[int]) -> Problem:
    """Options with given likelihoods after the question and alone."""
    texts = ["option"] * len(rivals)
    matrices = {"likelihoods": np.array(likelihoods, dtype=np.float32)}
    return Problem("option", NONE, NONE, NONE, NONE, texts, texts, matrices, rivals=np.array(rivals))


def counts(names: tuple[str, ...]) -> Counts:
    """Every answer seen once."""
    return count(np.zeros(len(names), dtype=np.int64), np.arange(len(names)), len(names), names)


# After the question: yes 1/2, no 1/4, blue 1/8. After none: yes 1/4, no 1/4, blue 1/64.
LOGS = np.log([1 / 2, 1 / 4, 1 / 8, 1 / 4, 1 / 4, 1 / 64]).tolist()
ANSWERS = ("yes", "no", "blue")


def test_zero_shot_shares_by_hand() -> None:
    found = LanguageModel().predict(asked([LOGS], ANSWERS), counts(ANSWERS), np.array([0]), 0)
    assert found[0] == pytest.approx([4 / 7, 2 / 7, 1 / 7], abs=1e-5)


def test_the_prior_is_divided_out_by_hand() -> None:
    # 1/2 over 1/4 is 2, 1/4 over 1/4 is 1, 1/8 over 1/64 is 8: eleven in all.
    found = LanguageModelPrior().predict(asked([LOGS], ANSWERS), counts(ANSWERS), np.array([0]), 0)
    assert found[0] == pytest.approx([2 / 11, 1 / 11, 8 / 11], abs=1e-5)


def test_only_answers_that_were_asked_and_seen_in_training_are_predicted() -> None:
    # Training knows blue, yes and green, in this order; nobody asked for green, and no was never seen.
    found = LanguageModel().predict(asked([LOGS], ANSWERS), counts(("blue", "yes", "green")), np.array([0]), 0)
    assert found[0] == pytest.approx([1 / 5, 4 / 5, 0], abs=1e-5)
    strange = LanguageModel().predict(asked([LOGS], ANSWERS), counts(("left", "right")), np.array([0]), 0)
    assert strange[0] == pytest.approx([1 / 2, 1 / 2])  # what is left is the prior


def test_options_compete_with_their_rivals_alone() -> None:
    # Two choices, options apart in the table; sums as low as those of whole sentences must not vanish.
    problem = options([[-400, 0], [-1, 0], [-400 + np.log(3), 0], [-1, 0]], [0, 1, 0, 1])
    found = LanguageModel().predict(problem, count(np.arange(4), np.array([0, 1, 1, 0]), 2), np.array([2, 3, 0]), 0)
    assert found[:, 1] == pytest.approx([3 / 4, 1 / 2, 1 / 4], abs=1e-4)
    assert np.exp(against_rivals(problem, problem.matrices["likelihoods"][:, 0])) == pytest.approx(
        [1 / 4, 1 / 2, 3 / 4, 1 / 2], abs=1e-5
    )


def test_a_problems_rivals_are_the_options_of_one_choice(tmp_path: Path) -> None:
    items = pd.DataFrame({
        "question": ["which?", "which?", "what?", "which?"],
        "choices": [["red", "blue"], ["red", "green"], ["red", "blue"], ["red", "blue"]],
        "answer": ["red", "red", "blue", "blue"],
    })  # fmt: skip
    found = {}
    for view in ("question", "choices"):
        problem = build_problem(items, np.array([0, 0, 1, 1]), np.arange(4), view, "option", [], 8)
        problem.save(tmp_path / view)
        problem = Problem.load(tmp_path / view)
        found[view] = [(problem.text[at], int(problem.rivals[at])) for at in problem.content]
    one, other, third = [("red", 0), ("blue", 0)], [("red", 1), ("green", 1)], [("red", 2), ("blue", 2)]
    assert found["question"] == one + other + third + one
    assert found["choices"] == one + other + one + one


@pytest.mark.parametrize("form", ["answer", "option"])
def test_the_fitted_model_finds_what_no_comparison_finds(form: str) -> None:
    # The less likely answer is always right: zero-shot is always wrong, and a fitted model learns that.
    problem = toy(form, True, 300)  # type: ignore[arg-type]
    problem = replace(problem, matrices={"likelihoods": -problem.matrices["likelihoods"]})
    assert cross_fitted(LanguageModel(), problem) < 0.05
    assert cross_fitted(LanguageModelFitted(), problem) > 0.95


@pytest.mark.parametrize("form", ["answer", "option"])
def test_the_fitted_model_learns_nothing_from_shuffled_labels(form: str) -> None:
    # 3.5 sigma of 1,500 answers of 1/2, and of 600 choices among three.
    items, chance, margin = (1500, 1 / 2, 0.045) if form == "answer" else (600, 1 / 3, 0.067)
    problem = toy(form, False, items, seed=2)  # type: ignore[arg-type]
    assert cross_fitted(LanguageModelFitted(), problem) == pytest.approx(chance, abs=margin)


# ------------------------------------------------------------------------------------------------------ fine-tuned


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(tmp_path_factory.mktemp("tiny"))


def test_without_peft_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=r'pip install "twokeys\[lora\]"'):
        Lora().predict(toy("answer", True, 20), counts(("no", "yes")), np.array([0]), 0)


def learnable(form: str, tiny: str, items: int) -> tuple[Problem, Counts]:
    """Surely means yes, hardly means no, and nothing else matters; or surely is the gold option."""
    problem = replace(toy(form, True, items), language=tiny)  # type: ignore[arg-type]
    return problem, count(problem.content, problem.label, 2, problem.names)


@pytest.mark.parametrize("form", ["answer", "option"])
def test_a_fine_tuned_model_gives_the_same_probabilities_again(form: str, tiny: str) -> None:
    pytest.importorskip("peft")
    problem, train = learnable(form, tiny, 24)
    test = np.array([3, 1, 2])
    found, again = (Lora().predict(problem, train, test, 5) for _ in range(2))
    assert found.shape == (3, 2)
    assert found.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert (found == again).all()
    alone = Lora().predict(problem, train, test[:1], 5)
    assert alone == pytest.approx(found[:1], abs=1e-4)


def test_fine_tuning_raises_what_it_was_shown_and_leaves_the_base_alone(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("peft")
    monkeypatch.setattr("twokeys.builder.measure.baselines.lora.RATE", 1e-2)
    prompts = [ask("is it red?"), ask("is it blue?")]
    before = log_likelihoods(fresh(tiny), prompts, [["yes"], ["no"]])
    after = log_likelihoods(tuned(fresh(tiny), list(zip(prompts, ["yes", "no"], strict=True)) * 40), prompts,
                            [["yes"], ["no"]])  # fmt: skip
    assert all(new > old + 0.5 for new, old in zip(after, before, strict=True))
    assert log_likelihoods(fresh(tiny), prompts, [["yes"], ["no"]]) == before


@pytest.mark.slow
def test_a_fine_tuned_model_finds_a_planted_cue_and_nothing_in_shuffled_labels(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("peft")
    monkeypatch.setattr(
        "twokeys.builder.measure.baselines.lora.RATE", 1e-2
    )  # two layers with random weights know no language
    problem, _ = learnable("answer", tiny, 600)
    assert cross_fitted(Lora(), problem) > 0.9
    shuffled = replace(toy("answer", False, 600, seed=3), language=tiny)
    assert cross_fitted(Lora(), shuffled) == pytest.approx(0.5, abs=0.072)


def test_zero_shot_scores_are_those_of_the_matrix_columns(tiny: str) -> None:
    # What the matrix holds for a question is what the baseline compares: one chain from model to prediction.
    questions, names = ["is it red?", "is it blue?"], ("yes", "no")
    rows: list[Floats] = log_likelihoods(fresh(tiny), [ask(question) for question in questions], [names] * 2)
    empty = log_likelihoods(fresh(tiny), [ask("")], [names])[0]
    problem = asked([[*row, *empty] for row in rows], names)
    found = LanguageModelPrior().predict(problem, counts(names), np.array([0, 1]), 0)
    expected = np.stack(rows) - empty
    assert found.argmax(axis=1).tolist() == expected.argmax(axis=1).tolist()
