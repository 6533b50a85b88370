"""Filling a place with patches of its surroundings, from coarse to fine.

Every patch that touches the place is replaced by the most similar one of the surroundings, and each pixel becomes the
weighted mean of the patches that cover it, again and again (Wexler, Shechtman and Irani 2007). Beside its colour a
patch carries how rough the picture is there, without which smooth patches win everywhere (Newson et al. 2014). At the
finest level, detail is copied from the best patch instead of averaged, so that grain and texture stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import faiss  # here, for `threadpool_limits` reaches only what is loaded when it is entered
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve
from threadpoolctl import threadpool_limits

from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels

Floats = NDArray[np.float32]
Places = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns."""
HALF = 3
"""Patches have 2 * HALF + 1 pixels on each side."""
SIDE = 2 * HALF + 1
ROUGH = 7.0
"""Weight of roughness beside colour in CIELAB."""
MOST = 12_000
"""Patches of the surroundings that are searched at each level."""
DIMENSIONS = 24
"""Principal components by which patches are compared."""
ROUNDS = (10, 4, 1)
"""At the coarsest level, between, and at the finest."""
FADE = 1.3
"""By this factor a pixel's weight falls per pixel of distance from what is known."""
DETAIL = 2.0
"""Standard deviation in pixels below which differences count as detail."""
PATIENCE = 5.0
"""A neighbour's patch is kept on with unless it is by this share farther than the nearest."""
STEPS = (8, 4, 2, 1)
"""Distances in pixels over which neighbours hand on where they copy from."""
COARSEST = 3
"""At the coarsest level the place is at most so many pixels deep."""


