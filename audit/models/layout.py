"""Where a model's image patches are: in the image, in the pixels that it is given, in its sequence of tokens.

A family says which part of the image each tile shows; everything else follows. A pixel belongs to the patch that
holds its centre, so a thumbnail's pixels belong to the same patches as the tiles that it repeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of the original image."""


Sizes = tuple[tuple[int, int], ...]
"""Height and width of tiles."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The patches of one image.

    Attributes:
        rows: Patches from top to bottom.
        columns: Patches from left to right.
        boxes: (patches, 4) left, top, right, bottom in pixels of the original image, row by row.
        owner: (tiles, height, width) patch of each pixel.
        spread: (image tokens, patches) share of each image token's area that lies in each patch; rows sum to 1.
        tokens: Rows and columns of the image tokens of one tile.
        vision: Rows and columns of the vision tower's patches in one tile.
        vision_to_image: (tiles * vision tokens of a tile,) image token of each vision token, -1 for class tokens.
        sizes: Height and width of each tile, where tiles of several images differ: the rest of them is empty.
        grids: Rows and columns of the image tokens of each tile, if an item has several images.
    """

    rows: int
    columns: int
    boxes: NDArray[np.float64]
    owner: Tensor
    spread: Tensor
    tokens: tuple[int, int]
    vision: tuple[int, int]
    vision_to_image: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.long))
    sizes: Sizes = ()
    grids: Sizes = ()

    def by_tile(self, scores: Tensor) -> list[Tensor]:
        """Scores per image token, (image tokens,), as the grid of each tile, (rows, columns)."""
        grids = self.grids or (self.tokens,) * len(self.owner)
        parts = torch.split(scores, [rows * columns for rows, columns in grids])
        return [part.reshape(grid) for part, grid in zip(parts, grids, strict=True)]

    def from_tokens(self, scores: Tensor) -> Tensor:
        """Scores per image token, (..., image tokens), shared out to patches, (..., patches); sums are kept."""
        return scores @ self.spread.to(scores)

    def from_pixels(self, scores: Tensor) -> Tensor:
        """Scores per pixel, (n, tiles, channels, height, width), summed into patches, (n, patches)."""
        flat = scores.sum(dim=-3).flatten(1)
        owner = self.owner.flatten().to(flat.device).expand(len(flat), -1)
        return torch.zeros((len(flat), len(self.boxes)), dtype=flat.dtype, device=flat.device).scatter_add(
            1, owner, flat
        )

    def from_map(self, importance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of a map over the original image, (height, width), in each patch: (patches,).

        A patch's box is cut to whole pixels, and holds at least one.
        """
        height, width = importance.shape
        values = np.empty(len(self.boxes))
        for at, (left, top, right, bottom) in enumerate(self.boxes):
            x, y = min(int(left), width - 1), min(int(top), height - 1)
            values[at] = importance[y : max(round(bottom), y + 1), x : max(round(right), x + 1)].mean()
        return values


def lay_out(
    view: Box,
    rows: int,
    columns: int,
    tiles: Sequence[Box],
    size: tuple[int, int],
    tokens: tuple[int, int],
    vision: tuple[int, int],
    class_token: bool = False,
) -> Layout:
    """Lay patches over an image.

    Args:
        view: The part of the image that the model sees.
        rows: Patches from top to bottom of the view.
        columns: Patches from left to right.
        tiles: The part of the image that each tile shows.
        size: Height and width of a tile, in pixels.
        tokens: Rows and columns of image tokens per tile, row by row in the sequence.
        vision: Rows and columns of the vision tower's tokens per tile, row by row.
        class_token: Whether a class token leads each tile in the vision tower.
    """
    x, y = np.linspace(view[0], view[2], columns + 1), np.linspace(view[1], view[3], rows + 1)
    boxes = np.array([(x[c], y[r], x[c + 1], y[r + 1]) for r in range(rows) for c in range(columns)])
    owner, spread, leads = [], [], []
    for number, (left, top, right, bottom) in enumerate(tiles):
        across = _holders(left, right, size[1], x)
        down = _holders(top, bottom, size[0], y)
        owner.append(down[:, None] * columns + across[None, :])
        wide = _shares(np.linspace(left, right, tokens[1] + 1), x)
        high = _shares(np.linspace(top, bottom, tokens[0] + 1), y)
        spread.append(np.einsum("ir,jc->ijrc", high, wide).reshape(tokens[0] * tokens[1], rows * columns))
        row, column = np.meshgrid(np.arange(vision[0]), np.arange(vision[1]), indexing="ij")
        token = (row * tokens[0] // vision[0]) * tokens[1] + column * tokens[1] // vision[1]
        leads.append([-1] * class_token + list(token.flatten() + number * tokens[0] * tokens[1]))
    return Layout(
        rows,
        columns,
        boxes,
        torch.from_numpy(np.stack(owner)),
        torch.from_numpy(np.concatenate(spread)).float(),
        tokens,
        vision,
        torch.tensor(np.concatenate(leads), dtype=torch.long),
    )


def in_a_row(layouts: Sequence[Layout]) -> Layout:
    """The layout of an item of several images: their patches, tiles and image tokens one image after the other.

    Patches of all images stand in one row, and `boxes` are places in each image of its own. Tiles are as high and wide
    as the largest; what a smaller one leaves empty belongs to its last patch, and no model sees it.
    """
    height, width = (max(layout.owner.shape[axis] for layout in layouts) for axis in (1, 2))
    patches = [len(layout.boxes) for layout in layouts]
    before = np.cumsum([0, *patches[:-1]]).tolist()
    owners, leads, sizes, grids, tokens = [], [], [], [], 0
    for layout, first, count in zip(layouts, before, patches, strict=True):
        high, wide = int(layout.owner.shape[1]), int(layout.owner.shape[2])
        empty = (0, width - wide, 0, height - high)
        owners.append(torch.nn.functional.pad(layout.owner + first, empty, value=first + count - 1))
        sizes += [(high, wide)] * len(layout.owner)
        grids += [layout.tokens] * len(layout.owner)
        leads.append(torch.where(layout.vision_to_image < 0, layout.vision_to_image, layout.vision_to_image + tokens))
        tokens += len(layout.spread)
    return Layout(
        1,
        sum(patches),
        np.concatenate([layout.boxes for layout in layouts]),
        torch.cat(owners),
        torch.block_diag(*(layout.spread for layout in layouts)),  # type: ignore[no-untyped-call]
        layouts[0].tokens,
        layouts[0].vision,
        torch.cat(leads),
        tuple(sizes) if len(set(sizes)) > 1 else (),
        tuple(grids),
    )


def tiles_in_a_row(pixels: Sequence[Tensor]) -> Tensor:
    """Tiles of several images, each (tiles, channels, height, width), as one; smaller ones are filled up with zeros."""
    height, width = (max(tile.shape[axis] for tile in pixels) for axis in (-2, -1))
    return torch.cat([
        torch.nn.functional.pad(tile, (0, width - tile.shape[-1], 0, height - tile.shape[-2])) for tile in pixels
    ])  # fmt: skip


def _holders(start: float, end: float, pixels: int, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """The interval between edges that holds each pixel's centre."""
    centres = start + (np.arange(pixels) + 0.5) * (end - start) / pixels
    return np.clip(np.searchsorted(edges, centres, side="right") - 1, 0, len(edges) - 2).astype(np.int64)


def _shares(cells: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each cell's length that lies in each interval between edges."""
    low = np.maximum(cells[:-1, None], edges[None, :-1])
    high = np.minimum(cells[1:, None], edges[None, 1:])
    length = np.clip(high - low, 0, None)
    return np.asarray(length / length.sum(axis=1, keepdims=True))
