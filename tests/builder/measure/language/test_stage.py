"""The stage that asks: what it wants of whom, what it finds done, and what baselines read off it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.builder.measure.language.killed import Dies, Killed
from tests.builder.measure.language.tiny import save
from twokeys.builder.measure.language import stage
from twokeys.builder.measure.language.likelihoods import log_likelihoods
from twokeys.builder.measure.language.loading import identity, language_model
from twokeys.builder.measure.language.prompts import ask
from twokeys.builder.measure.language.stage import AnswersWanted, likelihoods, of_answers, of_options
from twokeys.builder.run.engines import Process
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run

ANSWERS = ["blue", "no", "yes"]
QUESTIONS = [f"Is there a {colour} {thing}?" for colour in ("red", "blue") for thing in ("cube", "dog", "cat")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> NamedModel:
    return named(save(tmp_path_factory.mktemp("tiny")))


def named(model: str) -> NamedModel:
    return NamedModel(model, identity(model))


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "CHARACTERS", 60)
    monkeypatch.setattr(stage, "ANSWERS", 2)


def scored(tiny: NamedModel, question: str, answers: Sequence[str]) -> np.ndarray:
    return log_likelihoods(language_model(tiny.name), [ask(question)], [list(answers)])[0]


@pytest.mark.usefixtures("small_shards")
def test_values_come_by_question_in_the_order_asked(tiny: NamedModel, tmp_path: Path) -> None:
    asked = {question: ANSWERS[: 1 + place % 3] for place, question in enumerate(QUESTIONS)} | {"": ANSWERS[::-1]}
    made = likelihoods(Run(tmp_path), tiny, AnswersWanted(asked))
    assert len(list(made.folder.glob("part-*"))) > 2
    found = made.by_question()
    assert set(found) == set(asked)
    for question, answers in asked.items():
        assert found[question] == pytest.approx(scored(tiny, question, answers), abs=1e-4)


@pytest.mark.usefixtures("small_shards")
def test_a_killed_stage_goes_on_where_it_stopped_with_the_same_bytes(tiny: NamedModel, tmp_path: Path) -> None:
    asked = dict.fromkeys(QUESTIONS, ANSWERS)
    whole = likelihoods(Run(tmp_path / "whole"), tiny, AnswersWanted(asked))
    shards = len(list(whole.folder.glob("part-*.parquet")))
    with pytest.raises(Killed):
        likelihoods(Run(tmp_path / "again", Dies(2)), tiny, AnswersWanted(asked))
    engine = Dies(10**6)
    again = likelihoods(Run(tmp_path / "again", engine), tiny, AnswersWanted(asked))
    assert engine.ran == shards - 2
    for part in sorted(whole.folder.glob("part-*")):
        assert (again.folder / part.name).read_bytes() == part.read_bytes()


def test_a_stage_is_of_its_model_and_its_questions(tiny: NamedModel, tmp_path: Path) -> None:
    other = named(save(tmp_path / "other", seed=1))
    asked = dict.fromkeys(QUESTIONS[:2], ANSWERS)
    keys = {
        likelihoods(Run(tmp_path / "run"), model, AnswersWanted(wanted)).key
        for model, wanted in [
            (tiny, asked), (other, asked), (tiny, asked | {"": ANSWERS}), (tiny, asked | {QUESTIONS[0]: ["no"]}),
        ]
    }  # fmt: skip
    assert len(keys) == 4
    run = Run(tmp_path / "run")
    likelihoods(run, tiny, AnswersWanted(asked))
    assert run.seconds == {}  # found done


@pytest.mark.slow
@pytest.mark.usefixtures("small_shards")
def test_processes_write_the_same_bytes(tiny: NamedModel, tmp_path: Path) -> None:
    asked = dict.fromkeys(QUESTIONS, ANSWERS)
    one, many = (
        likelihoods(Run(tmp_path / name, engine), tiny, AnswersWanted(asked))
        for name, engine in (("serial", Dies(10**6)), ("process", Process(2)))
    )
    for part in sorted(one.folder.glob("part-*")):
        assert (many.folder / part.name).read_bytes() == part.read_bytes()


def test_candidates_are_scored_after_the_question_and_after_none(tiny: NamedModel, tmp_path: Path) -> None:
    found = of_answers(Run(tmp_path), tiny, QUESTIONS, ANSWERS, QUESTIONS[2:4], ["yes", "blue"])
    assert found.shape == (2, 4)
    assert found[0, :2] == pytest.approx(scored(tiny, QUESTIONS[2], ["yes", "blue"]), abs=1e-4)
    assert found[1, :2] == pytest.approx(scored(tiny, QUESTIONS[3], ["yes", "blue"]), abs=1e-4)
    assert found[0, 2:] == pytest.approx(scored(tiny, "", ["yes", "blue"]), abs=1e-4)
    assert (found[0, 2:] == found[1, 2:]).all()


def test_a_part_of_the_corpus_asks_only_what_is_new(tiny: NamedModel, tmp_path: Path) -> None:
    run = Run(tmp_path)
    whole = of_answers(run, tiny, QUESTIONS, ANSWERS, QUESTIONS, ANSWERS)
    run.seconds.clear()
    part = of_answers(run, tiny, QUESTIONS, ANSWERS, QUESTIONS[:2], ANSWERS[1:])
    assert run.seconds == {}
    assert (part == whole[:2][:, [1, 2, 4, 5]]).all()
    more = of_answers(run, tiny, QUESTIONS, ANSWERS, QUESTIONS[:2], ["yes", "red"])
    assert list(run.seconds) == ["likelihoods-question"]
    assert more[0, :2] == pytest.approx(scored(tiny, QUESTIONS[0], ["yes", "red"]), abs=1e-4)


def test_options_are_scored_after_their_question_and_alone(tiny: NamedModel, tmp_path: Path) -> None:
    pairs = [("Which?", "red"), ("Which?", "dark blue"), ("What?", "red")]
    run = Run(tmp_path)
    found = of_options(run, tiny, pairs, pairs[1:])
    assert found[0] == pytest.approx([scored(tiny, q, ["dark blue"])[0] for q in ("Which?", "")], abs=1e-4)
    assert found[1] == pytest.approx([scored(tiny, q, ["red"])[0] for q in ("What?", "")], abs=1e-4)
    # Without the question there is one number, already known from the options' prior.
    run.seconds.clear()
    alone = of_options(run, tiny, [("", option) for _, option in pairs], [("", "red"), ("", "dark blue")])
    assert run.seconds == {}
    assert (alone[:, 0] == alone[:, 1]).all()
    assert alone[0, 0] == found[1, 1]