def synthesised(pixels: Pixels, mask: Mask, others: Mask) -> Pixels | None:
    """Fill a place; pixels outside it stay as they are. The same input gives the same output.

    Args:
        pixels: (height, width, 3).
        mask: (height, width): the place.
        others: (height, width): other things, of which nothing may be copied.

    Returns:
        (height, width, 3); None where everything around is another thing, so that there is nothing to copy.
    """
    cv2 = needed("cv2")
    ys, xs = np.nonzero(mask)
    pad = max(40, int(max(np.ptp(ys), np.ptp(xs))) + 1)
    part = np.s_[max(ys.min() - pad, 0) : ys.max() + 1 + pad, max(xs.min() - pad, 0) : xs.max() + 1 + pad]
    lab = cv2.cvtColor(np.ascontiguousarray(pixels[part]).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    with threadpool_limits(1):  # sums in another order would choose other patches
        levels = _pyramid(np.dstack([lab, *_roughness(lab[..., 0], mask[part])]), mask[part], others[part])
        if not levels:
            return None
        random = np.random.default_rng(int(mask.sum()))
        filled: Floats | None = None
        for number, level in enumerate(levels):
            start = _membrane(level) if filled is None else _put(level, _resized(filled, level.mask.shape))
            rounds = ROUNDS[0] if filled is None else ROUNDS[1] if number + 1 < len(levels) else ROUNDS[2]
            filled = _refined(level, start, rounds, number + 1 == len(levels), random)
    assert filled is not None
    shown = cv2.cvtColor(np.ascontiguousarray(filled[..., :3]), cv2.COLOR_LAB2RGB) * 255
    new = pixels.copy()
    new[part][mask[part]] = shown.clip(0, 255).round().astype(np.uint8)[mask[part]]
    return new


@dataclass(frozen=True)
class _Level:
    """A picture at one size: (height, width, 5) channels, the place, and where nothing may be copied from."""

    channels: Floats
    mask: Mask
    barred: Mask

    @cached_property
    def usable(self) -> Mask:
        """(height + 2 HALF, width + 2 HALF), padded: the middles of patches that may be copied."""
        cv2 = needed("cv2")
        barred = np.pad(self.barred, HALF, constant_values=True).astype(np.uint8)
        centres: Mask = ~cv2.dilate(barred, np.ones((SIDE, SIDE), np.uint8)).astype(bool)
        return centres & np.pad(np.ones_like(self.mask), HALF)


def _roughness(lightness: Floats, mask: Mask) -> list[Floats]:
    """Mean strength of the edges around each known pixel, across and down."""
    cv2 = needed("cv2")
    original = cv2.erode((~mask).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    share = np.maximum(cv2.blur(original, (9, 9)), 1e-3)
    edges = (np.abs(cv2.Sobel(lightness, -1, *step, scale=0.25)) for step in ((1, 0), (0, 1)))
    return [ROUGH * cv2.blur(edge * original, (9, 9)) / share for edge in edges]


def _pyramid(channels: Floats, mask: Mask, others: Mask) -> list[_Level]:
    """The picture at sizes halved until the place is shallow, coarsest first; what is unknown is never mixed in.

    Sizes at which there are too few patches to copy are left out; where that is the full one, nothing is left.
    """
    cv2 = needed("cv2")
    levels = [_Level(channels.astype(np.float32), mask, others | mask)]
    depth = float(cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 3).max())
    while depth > COARSEST and min(levels[-1].mask.shape) >= 48:
        last = levels[-1]
        size = last.mask.shape[0] // 2, last.mask.shape[1] // 2
        weight = (~last.mask)[..., None].astype(np.float32)
        share = _resized(weight, size, shrink=True)
        means = (_resized(last.channels * weight, size, shrink=True) / np.maximum(share, 1e-6)).astype(np.float32)
        barred = _resized(last.barred[..., None].astype(np.float32), size, shrink=True)[..., 0] > 0
        levels.append(_Level(means, share[..., 0] < 0.5, barred))
        depth /= 2
    enough = [level for level in levels[::-1] if level.usable.sum() >= DIMENSIONS]
    return enough if enough and enough[-1] is levels[0] else []


def _resized(channels: Floats, size: tuple[int, int], shrink: bool = False) -> Floats:
    """Resize to (height, width), channel by channel."""
    cv2 = needed("cv2")
    way = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    layers = np.moveaxis(channels, 2, 0)
    return np.dstack([cv2.resize(np.ascontiguousarray(layer), size[::-1], interpolation=way) for layer in layers])


def _put(level: _Level, filled: Floats) -> Floats:
    return np.where(level.mask[..., None], filled, level.channels)


def _membrane(level: _Level) -> Floats:
    """Fill the place with the smoothest surface through its rim: Laplace's equation."""
    height, width = level.mask.shape
    ys, xs = np.nonzero(level.mask)
    number = np.full(level.mask.shape, -1)
    number[ys, xs] = np.arange(len(ys))
    system = sparse.lil_matrix((len(ys), len(ys)))
    rim = np.zeros((len(ys), level.channels.shape[2]))
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        inside = np.nonzero((ys + dy >= 0) & (ys + dy < height) & (xs + dx >= 0) & (xs + dx < width))[0]
        other = number[ys[inside] + dy, xs[inside] + dx]
        system[inside, inside] += np.ones(len(inside))
        system[inside[other >= 0], other[other >= 0]] = -1
        outside = inside[other < 0]
        rim[outside] += level.channels[ys[outside] + dy, xs[outside] + dx]
    new = level.channels.copy()
    new[ys, xs] = spsolve(system.tocsc(), rim).reshape(len(ys), -1)
    return new


def _refined(level: _Level, start: Floats, rounds: int, finest: bool, random: np.random.Generator) -> Floats:
    """Replace patches by similar ones of the surroundings, round by round."""
    cv2 = needed("cv2")
    edge = ((HALF, HALF), (HALF, HALF))
    channels = np.pad(start, (*edge, (0, 0)), mode="reflect")
    mask = np.pad(level.mask, edge)
    inside = np.pad(np.ones_like(level.mask), edge)
    whole = np.ones((SIDE, SIDE), np.uint8)
    usable = _places(level.usable)
    drawn = np.sort(random.choice(len(usable[0]), min(len(usable[0]), MOST), replace=False))
    source = usable[0][drawn], usable[1][drawn]
    at = _places(inside & cv2.dilate(mask.astype(np.uint8), whole).astype(bool))
    deep = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)[at]
    search = _Search(channels, source, random)
    for _ in range(rounds):
        distance, best = search.nearest(channels, at)
        spread = max(float(np.quantile(distance, 0.75)), 1e-3)
        weight = np.exp(-distance / (2 * spread)) * FADE ** -np.minimum(deep, 30) + 1e-8
        channels = _voted(channels, mask, at, _patches(channels, source)[best], weight)
    if finest:
        channels = _detailed(channels, mask, level.usable, at, source, random)
    return channels[HALF:-HALF, HALF:-HALF]


