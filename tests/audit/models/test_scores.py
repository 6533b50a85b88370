"""Scores of coalitions are those of transformers' own forward pass on the masked item, however the work is shared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from twokeys.audit.models.generative import Generative, everything
from twokeys.audit.models.model import Masking, Prepared, Question
from twokeys.audit.models.qwen import Qwen
from twokeys.audit.models.replies import score_items

ASKED = Question(Image.new("RGB", (1, 1)), "is there a red circle ?", kind="yes/no")


def ask(noise: Image.Image, question: str = "is there a red circle ?") -> Question:
    return Question(noise, question, kind="yes/no")


def plainly(model: Generative, item: Prepared, image: Any, text: Any) -> float:
    """One coalition through the whole model, nothing cached, ids and attention mask written by hand."""
    ids, attended = item.ids.clone()[None], torch.ones((1, len(item.ids)), dtype=torch.long)
    for place, kept in zip(item.words.places, text, strict=True):
        if not kept:
            ids[0, place] = item.word_fill
            attended[0, place] = int(item.word_attended)
    pixels, extra = model.masked(item, image[None])[0], {}
    if isinstance(model, Qwen):
        rows, columns = pixels.shape[-2] // 8, pixels.shape[-1] // 8
        extra = {"image_grid_thw": torch.tensor([[1, rows, columns]])}
        pixels = model.fold(pixels)
    positions = item.positions[:, None] if len(item.positions) > 1 else item.positions
    module: Any = model.module
    with torch.no_grad():
        logits = module(
            input_ids=ids, pixel_values=pixels, attention_mask=attended, position_ids=positions, **extra
        ).logits[0]
    log_p = logits.log_softmax(dim=-1)
    value = sum(log_p[place, item.answer[at]] for place, at in zip(item.decision_places, item.decision, strict=True))
    return float(torch.as_tensor(value).exp())


@pytest.mark.parametrize("text", ["removed", "mask-token", "neutral-word"])
def test_scores_equal_the_plain_forward_pass(model: Generative, noise: Image.Image, text: str) -> None:
    item = model.prepare(ask(noise), "yes", Masking("mean-colour", text))
    rng = np.random.default_rng(0)
    image, words = rng.random((12, item.patches)) < 0.5, rng.random((12, item.tokens)) < 0.5
    image[0], words[0] = True, True
    image[1], words[1] = False, False
    image[5] = image[4]  # shared work
    words[6], image[6] = words[2], image[2]
    found = model.score(item, image, words)
    wanted = [plainly(model, item, one, two) for one, two in zip(image, words, strict=True)]
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    model.batch = 2 * len(item.ids)  # other batches, same scores
    np.testing.assert_allclose(model.score(item, image, words), found, rtol=1e-4)
    model.batch = 16384
    together = score_items(model, [item] * 12, list(zip(image, words, strict=True)))
    np.testing.assert_allclose(together, found, rtol=1e-4)


def test_answers_of_several_tokens_are_scored_whole(model: Generative, noise: Image.Image) -> None:
    item = model.prepare(ask(noise), "red circle")
    assert len(item.answer) == 2
    assert item.decision == (0, 1)
    image, words = everything(item)
    found = model.score(item, image, words)[0]
    assert found == pytest.approx(plainly(model, item, image[0], words[0]), rel=1e-4)
    first = model.prepare(ask(noise), "red")
    assert found < model.score(first, image, words)[0]


def test_items_of_different_length_and_size_score_as_alone(model: Generative, noise: Image.Image) -> None:
    small = noise.crop((0, 0, 64, 64))
    items = [model.prepare(ask(noise), "yes"), model.prepare(ask(small, "what shape is it ?"), "red circle")]
    keeps = [(image[0], words[0]) for image, words in map(everything, items)]
    keeps[0][1][2] = False
    alone = [model.score(item, image[None], words[None])[0] for item, (image, words) in zip(items, keeps, strict=True)]
    np.testing.assert_allclose(score_items(model, items, keeps), alone, rtol=1e-4)


def test_the_models_own_reply_is_its_most_likely_token(model: Generative, noise: Image.Image) -> None:
    item = model.prepare(ask(noise))
    image, words = everything(item)
    trace = model.trace(item)
    assert item.target == int(trace.logits[0, 0].argmax())
    assert model.score(item, image, words)[0] == pytest.approx(float(trace.log_p.exp()), rel=1e-4)
    assert model.score(item, image, words, item.target + 1)[0] < model.score(item, image, words)[0]
    assert model.reply([ask(noise)]) == [model.decode(item.answer)]


def test_gradients_are_slopes(model: Generative, noise: Image.Image) -> None:
    """Along one direction the trace's gradient is the difference quotient of the score itself."""
    item = model.prepare(ask(noise), "yes")
    torch.manual_seed(0)
    way, small = torch.randn_like(item.pixels), 1e-3
    trace = model.trace(item)
    slope = float((torch.autograd.grad(trace.log_p.sum(), trace.pixels)[0][0] * way).sum())
    ends = [float(model.trace(item, pixels=(item.pixels + sign * small * way)[None]).log_p) for sign in (1, -1)]
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * small), rel=0.05, abs=1e-3)


def test_attention_weights_are_those_of_the_plain_model(model: Generative, noise: Image.Image) -> None:
    item = model.prepare(ask(noise), "yes")
    plain = model.trace(item)
    trace = model.trace(item, attentions=True, hidden_states=True)
    torch.testing.assert_close(trace.log_p, plain.log_p)
    assert not plain.attentions
    length = len(item.ids)
    assert [weights.shape for weights in trace.attentions] == [(1, 4, length, length)] * 3
    assert len(trace.hidden_states) == 4
    for weights in trace.attentions:
        torch.testing.assert_close(weights.sum(dim=-1), torch.ones(1, 4, length))
        assert torch.autograd.grad(trace.log_p.sum(), weights, retain_graph=True)[0].abs().sum() > 0
    for layer in trace.vision_attentions:
        assert layer.weights.shape[-1] == len(item.layout.vision_to_image)
        torch.testing.assert_close(layer.weights.sum(dim=-1), torch.ones(layer.weights.shape[:-1]))
        assert layer.gradient(trace.log_p).abs().sum() > 0
    torch.testing.assert_close(model.trace(item).log_p, plain.log_p)  # the model is as it was
    torch.testing.assert_close(model.unembed(trace.hidden_states[-1])[:, -1], trace.logits[:, -1])
