"""Inpainting by a diffusion model: any inpainting pipeline of the library `diffusers`, by name or folder."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from PIL import Image

from twokeys.builder.pair.generators.photos.configured import FAULTS
from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput
from twokeys.core.weights import weights

STEPS = 30
PROMPT = "background"
CONTEXT = 0.5
"""The model sees the mask with so much of its size around it."""


@lru_cache(maxsize=1)
def diffusion(name: str) -> Diffusion:
    """Load a pipeline, once per process.

    Args:
        name: Name on the model hub, or a folder that `save_pretrained` wrote. Only safetensors are read.

    Raises:
        MissingPackage: When `diffusers` is not installed.
        BadInput: When there is no such pipeline.
    """
    diffusers = needed("diffusers")
    try:
        pipeline = weights(diffusers.AutoPipelineForInpainting.from_pretrained, name)
    except FAULTS as error:
        raise _absent(name, error) from error
    return Diffusion(pipeline.to(device_for()))


def check_diffusion(name: str) -> None:
    """See that a pipeline's configuration is there, before anything is measured; as `diffusion`."""
    diffusers = needed("diffusers")
    try:
        diffusers.DiffusionPipeline.load_config(name)
    except FAULTS as error:
        raise _absent(name, error) from error


def _absent(name: str, error: Exception) -> BadInput:
    if isinstance(error, BadInput):
        return error
    problem = f"the inpainting pipeline {name!r} cannot be loaded ({error})"
    allowed = "patches, telea, ns, or the name or folder of a diffusers pipeline"
    return BadInput("recipe", "inpainting", problem, allowed, "correct the name, or fetch the model")


class Diffusion:
    """An inpainting pipeline as a function of pixels and mask; the same result for the same input on one device."""

    def __init__(self, pipeline: object, steps: int = STEPS) -> None:
        self._pipeline, self._steps = pipeline, steps
        parts = pipeline.components.values()  # type: ignore[attr-defined]
        self.module = torch.nn.ModuleList([part for part in parts if isinstance(part, torch.nn.Module)])
        pipeline.set_progress_bar_config(disable=True)  # type: ignore[attr-defined]

    def __call__(self, pixels: Pixels, mask: Mask, _: Mask) -> Pixels:
        """Fill the mask; a square around it is what the model sees, at the model's own size."""
        window = _window(mask)
        side = int(self._pipeline.unet.config.sample_size * self._pipeline.vae_scale_factor)  # type: ignore[attr-defined]
        seen = Image.fromarray(pixels[window]).resize((side, side), Image.Resampling.BICUBIC)
        hole = Image.fromarray(mask[window].astype(np.uint8) * 255).resize((side, side), Image.Resampling.NEAREST)
        random = torch.Generator("cpu").manual_seed(0)
        made = self._pipeline(  # type: ignore[operator]
            prompt=PROMPT, image=seen, mask_image=hole, height=side, width=side, num_inference_steps=self._steps,
            generator=random,
        ).images[0]  # fmt: skip
        height, width = mask[window].shape
        filled = np.asarray(made.convert("RGB").resize((width, height), Image.Resampling.BICUBIC))
        new = pixels.copy()
        new[window][mask[window]] = filled[mask[window]]
        return new


def _window(mask: Mask) -> tuple[slice, slice]:
    """A square around the mask with some context, cut off at the picture's border."""
    ys, xs = np.nonzero(mask)
    half = int(max(np.ptp(ys), np.ptp(xs)) * (0.5 + CONTEXT)) + 8
    y, x = (int(ys.min()) + int(ys.max())) // 2, (int(xs.min()) + int(xs.max())) // 2
    return slice(max(y - half, 0), y + half), slice(max(x - half, 0), x + half)
