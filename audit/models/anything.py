"""Any model of transformers' class for image-text-to-text: it can be evaluated by its replies, but not explained."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import torch
from PIL import Image

from twokeys.audit.models.model import Question
from twokeys.audit.wording import worded
from twokeys.core.errors import BadInput
from twokeys.core.pictures.shown import upright
from twokeys.core.weights import weights

TOKENS = 32


class Anything:
    """A model asked through its own processor and chat template, greedily.

    Args:
        module: The model.
        processor: Its processor, with a chat template.
        name: Name and state, for reports.
        instruction: How to answer, put after the question; None for the usual one.
    """

    def __init__(self, module: Any, processor: Any, name: str, instruction: str | None = None) -> None:
        self.module, self.processor, self._name, self.instruction = module.eval(), processor, name, instruction

    @property
    def name(self) -> str:
        """Name and state of the model."""
        return self._name

    @torch.inference_mode()
    def reply(self, questions: Sequence[Question]) -> list[str]:
        """One question at a time, since padding differs between processors."""
        return [self._reply(question) for question in questions]

    @cached_property
    def several(self) -> bool:
        """Whether the processor takes two images and the chat template shows both: its prompt is then longer."""
        grey = Image.new("RGB", (64, 64), "grey")
        try:
            single, double = (self._inputs((grey,) * count, "?")["input_ids"].shape[1] for count in (1, 2))
        except (ValueError, TypeError, IndexError, KeyError, RuntimeError):
            return False  # a processor for one image refuses two in words of its own
        return bool(double > single)

    def _inputs(self, pictures: Sequence[Image.Image], words: str) -> Any:
        """Images in their order, then the text, in the words of the chat template."""
        content = [*({"type": "image"} for _ in pictures), {"type": "text", "text": words}]
        text = self.processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        return self.processor(images=[upright(picture) for picture in pictures], text=text, return_tensors="pt")

    def _reply(self, question: Question) -> str:
        text = worded(question.question, question.choices, self.instruction)
        inputs = self._inputs(question.pictures, text).to(self.module.device)
        most = getattr(self.module.generation_config, "max_new_tokens", None) or TOKENS
        tokens = self.module.generate(**inputs, max_new_tokens=most, do_sample=False)
        new = tokens[0, inputs["input_ids"].shape[1] :]
        return str(self.processor.decode(new, skip_special_tokens=True)).strip()


def load_anything(
    place: str, revision: str | None, device: str, dtype: Any, name: str, instruction: str | None
) -> Anything:
    """Load a model and its processor.

    Raises:
        BadInput: When its processor cannot take an image and a chat.
    """
    import transformers

    library: Any = transformers
    processor = library.AutoProcessor.from_pretrained(place, revision=revision, trust_remote_code=False)
    # Where it finds no processor transformers may hand out the tokenizer alone.
    if not hasattr(processor, "image_processor") or not getattr(processor, "chat_template", None):
        problem = f"the processor of {name!r} ({type(processor).__name__}) takes no image or has no chat template"
        raise BadInput("--model", None, problem, "a chat model for images", "add processor_config.json to its folder")
    module = weights(library.AutoModelForImageTextToText.from_pretrained, place, revision=revision, dtype=dtype)
    return Anything(module.to(device), processor, name, instruction)