def _detailed(
    mean: Floats, mask: Mask, usable: Mask, at: Places, source: Places, random: np.random.Generator
) -> Floats:  # fmt: skip
    """Give the place the detail of what it is like: the mean meets its surroundings, detail keeps the texture.

    Patches are compared without their detail, or the smoothest would be the nearest.
    """
    cv2 = needed("cv2")
    layers = np.moveaxis(mean, 2, 0)
    smooth = np.dstack([cv2.GaussianBlur(np.ascontiguousarray(layer), (0, 0), DETAIL) for layer in layers])
    copied = _coherent(smooth, usable, at, source, _Search(smooth, source, random))
    new = mean.copy()
    new[at] = smooth[at] + mean[copied] - smooth[copied]
    return np.where(mask[..., None], new, mean)


def _coherent(channels: Floats, usable: Mask, at: Places, source: Places, search: _Search) -> Places:
    """Where each pixel's detail is copied from: as its neighbour's, moved along, unless that fits much worse.

    Whole pieces of texture are then copied as they are (Ashikhmin 2001).
    """
    distance, best = search.nearest(channels, at)
    number = np.full(usable.shape, -1)
    number[at] = np.arange(len(at[0]))
    codes = search.codes(channels, at)
    ys, xs = source[0][best], source[1][best]
    for step in STEPS:
        for dy, dx in ((0, step), (step, 0), (0, -step), (-step, 0)):
            y, x = np.clip(at[0] + dy, 0, usable.shape[0] - 1), np.clip(at[1] + dx, 0, usable.shape[1] - 1)
            beside = number[y, x]
            y, x = ys[beside] - dy, xs[beside] - dx
            held = (beside >= 0) & (y >= 0) & (y < usable.shape[0]) & (x >= 0) & (x < usable.shape[1])
            held[held] = usable[y[held], x[held]]
            places = np.nonzero(held)[0]
            far = ((search.codes(channels, (y[places], x[places])) - codes[places]) ** 2).sum(axis=1)
            good = places[far <= (1 + PATIENCE) * distance[places]]
            ys[good], xs[good] = y[good], x[good]
    return ys, xs


class _Search:
    """Nearest patches by their principal components."""

    def __init__(self, channels: Floats, source: Places, random: np.random.Generator) -> None:
        patches = _patches(channels, source).reshape(len(source[0]), -1)
        self._mean = patches.mean(axis=0)
        few = patches[random.choice(len(patches), min(len(patches), 4000), replace=False)] - self._mean
        self._basis = np.linalg.eigh(few.T @ few)[1][:, ::-1][:, :DIMENSIONS].astype(np.float32)
        self._index: Any = faiss.IndexFlatL2(DIMENSIONS)
        self._index.add(self.codes(channels, source))

    def codes(self, channels: Floats, places: Places) -> Floats:
        """(n, DIMENSIONS) of the patches around some places."""
        # Of no place at all it is a table without rows: no pixel of a small hole need have a neighbour to be copied.
        patches = _patches(channels, places).reshape(len(places[0]), len(self._mean))
        return np.ascontiguousarray((patches - self._mean) @ self._basis)

    def nearest(self, channels: Floats, places: Places) -> tuple[Floats, NDArray[np.int64]]:
        """Squared distance to the nearest patch, and its number."""
        distance, best = self._index.search(self.codes(channels, places), 1)
        return distance[:, 0], best[:, 0]


def _places(mask: Mask) -> Places:
    ys, xs = np.nonzero(mask)
    return ys.astype(np.int64), xs.astype(np.int64)


def _patches(channels: Floats, places: Places) -> Floats:
    """(n, SIDE, SIDE, channels) around each place."""
    step = np.arange(-HALF, HALF + 1)
    patches: Floats = channels[places[0][:, None, None] + step[:, None], places[1][:, None, None] + step]
    return patches


def _voted(channels: Floats, mask: Mask, at: Places, sources: Floats, weight: Floats) -> Floats:
    """Each pixel of the place as the weighted mean of the patches that cover it."""
    total, share = np.zeros(channels.shape), np.zeros(mask.shape)
    for dy in range(SIDE):
        for dx in range(SIDE):
            place = at[0] + dy - HALF, at[1] + dx - HALF
            total[place] += weight[:, None] * sources[:, dy, dx]
            share[place] += weight
    new = channels.copy()
    new[mask] = total[mask] / share[mask][:, None]
    return new
