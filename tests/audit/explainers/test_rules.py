"""Rules, rollouts and maps against layers computed by hand."""

from __future__ import annotations

import warnings
from importlib import metadata

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from transformers.models.llama.modeling_llama import LlamaMLP, LlamaRMSNorm

from twokeys.audit.explainers import propagation
from twokeys.audit.explainers.grad_rollout import relevance
from twokeys.audit.explainers.registry import BUILT_IN, explainers, named
from twokeys.audit.explainers.rollout import rolled_out
from twokeys.audit.explainers.tam import rank_smoothed, without
from twokeys.core.errors import BadInput

X = torch.tensor([[1.0, -2.0, 3.0, 0.5]])
C = torch.tensor([[0.3, 1.0, -0.7, 2.0]])
"""Relevance of outputs is C times the output."""


def _relevance(function, *inputs):
    leaves = [x.clone().requires_grad_() for x in inputs]
    output = function(*leaves)
    slopes = torch.autograd.grad((output * C).sum(), leaves)
    return output.detach(), [leaf.detach() * slope for leaf, slope in zip(leaves, slopes, strict=True)]


def _close(found, expected):
    assert torch.allclose(found, expected, atol=1e-6)


def test_rms_norm_is_the_identity_to_relevance():
    norm = LlamaRMSNorm(4, eps=1e-6)
    norm.weight.data = torch.tensor([1.0, 2.0, 0.5, -1.0])
    with propagation.propagation(norm):
        output, (found,) = _relevance(norm, X)
    _close(output, X / (X.pow(2).mean() + 1e-6).sqrt() * norm.weight)
    _close(found, output * C)


def test_layer_norm_spreads_relevance_by_its_mean_alone():
    norm = nn.LayerNorm(4)
    norm.weight.data, norm.bias.data = torch.tensor([1.0, 2.0, 0.5, -1.0]), torch.full((4,), 0.1)
    expected_output = norm(X).detach()
    with propagation.propagation(norm):
        output, (found,) = _relevance(norm, X)
    _close(output, expected_output)
    weighted = C * norm.weight
    _close(found, X * (weighted - weighted.mean()) / X.std(correction=0))


@pytest.mark.parametrize("activation", [nn.SiLU(), nn.GELU(), nn.ReLU()])
def test_activations_pass_relevance_on(activation):
    x = torch.tensor([[1.0, -2.0, 0.0, 1e-9]])
    expected = activation(x)
    with propagation.propagation(activation):
        output, (found,) = _relevance(activation, x)
    _close(output, expected)
    _close(found, expected * C)


def test_a_gate_gets_half_and_what_it_gates_the_other_half():
    gate, up = X, X.flip(1)
    _, (to_gate, to_up) = _relevance(lambda g, u: propagation.half(g * u), gate, up)
    _close(to_gate, gate * up * C / 2)
    _close(to_up, gate * up * C / 2)


def test_a_gated_layer_of_llama_keeps_relevance():
    from transformers import LlamaConfig

    torch.manual_seed(0)
    layer = LlamaMLP(LlamaConfig(hidden_size=4, intermediate_size=6, num_attention_heads=2))
    expected = layer(X).detach()
    with propagation.propagation(layer):
        output, (found,) = _relevance(layer, X)
    _close(output, expected)
    assert float(found.sum()) == pytest.approx(float((output * C).sum()), abs=1e-6)
    assert "forward" not in vars(layer.act_fn)
    _, (plain,) = _relevance(layer, X)
    assert float(plain.sum()) != pytest.approx(float((output * C).sum()), rel=1e-3)


def test_attention_halves_between_weights_and_values():
    torch.manual_seed(1)
    query, key, value = (torch.randn(1, 1, 3, 2) for _ in range(3))
    weight = torch.randn(1, 3, 1, 2)
    leaves = [x.clone().requires_grad_() for x in (query, key, value)]
    output, weights = propagation.attend(None, *leaves, None, scaling=1.0)
    slopes = torch.autograd.grad((output * weight).sum(), leaves)
    to_query, to_key, to_value = (leaf.detach() * slope for leaf, slope in zip(leaves, slopes, strict=True))
    c = weight[0, :, 0]
    a = functional.softmax(query[0, 0] @ key[0, 0].T, dim=-1)
    _close(output[0, :, 0], a @ value[0, 0])
    _close(to_value[0, 0], value[0, 0] * (a.T @ c) / 2)
    # The other half goes to the weights; through softmax by Taylor's rule, R_s = s (dA - sum A dA), halved again.
    by_weights = c @ value[0, 0].T / 2
    by_scores = a * (by_weights - (a * by_weights).sum(dim=-1, keepdim=True)) / 2
    _close(to_query[0, 0], query[0, 0] * (by_scores @ key[0, 0]))
    _close(to_key[0, 0], key[0, 0] * (by_scores.T @ query[0, 0]))
    _close(weights.detach()[0, 0], a)


