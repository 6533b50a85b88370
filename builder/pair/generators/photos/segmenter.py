"""Segmenters: what turns a detector's box into a mask, such as SAM (Kirillov et al. 2023), prompted by the box."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from PIL import Image

from twokeys.builder.pair.generators.photos.configured import FAULTS, configured
from twokeys.builder.pair.generators.photos.things import LEAST, Thing, mask_of, within
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput
from twokeys.core.weights import weights


@lru_cache(maxsize=2)
def segmenter(name: str) -> Segmenter:
    """Load a segmenter, once per process.

    Args:
        name: Name on the model hub (`facebook/sam-vit-base`), or a folder, of a model for
            `AutoModelForMaskGeneration` that takes boxes. Only safetensors are read, and no code from the folder is
            run.

    Raises:
        BadInput: When there is none of that name, on this machine or within reach.
    """
    from transformers import AutoModelForMaskGeneration, AutoProcessor

    try:
        processor = AutoProcessor.from_pretrained(name, trust_remote_code=False)  # type: ignore[no-untyped-call]
        model = weights(AutoModelForMaskGeneration.from_pretrained, name)
    except FAULTS as error:
        raise _absent(name, error) from error
    return Segmenter(processor, model)


def check_segmenter(name: str) -> None:
    """See that a segmenter's configuration is there, before anything is measured; as `segmenter`."""
    try:
        configured(name)
    except FAULTS as error:
        raise _absent(name, error) from error


def _absent(name: str, error: Exception) -> BadInput:
    if isinstance(error, BadInput):
        return error
    problem = f"the segmenter {name!r} cannot be loaded ({error})"
    allowed = "the name or folder of a model for mask generation, such as facebook/sam-vit-base"
    remedy = f"run `hf download {name}` on a machine with a network, or name a folder that `save_pretrained` wrote"
    return BadInput("recipe", "segmenter", problem, allowed, remedy)


class Segmenter:
    """A model for mask generation as a `Cut`; outlines that are known stay as they are."""

    def __init__(self, processor: object, model: torch.nn.Module) -> None:
        self._device = device_for()
        self._processor, self.module = processor, model.eval().to(self._device)

    @torch.inference_mode()
    def __call__(self, thing: Thing, pixels: Pixels) -> Mask:
        """Where a thing is: its outline, or the model's mask in and around its box; the box where that is empty."""
        if thing.outline is not None or thing.crowd:
            return mask_of(thing, pixels)
        box = [[[float(side) for side in thing.box]]]
        inputs = self._processor(images=Image.fromarray(pixels), input_boxes=box, return_tensors="pt")  # type: ignore[operator]
        # SAM's later kin scale every picture to a square and have no sizes between.
        sizes = [inputs.pop(name) for name in ("original_sizes", "reshaped_input_sizes") if name in inputs]
        inputs = {name: value.float().to(self._device) for name, value in inputs.items()}
        logits = self.module(**inputs, multimask_output=False).pred_masks.cpu()
        masks = self._processor.post_process_masks(logits, *sizes)[0]  # type: ignore[attr-defined]
        mask: Mask = np.asarray(masks[0, 0], dtype=bool) & within(thing.box, pixels, grown=True)
        inside = within(thing.box, pixels)
        return mask if mask.sum() >= LEAST * inside.sum() else inside
