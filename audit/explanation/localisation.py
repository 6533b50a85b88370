"""Do the highest scores lie where the item differs from its counterfactual partners? Pointing game and energy.

A benchmark of counterfactual pairs holds its own ground truth: what would have to change for the answer to change. The
truth of a patch or token is the share of it that lies in the difference mask. Each score is given with its chance
level, that of scores which know nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twokeys.audit.games.game import Floats

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of the image."""
Span = tuple[int, int]
"""First character and the one after the last."""
NOTICEABLE = 0.25
"""Least change of a colour channel, as a share of its range, that counts as a difference."""


@dataclass(frozen=True)
class Localisation:
    """How well scores find the difference mask.

    Attributes:
        pointing: Whether the highest score lies in it (Zhang et al. 2018); ties count by their share of hits.
        pointing_chance: The same of random scores: the share of patches or tokens that touch the mask.
        energy: Share of the positive scores that lies in it (Wang et al. 2020); 0 where no score is positive.
        energy_chance: The same of equal scores.
    """

    pointing: float
    pointing_chance: float
    energy: float
    energy_chance: float


def localise(scores: Floats, truth: Floats) -> Localisation:
    """Compare scores with the truth, (n,) each.

    Raises:
        ValueError: When the truth is nothing, or not a share.
    """
    if not truth.any() or truth.min() < 0 or truth.max() > 1:
        raise ValueError(f"the truth has values from {truth.min()} to {truth.max()}: it holds shares, not all 0")
    positive = np.clip(scores, 0, None)
    total = float(positive.sum())
    return Localisation(
        float((truth[scores == scores.max()] > 0).mean()),
        float((truth > 0).mean()),
        float(positive @ truth) / total if total else 0.0,
        float(truth.mean()),
    )


def shares_of_boxes(patches: NDArray[np.float64], boxes: Iterable[Box]) -> Floats:
    """Share of each patch that boxes cover.

    Args:
        patches: (patches, 4) left, top, right, bottom in pixels of the image.
        boxes: The difference mask; boxes may overlap.
    """
    marked = list(boxes)
    found = np.zeros(len(patches))
    # The union's area, exactly: boxes cut the patch to a grid of rectangles that are covered as wholes or not at all.
    for at, (left, top, right, bottom) in enumerate(patches):
        cut = [(max(a, left), max(b, top), min(c, right), min(d, bottom)) for a, b, c, d in marked]
        cut = [(a, b, c, d) for a, b, c, d in cut if a < c and b < d]
        xs = np.unique([side for a, _, c, _ in cut for side in (a, c)])
        ys = np.unique([side for _, b, _, d in cut for side in (b, d)])
        for x0, x1 in pairwise(xs):
            for y0, y1 in pairwise(ys):
                if any(a <= x0 and x1 <= c and b <= y0 and y1 <= d for a, b, c, d in cut):
                    found[at] += (x1 - x0) * (y1 - y0)
        found[at] /= (right - left) * (bottom - top)
    return np.minimum(found, 1.0)


def shares_of_spans(tokens: Sequence[Span], spans: Iterable[Span]) -> Floats:
    """Share of each token's characters that spans cover; 0 for tokens without characters."""
    marked = {at for start, end in spans for at in range(start, end)}
    return np.array([sum(at in marked for at in range(a, b)) / max(b - a, 1) for a, b in tokens], dtype=np.float64)


def spans_of(strings: Sequence[str], question: str) -> list[Span]:
    """Where in a question its tokens stand, given what each says.

    Tokens are looked for one after another; one that cannot be found, such as a token of an option, is an empty span.
    """
    found, at = [], 0
    for string in strings:
        text = string.strip()
        start = question.find(text, at) if text else -1
        if start < 0:
            found.append((at, at))
        else:
            at = start + len(text)
            found.append((start, at))
    return found


def differing_words(question: str, other: str) -> list[Span]:
    """Where a question has words that the other has not, in place: spans of characters in the first."""
    words = list(re.finditer(r"\w+|[^\w\s]", question))
    own, theirs = [word.group().lower() for word in words], re.findall(r"\w+|[^\w\s]", other.lower())
    matcher = difflib.SequenceMatcher(a=own, b=theirs, autojunk=False)
    found = []
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind != "equal" and start < end:
            found.append((words[start].start(), words[end - 1].end()))
    return found


def differing_pixels(picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Where an image shows something that the other has not in its place.

    A pixel counts when it differs from the other image's and from the image's own most frequent colour: what only
    the other image shows is ground here.

    Args:
        picture: (height, width, 3).
        other: Another image of the same question.

    Returns:
        (height, width), or None where images are of different sizes, equal, or differ in more than half of their
        pixels: then no part of the image is the difference.
    """
    if picture.shape != other.shape:
        return None
    colours, frequency = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    ground = colours[frequency.argmax()]
    found = _apart(picture, other) & _apart(picture, np.broadcast_to(ground, picture.shape))
    return found if 0 < found.mean() <= 0.5 else None


def differs_as_a_whole(picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether two images have different sizes, or differ in more than half of their pixels."""
    return picture.shape != other.shape or bool(_apart(picture, other).mean() > 0.5)


def _apart(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(first.astype(np.int16) - second).max(axis=-1) > NOTICEABLE * 255, dtype=np.bool_)
