"""All plain features of a view together: it detects interactions of two or three features.

Trees split on one feature at a time. If neither of two bits is informative alone, trees detect their interaction only
by luck among a hundred other features. So all products of pairs and triples of bits are screened first. The strongest
products join the features that trees read and that logistic regression screens: each of the two detects what the other
misses.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.baselines.screening import bits, deviations, screened_by, strongest
from twokeys.builder.measure.baselines.trees import boosted, held_out_contents, steps
from twokeys.builder.measure.details import SUMMARY, summary

BITS = 160
"""Bits whose pairs are tried: those nearest to an even split."""
TRIPLES = 32
"""Bits whose triples are tried."""
TREES = 200
"""Most trees in all: fewer than in other families, since there are more features to read."""
PRODUCTS = 24
"""Products that the trees read at most."""
PLAIN: tuple[str, ...] = ("lexical", "looks", "detail", "metadata", "place")


class Together(Baseline):
    """Trees and logistic regression on looks, details, fields, places and screened products of two or three bits."""

    name = "together"
    views = ("question", "choices", "image")
    also: ClassVar[tuple[str, ...]] = PLAIN
    needs = "minutes"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Screen products and fit trees on the training contents."""
        contents, table = train.by_content()
        X = features(problem)
        fitted = ~held_out_contents(len(contents), seed)
        read = np.concatenate([steps(X, X), products(X, contents[fitted], table[fitted])], axis=1)
        trees = boosted(read[contents], train, contents, read[test], seed, TREES)
        plain = bits(X, X)

        def make(rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
            made = np.concatenate([plain, products(X, contents[rows], table[rows])], axis=1)
            return made[contents], made[test]

        # If one of the two detects nothing, it predicts the prior, and the other decides.
        return ((trees + screened_by(make, train, len(test), seed)) / 2).astype(np.float32)


def features(problem: Problem) -> Floats:
    """(u, f) all plain features of the problem, with a summary of details."""
    plain = {name: np.asarray(problem.matrices[name], dtype=np.float32) for name in PLAIN if name in problem.matrices}
    parts = [summary(part) if name == "detail" else part[:, :SUMMARY] for name, part in plain.items()]
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(problem.text), 1), dtype=np.float32)


def products(X: Floats, contents: Ints, table: Floats) -> Floats:
    """(u, p) the most informative products of two or three bits of features, p <= `PRODUCTS`.

    Args:
        X: (u, f) features of all contents.
        contents: (c,) contents to screen on.
        table: (c, k) label counts of these contents.
    """
    signs = _even(2 * bits(X, X) - 1)
    if not len(contents):
        return np.zeros((len(X), 0), dtype=np.float32)
    seen, off = signs[contents], deviations(table)
    pairs = _best([np.triu(_strength(seen, off, np.ones(len(seen), dtype=np.float32)), 1)])
    few = seen[:, :TRIPLES]
    strengths = [np.triu(_strength(few, off, few[:, first]), 1) for first in range(few.shape[1])]
    for first, strength in enumerate(strengths):
        strength[: first + 1] = 0
    triples = _best(strengths)
    # `_best` returns (matrix, row, column); of a triple the matrix is the first bit.
    made = [signs[:, second] * signs[:, third] for _, second, third in pairs]
    made += [signs[:, first] * signs[:, second] * signs[:, third] for first, second, third in triples]
    every = np.stack(made, axis=1) if made else np.zeros((len(X), 0), dtype=np.float32)
    return np.asarray(every[:, strongest(every[contents], table, PRODUCTS)], dtype=np.float32)


def _strength(signs: Floats, off: Floats, times: Floats) -> Floats:
    """(b, b) squared z-value of the product of two columns and `times`, for the class with the largest value."""
    n = len(signs)
    spread = np.maximum(1 - (signs.T @ (signs * times[:, None]) / n) ** 2, 1e-3)
    signal = [(signs.T @ (signs * (times * label)[:, None])) ** 2 / max(float(label.var()), 1e-9) for label in off.T]
    return np.asarray(np.max(signal, axis=0) / (n * spread), dtype=np.float32)


def _best(strength: list[Floats]) -> list[tuple[int, int, int]]:
    """Return the places of the largest values, strongest first: matrix, row, column."""
    if not strength or not strength[0].size:
        return []
    flat = np.stack(strength)
    order = np.argsort(-flat, axis=None, kind="stable")[: 4 * PRODUCTS]
    order = order[flat.ravel()[order] > 0]
    return [(int(a), int(b), int(c)) for a, b, c in zip(*np.unravel_index(order, flat.shape), strict=True)]


def _even(signs: Floats) -> Floats:
    """Return the distinct columns, those nearest to an even split first."""
    order = np.argsort(np.abs(signs.mean(axis=0)), kind="stable")
    fresh = {np.packbits(signs[:, place] > 0).tobytes(): place for place in order[::-1]}
    kept = [place for place in order if fresh[np.packbits(signs[:, place] > 0).tobytes()] == place]
    return signs[:, kept[:BITS]]
