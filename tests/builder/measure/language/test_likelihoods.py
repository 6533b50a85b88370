"""Log-likelihoods are sums over a plain forward pass, however prompts and answers are batched."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.builder.measure.language.tiny import save
from twokeys.builder.measure.language import likelihoods
from twokeys.builder.measure.language.likelihoods import log_likelihoods
from twokeys.builder.measure.language.loading import Loaded, language_model
from twokeys.builder.measure.language.prompts import ask

ANSWERS = ["yes", "no", "2", "dark blue", "in front of the small red cube", "\u732b", "x" * 40]
QUESTIONS = ["", "Is it red?", "How many dogs are there in the picture, and where?", "What? " * 12]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return language_model(save(tmp_path_factory.mktemp("tiny")))


def by_hand(loaded: Loaded, prompt: str, answer: str) -> float:
    """The sum of log-probabilities from one forward pass over all of the text."""
    ids = [loaded.tokenizer(text)["input_ids"] for text in (prompt, f"{prompt} {answer}")]
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([ids[1]], device=loaded.device)).logits[0].double().log_softmax(-1)
    return float(sum(logits[at - 1, ids[1][at]] for at in range(len(ids[0]), len(ids[1]))))


def test_sums_are_those_of_a_plain_forward_pass(tiny: Loaded) -> None:
    prompts = [ask(question) for question in QUESTIONS]
    found = log_likelihoods(tiny, prompts, [ANSWERS] * len(prompts))
    expected = [[by_hand(tiny, prompt, answer) for answer in ANSWERS] for prompt in prompts]
    assert np.stack(found) == pytest.approx(np.array(expected), abs=1e-4)
    assert np.stack(found).dtype == np.float32
    assert np.ptp(expected, axis=0).min() > 0.01  # the prompt matters, or this would test nothing


@pytest.mark.parametrize(("most", "cached", "continued"), [(1, 1, 1), (40, 100, 7), (10**6, 10**6, 10**6)])
def test_batching_changes_nothing(
    tiny: Loaded, monkeypatch: pytest.MonkeyPatch, most: int, cached: int, continued: int
) -> None:
    prompts = [ask(question) for question in QUESTIONS]
    usual = np.stack(log_likelihoods(tiny, prompts, [ANSWERS] * len(prompts)))
    monkeypatch.setitem(likelihoods.CACHED, tiny.device, cached)
    monkeypatch.setitem(likelihoods.CONTINUED, tiny.device, continued)
    assert np.stack(log_likelihoods(tiny, prompts, [ANSWERS] * len(prompts), most)) == pytest.approx(usual, abs=1e-4)
    alone = [log_likelihoods(tiny, [prompt], [[answer]])[0][0] for prompt in prompts for answer in ANSWERS]
    assert alone == pytest.approx(usual.ravel(), abs=1e-4)


def test_each_prompt_may_have_answers_of_its_own(tiny: Loaded) -> None:
    prompts = [ask("Is it red?"), ask("Which?"), ask("Is it red?")]
    found = log_likelihoods(tiny, prompts, [["yes", "dark blue"], [], ["no", "yes"]])
    assert [len(row) for row in found] == [2, 0, 2]
    assert found[0][0] == found[2][1]
    assert found[0][1] == pytest.approx(by_hand(tiny, prompts[0], "dark blue"), abs=1e-4)
    assert log_likelihoods(tiny, [], []) == []


def test_a_prompt_runs_once_however_often_it_is_asked(tiny: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    forward = tiny.model.forward

    def counted(**inputs: torch.Tensor) -> object:
        rows.append(len(inputs["input_ids"]))
        return forward(**inputs)

    monkeypatch.setattr(tiny.model, "forward", counted)
    log_likelihoods(tiny, [ask("Is it red?")] * 50, [["yes"]] * 49 + [["no"]])
    # Nothing but single first tokens is read off the prompt, so there is one pass of one row.
    longer = [text for text in ("yes", "no") if len(tiny.tokenizer(f" {text}")["input_ids"]) > 1]
    assert rows == [1] + [len(longer)] * bool(longer)


def test_a_prompt_longer_than_the_model_keeps_its_end(tiny: Loaded) -> None:
    long = ask("so " * 400 + "is it red?")
    assert len(tiny.tokenizer(long)["input_ids"]) > 256
    found = log_likelihoods(tiny, [long], [["yes", "dark blue"]])[0]
    assert np.isfinite(found).all()
    more = log_likelihoods(tiny, [ask("well, " + "so " * 400 + "is it red?")], [["yes", "dark blue"]])[0]
    assert more == pytest.approx(found, abs=1e-4)
