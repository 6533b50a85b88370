"""Size of a planted cue: the excess over chance of a predictor that reads only the cue.

A bit of each content stands for one side of a split of the answers. The predictor names the most frequent answer of
that side. Chance is the accuracy of the same answer on unrelated items, so the size is

    mean over items i of  gain(i, bit of its content),
    gain(i, 1) = (share of the first answer / share of its side) * ([i is on its side] - share of its side)

and likewise for 0. It is 0 for random bits. It grows in proportion to how often the bits agree with the side of most of
the content's items, up to `attainable`: if a content's items are equally divided between the sides, its bit carries no
information.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twokeys.core.intervals.excess import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Bits:
    """Bits of contents that can reveal answers.

    Attributes:
        target: (u,) the most informative bit of each content.
        attainable: Size of the cue if all contents have that bit.
    """

    target: Ints
    attainable: float

    def draw(self, size: float, rng: np.random.Generator, rare: bool = False) -> Ints:
        """(u,) bits that make a cue of the given size, at most `attainable`.

        Args:
            size: The size.
            rng: Source of the draws.
            rare: Whether the bit is 1 only on some contents of one side, and 0 on all others.
        """
        share = min(size / self.attainable, 1.0) if self.attainable > 0 else 0.0
        if rare:
            return (self.target * _some(np.full(len(self.target), share), rng)).astype(np.int64)
        agrees = _some(np.full(len(self.target), (1 + share) / 2), rng)
        return np.where(agrees, self.target, 1 - self.target).astype(np.int64)


def bits_of(content: Ints, gold: Ints, cell: Ints) -> Bits:
    """Find the most informative bits.

    Args:
        content: (n,) content of each item, from 0.
        gold: (n,) code of each item's answer.
        cell: (n,) cell within which items are compared, such as the answer type.
    """
    gains = np.zeros((len(gold), 2))
    for code in np.unique(cell):
        inside = np.flatnonzero(cell == code)
        gains[inside] = _gains(gold[inside])
    totals = np.stack([np.bincount(content, weights=gains[:, bit]) for bit in (0, 1)])
    return Bits(totals.argmax(axis=0).astype(np.int64), float(totals.max(axis=0).sum() / max(len(gold), 1)))


def _gains(gold: Ints) -> Floats:
    """(n, 2) contribution of an item to the size if its bit is 0, and if it is 1."""
    code, counts = np.unique(gold, return_inverse=True, return_counts=True)[1:]
    if len(counts) < 2:
        return np.zeros((len(gold), 2))
    side, shares = np.zeros(len(counts), dtype=np.int64), np.zeros(2)
    first = np.zeros(2)
    for place in np.argsort(-counts, kind="stable"):
        # The two most frequent answers are on different sides; each further answer goes to the lighter side.
        lighter = int(shares[1] <= shares[0])
        side[place] = lighter
        share = counts[place] / len(gold)
        first[lighter] = max(first[lighter], share)
        shares[lighter] += share
    on = np.stack([side[code] == bit for bit in (0, 1)], axis=1)
    return np.asarray(first / shares * (on - shares), dtype=np.float64)


def _some(share: Floats, rng: np.random.Generator) -> Bools:
    """(u,) random hits with the given shares; their number deviates by at most one, so that the cue has its size."""
    order = rng.permutation(len(share))
    hits = np.zeros(len(share), dtype=bool)
    # Systematic sampling: a step of the running sum over a whole number is a hit.
    hits[order] = np.diff(np.floor(np.cumsum(share[order]) + rng.random()), prepend=0.0) > 0
    return hits


@dataclass(frozen=True, eq=False)
class Marks:
    """Marks on one of several options that can reveal the gold option.

    Attributes:
        target: (u,) place of the option that is gold most often in each case.
        options: (u,) number of options.
        attainable: Size of the cue if all cases have their mark there.
    """

    target: Ints
    options: Ints
    attainable: float

    def draw(self, size: float, rng: np.random.Generator) -> Ints:
        """(u,) places to mark that make a cue of the given size, at most `attainable`."""
        share = min(size / self.attainable, 1.0) if self.attainable > 0 else 0.0
        right = _some(1 / self.options + share * (1 - 1 / self.options), rng)
        step = 1 + (rng.random(len(self.target)) * (self.options - 1)).astype(np.int64)
        return np.where(right, self.target, (self.target + step) % self.options).astype(np.int64)


def marks_of(case: Ints, place: Ints, options: Ints) -> Marks:
    """Find the most informative marks.

    Args:
        case: (n,) code of each item's options, from 0.
        place: (n,) place of each item's gold option.
        options: (n,) number of each item's options.
    """
    most = int(options.max(initial=1))
    table = np.zeros((int(case.max(initial=-1)) + 1, most))
    np.add.at(table, (case, place), 1)
    number = np.zeros(len(table), dtype=np.int64)
    number[case] = options
    chance = float((1 / options).mean()) if len(options) else 0.0
    attainable = float(table.max(axis=1).sum() / max(len(case), 1)) - chance
    return Marks(table.argmax(axis=1).astype(np.int64), number, attainable)
