"""Size of a planted cue: how far above chance whoever reads the cue alone, and nothing else, would be.

A bit per content stands for one side of a split of the answers; whoever reads it names the most frequent answer of that
side. Since chance is what the named answer would score on items that it has nothing to do with, the size is

    mean over items i of  gain(i, bit of its content),
    gain(i, 1) = (share of the first answer / share of its side) * ([i is on its side] - share of its side)

and likewise for 0. It is 0 for bits that are tossed and grows in proportion to how often they agree with the side that
most of a content's items are on, up to `attainable`: where a content's items have as many answers of either side, no
bit of it tells anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twokeys.core.intervals.excess import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Bits:
    """How bits of contents can tell answers.

    Attributes:
        target: (u,) the bit of each content that tells most.
        attainable: Size of the cue where all contents have that bit.
    """

    target: Ints
    attainable: float

    def draw(self, size: float, rng: np.random.Generator, rare: bool = False) -> Ints:
        """(u,) bits that make a cue of a size, at most `attainable`.

        Args:
            size: The size.
            rng: Draws.
            rare: Whether the bit is 1 on some contents of one side alone, and 0 on all others.
        """
        share = min(size / self.attainable, 1.0) if self.attainable > 0 else 0.0
        if rare:
            return (self.target * _some(np.full(len(self.target), share), rng)).astype(np.int64)
        agrees = _some(np.full(len(self.target), (1 + share) / 2), rng)
        return np.where(agrees, self.target, 1 - self.target).astype(np.int64)


def bits_of(content: Ints, gold: Ints, cell: Ints) -> Bits:
    """Find the bits that tell most.

    Args:
        content: (n,) content of each item, from 0.
        gold: (n,) code of its answer.
        cell: (n,) what it is compared within, such as the answer type.
    """
    gains = np.zeros((len(gold), 2))
    for one in np.unique(cell):
        inside = np.flatnonzero(cell == one)
        gains[inside] = _gains(gold[inside])
    totals = np.stack([np.bincount(content, weights=gains[:, bit]) for bit in (0, 1)])
    return Bits(totals.argmax(axis=0).astype(np.int64), float(totals.max(axis=0).sum() / max(len(gold), 1)))


def _gains(gold: Ints) -> Floats:
    """(n, 2) what an item adds to the size when its bit is 0, and when it is 1."""
    code, counts = np.unique(gold, return_inverse=True, return_counts=True)[1:]
    if len(counts) < 2:
        return np.zeros((len(gold), 2))
    side, shares = np.zeros(len(counts), dtype=np.int64), np.zeros(2)
    first = np.zeros(2)
    for place in np.argsort(-counts, kind="stable"):
        # The two most frequent answers stand on different sides, each other one on the lighter side.
        lighter = int(shares[1] <= shares[0])
        side[place] = lighter
        share = counts[place] / len(gold)
        first[lighter] = max(first[lighter], share)
        shares[lighter] += share
    on = np.stack([side[code] == bit for bit in (0, 1)], axis=1)
    return np.asarray(first / shares * (on - shares), dtype=np.float64)


def _some(share: Floats, rng: np.random.Generator) -> Bools:
    """(u,) draws of which the stated share hits, to one draw: by luck a cue would be smaller or larger than said."""
    order = rng.permutation(len(share))
    found = np.zeros(len(share), dtype=bool)
    # Systematic sampling: a step of the running sum over a whole number is a hit.
    found[order] = np.diff(np.floor(np.cumsum(share[order]) + rng.random()), prepend=0.0) > 0
    return found


@dataclass(frozen=True, eq=False)
class Marks:
    """How a mark on one of several options can tell the gold one.

    Attributes:
        target: (u,) place of the option that is gold most often in each case.
        options: (u,) number of options.
        attainable: Size of the cue where all cases have their mark there.
    """

    target: Ints
    options: Ints
    attainable: float

    def draw(self, size: float, rng: np.random.Generator) -> Ints:
        """(u,) places to mark that make a cue of a size, at most `attainable`."""
        share = min(size / self.attainable, 1.0) if self.attainable > 0 else 0.0
        right = _some(1 / self.options + share * (1 - 1 / self.options), rng)
        step = 1 + (rng.random(len(self.target)) * (self.options - 1)).astype(np.int64)
        return np.where(right, self.target, (self.target + step) % self.options).astype(np.int64)


def marks_of(case: Ints, place: Ints, options: Ints) -> Marks:
    """Find the marks that tell most.

    Args:
        case: (n,) which options an item has, from 0.
        place: (n,) place of its gold option.
        options: (n,) number of its options.
    """
    most = int(options.max(initial=1))
    table = np.zeros((int(case.max(initial=-1)) + 1, most))
    np.add.at(table, (case, place), 1)
    number = np.zeros(len(table), dtype=np.int64)
    number[case] = options
    chance = float((1 / options).mean()) if len(options) else 0.0
    attainable = float(table.max(axis=1).sum() / max(len(case), 1)) - chance
    return Marks(table.argmax(axis=1).astype(np.int64), number, attainable)
