"""ViLT behind the seam: transformers' own forward pass, patches in order, masks of its joint sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer, pre_tokenizers, processors
from tokenizers.models import WordLevel
from transformers import BertTokenizer, ViltConfig, ViltForQuestionAnswering, ViltImageProcessorPil

from twokeys.audit.models.model import Masking, Model, Prepared, Question
from twokeys.audit.models.vilt import Vilt
from twokeys.core.errors import BadInput

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "is", "there", "a", "red", "circle", "?"]


@pytest.fixture(scope="module")
def vilt() -> Vilt:
    core = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(0)
    config = ViltConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        image_size=64, patch_size=16, id2label={0: "yes", 1: "no", 2: "red"},
    )  # fmt: skip
    images = ViltImageProcessorPil(size={"shortest_edge": 64}, size_divisor=16)
    return Vilt(ViltForQuestionAnswering(config), BertTokenizer(tokenizer_object=core), images)


@pytest.fixture(scope="module")
def item(vilt: Vilt, noise: Image.Image) -> Prepared:
    return vilt.prepare(Question(noise, "is there a red circle ?", kind="yes/no"), "yes")


def test_it_is_a_model(vilt: Vilt) -> None:
    assert isinstance(vilt, Model)


def test_scores_equal_the_plain_forward_pass(vilt: Vilt, item: Prepared) -> None:
    rng = np.random.default_rng(0)
    image, words = rng.random((5, item.patches)) < 0.5, rng.random((5, item.tokens)) < 0.5
    image[0], words[0] = True, True
    found = vilt.score(item, image, words)
    module: Any = vilt.module
    for at in range(5):
        ids, attended = item.ids.clone()[None], torch.ones((1, len(item.ids)), dtype=torch.long)
        for place, kept in zip(item.words.places, words[at], strict=True):
            if not kept:
                ids[0, place], attended[0, place] = 0, 0
        pixels = vilt.masked(item, image[at : at + 1])[:, 0]
        with torch.no_grad():
            logits = module(input_ids=ids, attention_mask=attended, pixel_values=pixels).logits
        assert found[at] == pytest.approx(float(logits.softmax(-1)[0, 0]), rel=1e-4)


def test_words_and_patches_are_where_they_are_said_to_be(vilt: Vilt, item: Prepared) -> None:
    assert item.words.strings == ("is", "there", "a", "red", "circle", "?")
    assert item.words.places == (1, 2, 3, 4, 5, 6)
    trace = vilt.trace(item, attentions=True, hidden_states=True)
    assert item.image_places.tolist() == list(range(9, 9 + item.patches))
    assert trace.attentions[0].shape == (1, 4, 9 + item.patches, 9 + item.patches)
    keep = np.ones((1, item.patches), dtype=bool)
    keep[0, 3] = False
    other = vilt.trace(item, pixels=vilt.masked(item, keep))
    moved = (other.inputs - trace.inputs).abs().amax(dim=-1)[0] > 1e-6
    assert moved.nonzero().flatten().tolist() == [int(item.image_places[3])]
    last = vilt.module.vilt.layernorm(trace.hidden_states[-1])  # type: ignore[union-attr, operator]
    torch.testing.assert_close(vilt.unembed(last)[:, item.decision_places[0]], trace.logits[:, 0])


def test_gradients_reach_pixels_and_words(vilt: Vilt, item: Prepared) -> None:
    trace = vilt.trace(item)
    one, two = torch.autograd.grad(trace.log_p.sum(), [trace.pixels, trace.embeddings])
    assert item.layout.from_pixels(one.abs()).min() > 0
    assert two[0, list(item.words.places)].abs().sum(dim=-1).min() > 0


def test_replies_and_answers_come_from_its_list(vilt: Vilt, noise: Image.Image) -> None:
    asked = Question(noise, "is there a red circle ?", kind="yes/no")
    assert vilt.reply([asked])[0] in {"yes", "no", "red"}
    assert vilt.prepare(asked, "The red", Masking("blur", "mask-token")).target == 2
    with pytest.raises(BadInput, match="none of the model's 3 answers"):
        vilt.prepare(asked, "purple")
