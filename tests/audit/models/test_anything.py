"""A model asked through transformers' own processor and generation says what it says behind the seam."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer, LlavaProcessor

from twokeys.audit.models.anything import Anything, load_anything
from twokeys.audit.models.llava import Llava
from twokeys.audit.models.loading import load
from twokeys.audit.models.model import Model, Question, Responder
from twokeys.audit.reference.families import save, untrained
from twokeys.core.errors import BadInput


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    save(untrained("llava", 3), made)
    return made


def test_both_ways_of_asking_give_the_same_replies(folder: Path) -> None:
    family = load(str(folder), instruction="")
    assert isinstance(family, Model)
    processor = LlavaProcessor(
        family.images, family.tokenizer, 16, "full", family.template, "<image>", num_additional_image_tokens=0
    )
    processor.save_pretrained(folder)
    anything = load_anything(str(folder), None, "cpu", torch.float32, "any", "")
    assert isinstance(anything, Responder)
    assert not isinstance(anything, Model)
    rng = np.random.default_rng(0)
    asked = [
        Question(Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)), question, kind="open")
        for question in ("is there a red circle?", "what shape is in the image?", "what is the color of the circle?")
    ]
    assert anything.reply(asked) == family.reply(asked)
    # And the prompt is the processor's own, token by token.
    item = family.prepare(asked[0])
    text = "<bos><image>is there a red circle?<ans>"
    theirs = processor(images=[asked[0].picture], text=text, return_tensors="pt")
    assert theirs["input_ids"][0].tolist() == item.ids.tolist()
    torch.testing.assert_close(theirs["pixel_values"], item.pixels)


def test_a_tokenizer_is_no_processor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AutoProcessor, "from_pretrained", AutoTokenizer.from_pretrained)
    with pytest.raises(BadInput, match="takes no image"):
        load_anything(str(folder), None, "cpu", torch.float32, "any", "")


def test_several_images_are_shown_in_their_order_by_the_chat_template(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = load(str(folder), instruction="")
    assert isinstance(family, Llava)
    save(family, tmp_path)
    processor = LlavaProcessor(
        family.images, family.tokenizer, 16, "full", family.template, "<image>", num_additional_image_tokens=0
    )
    processor.save_pretrained(tmp_path)
    assert isinstance(load(str(tmp_path), instruction="", several=True), Model)
    # A family whose template shows one image is asked by its own processor, if that takes several.
    monkeypatch.setattr(Llava, "several", False)
    anything = load(str(tmp_path), instruction="", several=True)
    assert isinstance(anything, Anything)
    assert anything.several
    red, blue = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))
    one = anything._inputs([red], "is it red?")
    inputs = anything._inputs([red, blue], "is it red?")
    assert inputs["pixel_values"].shape[0] == 2
    torch.testing.assert_close(inputs["pixel_values"][:1], one["pixel_values"])
    asked = Question(red, "is it red?", kind="open", more=(blue,))
    # Behind the seam the prompt, the pixels and the reply are the processor's own.
    item = family.prepare(asked)
    assert item.ids.tolist() == inputs["input_ids"][0].tolist()
    torch.testing.assert_close(item.pixels, inputs["pixel_values"])
    both = [asked, Question(red, "is it red?", kind="open")]
    assert anything.reply(both) == family.reply(both)


def test_a_template_that_shows_one_image_takes_no_several(folder: Path, tmp_path: Path) -> None:
    family = load(str(folder), instruction="")
    save(family, tmp_path)
    first = "<bos><image>{{ messages[0]['content'][-1]['text'] }}<ans>"
    processor = LlavaProcessor(
        family.images, family.tokenizer, 16, "full", first, "<image>", num_additional_image_tokens=0
    )
    processor.save_pretrained(tmp_path)
    assert not load_anything(str(tmp_path), None, "cpu", torch.float32, "any", "").several
    assert isinstance(load(str(tmp_path), instruction="", several=True), Model)
