"""Qwen2-VL and Qwen2.5-VL: one image at its own size; an image token is a merge block of patches.

The processor gives patches as rows of numbers, block by block and not row by row. Here pixels are kept as an image,
and put into that order on the way into the model, so that nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.layout import Layout, Sizes, lay_out
from twokeys.audit.models.model import device_of


class Qwen(Generative):
    """`Qwen2VLForConditionalGeneration` and `Qwen2_5_VLForConditionalGeneration`."""

    placeholder = "<|image_pad|>"

    @property
    def vision(self) -> torch.nn.Module:
        """The vision tower."""
        module: torch.nn.Module = self._module.model.visual
        return module

    def process(self, picture: Image.Image) -> Tensor:
        """Pixels of the one tile."""
        processed = self.images(images=[picture], return_tensors="pt")
        _, rows, columns = processed["image_grid_thw"][0].tolist()
        return self.unfold(processed["pixel_values"], rows, columns).to(device_of(self._module))

    def layout(self, width: int, height: int) -> Layout:
        """One patch per merge block."""
        step = self.images.patch_size * self.images.merge_size
        size = self.images.size
        high, wide = smart_resize(height, width, step, size["shortest_edge"], size["longest_edge"])
        rows, columns = high // step, wide // step
        view = (0.0, 0.0, float(width), float(height))
        fine = (high // self.images.patch_size, wide // self.images.patch_size)
        layout = lay_out(view, rows, columns, [view], (high, wide), (rows, columns), fine)
        layout.vision_to_image.copy_(self._window_order(fine))
        return layout

    def features(self, pixels: Tensor, sizes: Sizes = ()) -> Tensor:
        """Merged features of the blocks of each image, one after another."""
        n, tiles, _, height, width = pixels.shape
        sizes, side = sizes or ((height, width),) * tiles, self.images.patch_size
        folded = [self.fold(pixels[:, at, :, :high, :wide]) for at, (high, wide) in enumerate(sizes)]
        # All images of the first row, then of the second: a row's attention weights stand together.
        rows = torch.cat([part.reshape(n, -1, part.shape[-1]) for part in folded], dim=1).flatten(0, 1)
        grid = [[1, high // side, wide // side] for high, wide in sizes] * n
        features = self._module.get_image_features(rows, torch.tensor(grid, device=pixels.device))
        each = list(features.pooler_output)
        return torch.stack([torch.cat(each[row * tiles : (row + 1) * tiles]) for row in range(n)])

    def image_text(self, layout: Layout) -> str:
        """One image token per merge block."""
        return str(self.placeholder * (layout.rows * layout.columns))

    def positions(self, ids: Tensor, layouts: Sequence[Layout]) -> Tensor:
        """Time, height and width of each token."""
        merge = self.images.merge_size
        grid = torch.tensor([[1, layout.rows * merge, layout.columns * merge] for layout in layouts], device=ids.device)
        kinds = (ids == self.image_token).int()
        places, _ = self._module.model.get_rope_index(ids[None], mm_token_type_ids=kinds[None], image_grid_thw=grid)
        positions: Tensor = places[:, 0]
        return positions

    def fold(self, pictures: Tensor) -> Tensor:
        """Images, (n, channels, height, width), as the processor lays them out, (n * patches, values of a patch)."""
        n, channels, height, width = pictures.shape
        side, merge = self.images.patch_size, self.images.merge_size
        cut = pictures.reshape(n, channels, height // side // merge, merge, side, width // side // merge, merge, side)
        rows = cut.permute(0, 2, 5, 3, 6, 1, 4, 7)
        still = rows[:, :, :, :, :, :, None].expand(*rows.shape[:6], self.images.temporal_patch_size, side, side)
        return still.reshape(n * (height // side) * (width // side), -1)

    def unfold(self, values: Tensor, rows: int, columns: int) -> Tensor:
        """One image as the processor laid it out, back as an image, (1, channels, height, width)."""
        side, merge, time = self.images.patch_size, self.images.merge_size, self.images.temporal_patch_size
        cut = values.reshape(rows // merge, columns // merge, merge, merge, -1, time, side, side)[..., 0, :, :]
        return cut.permute(4, 0, 2, 5, 1, 3, 6).reshape(1, -1, rows * side, columns * side)

    def _window_order(self, fine: tuple[int, int]) -> Tensor:
        """Image token of each patch, in the order in which the tower holds them."""
        merge = self.images.merge_size
        blocks = torch.arange(fine[0] * fine[1] // merge**2)
        if hasattr(self.vision, "window_size"):
            from transformers.vision_utils import get_vision_window_index

            order, _ = get_vision_window_index(
                torch.tensor([[1, *fine]]),
                spatial_merge_size=merge,
                window_size=self._module.config.vision_config.window_size,
                patch_size=self.images.patch_size,
            )
            blocks = order
        return blocks.repeat_interleave(merge**2)