def test_rollout_of_two_layers():
    first = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]])
    second = torch.tensor([[[1.0, 0.0], [0.2, 0.8]], [[1.0, 0.0], [0.4, 0.6]]])
    # Rows: (A + I) / 2; the second layer's heads average to .3 and .7.
    expected = torch.tensor([[1.0, 0.0], [0.15, 0.85]]) @ torch.tensor([[1.0, 0.0], [0.25, 0.75]])
    _close(rolled_out([first, second]), expected)
    with pytest.raises(ValueError, match="attention weights of at least one layer"):
        rolled_out([])


def test_relevance_of_two_layers():
    weights = torch.tensor([[[0.5, 0.5], [0.1, 0.9]]])
    slope = torch.tensor([[[2.0, -1.0], [1.0, 0.0]]])
    step = torch.tensor([[1.0, 0.0], [0.1, 0.0]])
    expected = torch.eye(2) + step
    _close(relevance([(weights, slope), (weights, slope)]), expected + step @ expected)


def test_what_earlier_words_explain_is_taken_away():
    own, other = torch.tensor([1.0, 0.0, 2.0]), torch.tensor([[1.0], [0.0], [0.0]])
    # The least-squares share of (1, 0, 0) in (1, 0, 2) is 1.
    _close(without(own, other, torch.tensor([0.7])), torch.tensor([0.0, 0.0, 2.0]))
    _close(without(own, other, torch.tensor([0.0])), own)


def test_rank_smoothing_drops_outliers_and_keeps_plains():
    _close(rank_smoothed(torch.full((4, 4), 2.0)), torch.full((4, 4), 2.0))
    spike = torch.ones(5, 5)
    spike[2, 2] = 1.5
    assert float(rank_smoothed(spike)[2, 2]) == pytest.approx(1, abs=1e-3)


def test_integrated_gradients_agree_with_captum(task):
    captum = pytest.importorskip("captum.attr")
    from twokeys.audit.explainers.integrated_gradients import IntegratedGradients
    from twokeys.audit.models.generative import Generative

    model, prepared = task.model, task.prepared
    assert isinstance(model, Generative)

    def forward(pixels, embeddings):
        inputs = embeddings.clone()
        inputs[:, prepared.image_places] = model.features(pixels)
        hidden = model.decoded(inputs, prepared.positions, None, use_cache=False).last_hidden_state
        logits = model.unembed(hidden[:, prepared.decision_places[0]])
        return logits.log_softmax(dim=-1)[:, prepared.target]

    ours = IntegratedGradients(steps=8)
    start, end = (tuple(part[None].detach() for part in ends) for ends in ours.path(task))
    found = captum.IntegratedGradients(forward).attribute(end, start, n_steps=8, method="gausslegendre")
    scores = ours(task)
    assert scores.image == pytest.approx(prepared.layout.from_pixels(found[0].float())[0].numpy(), abs=1e-5)
    words = found[1].sum(dim=-1)[0, list(prepared.words.places)]
    assert scores.text == pytest.approx(words.numpy(), abs=1e-5)


def test_unknown_and_double_names_say_what_to_do():
    with pytest.raises(BadInput, match="did you mean 'attn-lrp'"):
        named(["attnlrp"])
    with pytest.raises(BadInput, match="'random' is named twice"):
        named(["random", "random"])


def test_a_broken_package_only_warns_and_a_taken_name_is_an_error(monkeypatch):
    entries = [
        metadata.EntryPoint("broken", "no_such_module:Thing", "twokeys.explainers"),
        metadata.EntryPoint("no-method", "twokeys.audit.explainers.explainer:Cost", "twokeys.explainers"),
        metadata.EntryPoint("other-name", "twokeys.audit.explainers.chance:Chance", "twokeys.explainers"),
    ]
    monkeypatch.setattr(metadata, "entry_points", lambda group: entries if group == "twokeys.explainers" else [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert list(explainers()) == list(BUILT_IN)
    said = [str(warning.message) for warning in caught]
    for name, reason in (("broken", "no_such_module"), ("no-method", "is no explainer"), ("other-name", "'random'")):
        assert any(f"{name!r} is left out" in one and reason in one for one in said), name
    taken = [metadata.EntryPoint("random", "twokeys.audit.explainers.tam:Tam", "twokeys.explainers")]
    monkeypatch.setattr(metadata, "entry_points", lambda group: taken if group == "twokeys.explainers" else [])
    with pytest.raises(BadInput, match="two have the name 'random'"):
        explainers()


def test_oracle_needs_a_truth(task):
    import dataclasses

    with pytest.raises(BadInput, match="no difference mask"):
        named(["oracle"])[0](dataclasses.replace(task, truth=None))
    both = [named([name])[0](task).image for name in ("oracle", "anti-oracle")]
    assert np.array_equal(both[0], -both[1])
