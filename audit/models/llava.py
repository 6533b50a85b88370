"""LLaVA: an image is a grid of patches, each with an image token."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.layout import Box, Layout, Sizes, lay_out
from twokeys.audit.models.model import device_of
from twokeys.core.errors import BadInput


class Llava(Generative):
    """`LlavaForConditionalGeneration` with a tower of the CLIP or SigLIP kind."""

    placeholder = "<image>"

    def process(self, picture: Image.Image) -> Tensor:
        """Pixels of the single tile."""
        pixels: Tensor = self.images(images=[picture], return_tensors="pt")["pixel_values"]
        return pixels.to(device_of(self._module))

    def layout(self, width: int, height: int) -> Layout:
        """Patches of the tower; pixels outside a centre crop belong to no player."""
        size, vision = self._size(), self._module.config.vision_config
        rows, columns = size[0] // vision.patch_size, size[1] // vision.patch_size
        view = self._view(width, height)
        classes = vision.model_type in ("clip_vision_model", "CLIPVisionModel")
        grid = (rows, columns)
        return lay_out(view, rows, columns, [view], size, grid, grid, classes)

    def features(self, pixels: Tensor, sizes: Sizes = ()) -> Tensor:
        """Projected features of the patches of each image, concatenated."""
        pooled = self._module.get_image_features(pixel_values=pixels.flatten(0, 1).to(self._module.dtype))
        features = torch.stack(list(pooled.pooler_output))
        return features.reshape(len(pixels), -1, features.shape[-1])

    def image_text(self, layout: Layout) -> str:
        """An image token for each patch."""
        return str(self.placeholder * (layout.rows * layout.columns))

    def _size(self) -> tuple[int, int]:
        """Height and width of the pixels."""
        cut = self.images.crop_size if self._crops() else self.images.size
        return int(cut["height"]), int(cut["width"])

    def _crops(self) -> bool:
        return bool(getattr(self.images, "do_center_crop", False))

    def _view(self, width: int, height: int) -> Box:
        """The part of the image that remains after resizing and cropping."""
        if getattr(self.images, "do_pad", False):
            problem = "the processor pads images to a square"
            raise BadInput("image processor", "do_pad", problem, "", "set do_pad to false")
        short = self.images.size.get("shortest_edge") if self._crops() else None
        if short is None:
            return 0.0, 0.0, float(width), float(height)
        # The shorter side becomes `short`, the longer one is cut to whole pixels, and the middle is cropped.
        scale = short / min(width, height)
        new = (int(short * width / min(width, height)), int(short * height / min(width, height)))
        rows, columns = self._size()
        left, top = (new[0] - columns) // 2 / scale, (new[1] - rows) // 2 / scale
        return left, top, left + columns / scale, top + rows / scale
