"""InternVL: an image cut into tiles, with a thumbnail of the whole if there are several; four patches are a token."""

from __future__ import annotations

from PIL import Image
from torch import Tensor
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import get_optimal_tiled_canvas

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.layout import Layout, Sizes, lay_out
from twokeys.audit.models.model import device_of


class InternVL(Generative):
    """`InternVLForConditionalGeneration`."""

    placeholder = "<IMG_CONTEXT>"

    def process(self, picture: Image.Image) -> Tensor:
        """Pixels of the tiles, row by row, then of the thumbnail."""
        pixels: Tensor = self.images(images=[picture], crop_to_patches=True, return_tensors="pt")["pixel_values"]
        return pixels.to(device_of(self._module))

    def layout(self, width: int, height: int) -> Layout:
        """A patch for each image token of the tiles; the thumbnail's pixels belong to the patches that they show."""
        vision = self._module.config.vision_config
        size = int(self.images.size["height"]), int(self.images.size["width"])
        columns, rows = (1, 1)
        if self.images.max_patches > 1:
            columns, rows = get_optimal_tiled_canvas(
                (height, width), size, self.images.min_patches, self.images.max_patches
            )
        fine = size[0] // vision.patch_size[0], size[1] // vision.patch_size[1]
        ratio = self._module.config.downsample_ratio
        tokens = int(fine[0] * ratio), int(fine[1] * ratio)
        view = (0.0, 0.0, float(width), float(height))
        wide, high = width / columns, height / rows
        tiles = [(c * wide, r * high, (c + 1) * wide, (r + 1) * high) for r in range(rows) for c in range(columns)]
        thumbnail = [view] if len(tiles) > 1 else []
        return lay_out(view, rows * tokens[0], columns * tokens[1], tiles + thumbnail, size, tokens, fine, True)

    def features(self, pixels: Tensor, sizes: Sizes = ()) -> Tensor:
        """Projected features of all tiles, concatenated."""
        n, tiles = pixels.shape[:2]
        pooled = self._module.get_image_features(pixel_values=pixels.flatten(0, 1)).pooler_output
        features: Tensor = pooled.reshape(n, tiles * pooled.shape[1], -1)
        return features

    def image_text(self, layout: Layout) -> str:
        """Image tokens of all tiles, between the marks of an image."""
        marks = self.tokenizer.start_image_token, self.tokenizer.end_image_token
        return f"{marks[0]}{self.placeholder * len(layout.spread)}{marks[1]}"
