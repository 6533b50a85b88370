"""What every explainer must keep, over the whole registry and all families."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from tests.audit.explainers.conftest import QUESTION, Counted
from twokeys.audit.explainers.explainer import Task, play
from twokeys.audit.explainers.integrated_gradients import IntegratedGradients
from twokeys.audit.explainers.registry import BUILT_IN, named
from twokeys.audit.games.synergy import Scores
from twokeys.audit.reference.families import untrained

HIDDEN = 5
"""The patch that a blinded model cannot see."""


@pytest.fixture(params=list(BUILT_IN))
def explainer(request):
    return named([request.param])[0]


def test_scores_fit_and_are_finite_and_the_same_again(explainer, task):
    first, second = explainer(task), explainer(task)
    assert first.image.shape == (task.prepared.patches,)
    assert first.text.shape == (task.prepared.tokens,)
    assert np.isfinite(first.image).all()
    assert np.isfinite(first.text).all()
    assert (first.image == second.image).all()
    assert (first.text == second.text).all()


@pytest.fixture(scope="module", params=["llava", "qwen", "internvl"])
def rounded(request):
    """A task of a model with weights of 16 bits, as models have them on a GPU."""
    model = untrained(request.param, 0)
    model.module.to(torch.bfloat16)
    return Task(model, model.prepare(QUESTION, "yes"), 5, Scores(np.ones(16), np.ones(6)))


def test_weights_of_16_bits_are_explained_too(explainer, rounded):
    if explainer.name in ("oracle", "anti-oracle"):
        pytest.skip("it knows the truth and asks no model")
    found = explainer(rounded)
    assert found.image.shape == (rounded.prepared.patches,)
    assert np.isfinite(np.concatenate([found.image, found.text])).all()


def test_cost_is_what_is_documented(explainer, task):
    counted = Counted(task.model)
    explainer(dataclasses.replace(task, model=counted))
    cost = explainer.cost(task.prepared.patches, task.prepared.tokens)
    assert counted.backward == cost.backward
    assert counted.forward <= cost.forward
    assert counted.forward >= 0.8 * cost.forward  # sampled coalitions may repeat


def test_the_model_is_left_as_it_was(explainer, task):
    everything = np.ones((1, task.prepared.patches), bool), np.ones((1, task.prepared.tokens), bool)
    before = task.model.score(task.prepared, *everything)
    state = {name: value.clone() for name, value in task.model.module.state_dict().items()}
    explainer(task)
    assert task.model.score(task.prepared, *everything) == before
    assert all(torch.equal(state[name], value) for name, value in task.model.module.state_dict().items())
    assert all(part.grad is None for part in task.model.module.parameters())


@pytest.fixture(scope="module", params=["llava", "qwen", "internvl"])
def blinded(request):
    """A model that is given a constant in place of one patch."""
    model = untrained(request.param, 1)
    prepared = model.prepare(QUESTION, "yes")
    own, hidden = model.features, prepared.layout.owner == HIDDEN
    model.features = lambda pixels, *sizes: own(torch.where(hidden[:, None], torch.zeros_like(pixels), pixels), *sizes)
    return Task(model, prepared, 5)


def test_a_patch_that_the_model_cannot_see_gets_nothing(explainer, blinded):
    if "sensitivity" not in explainer.promises:
        pytest.skip("not promised")
    scores = explainer(blinded).image
    others = np.delete(np.abs(scores), HIDDEN)
    assert abs(scores[HIDDEN]) < 1e-3 * others.max()
    assert (others > 0).all()


def test_scores_add_up_to_what_they_promise(explainer, task):
    if "completeness" not in explainer.promises:
        pytest.skip("not promised")
    game, found = play(task.model, task.prepared), explainer(task)
    image = game.image
    whole, no_text, no_image, nothing = game(np.stack([image | ~image, image, ~image, image & ~image]))
    if explainer.name == "integrated-gradients":
        start, end = IntegratedGradients().path(task)
        ends = [task.model.trace(task.prepared, p[None], e[None]).log_p.item() for p, e in (start, end)]
        assert found.image.sum() + found.text.sum() == pytest.approx(ends[1] - ends[0], rel=0.01, abs=1e-4)
    elif explainer.name == "kernel-shap":
        assert found.image.sum() + found.text.sum() == pytest.approx(whole - nothing, abs=1e-6)
    elif explainer.name == "cross-shapley":
        dividend = whole - no_text - no_image + nothing
        assert found.image.sum() == pytest.approx(dividend, abs=1e-6)
        assert found.text.sum() == pytest.approx(dividend, abs=1e-6)
    else:
        raise AssertionError(f"no test of what {explainer.name} promises")
