"""The answer prior: the simplest adversary, which sees nothing and always gives the same answer.

The chance level of other adversaries is useless for a constant answer, which is always as often right for its item as
for other items. So it is counted instead: for every source, split and answer type, the answer that is right most often
(a letter or a text if there are options) is compared with a guess. A count over the set needs no test.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twokeys.builder.certify.audited.bounds import Bools, Bound, Floats, Ints
from twokeys.builder.certify.audited.labels import Labels

NAME, VIEW = "nothing.constant", "nothing"
LOOSE = 1.0
"""Number of items by which an answer may exceed its share in a kind: in a small kind one item makes the difference."""
SHRINKS = 4
"""Answers are bounded early enough for a kind to shrink to one in so many of its items."""


def constants(labels: Labels, given: Ints, among: Bools) -> Iterator[tuple[int, Ints, Floats]]:
    """Yield the gain of each constant answer over a guess, in the kind of items that get the answer.

    Args:
        labels: Meaning of the labels.
        given: (n,) labels.
        among: (n,) the set.

    Yields:
        The kind, the positions of the items that can have the answer, and whether it is right on each of them minus the
        accuracy of a guess.
    """
    gold = labels.gold(given)
    guess = labels.guess(gold, among)
    for kind in np.unique(labels.kind[among]):
        items = np.flatnonzero(among & (labels.kind == kind))
        if not labels.options[items[0]]:
            for answer in np.unique(gold[items]):
                yield int(kind), items, (gold[items] == answer) - guess[items]
            continue
        for letter in range(int(labels.options[items].max())):
            with_letter = items[labels.options[items] > letter]
            yield int(kind), with_letter, (given[with_letter] == letter) - guess[with_letter]
        size = labels.options[items]
        owner = np.repeat(items, size)
        offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        code = labels.codes[labels.first[owner] + offset]
        order = np.argsort(code, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
            with_option = owner[rows]
            yield int(kind), with_option, (gold[with_option] == code[rows[0]]) - guess[with_option]


def best_constant(labels: Labels, given: Ints, among: Bools) -> Floats:
    """(n,) accuracy of the best constant answer of each kind, or of a guess on items without it; 0 outside the set."""
    accuracy = np.where(among, labels.guess(labels.gold(given), among), 0.0)
    best: dict[int, tuple[float, Ints, Floats]] = {}
    for kind, items, gain in constants(labels, given, among):
        if (total := float(gain.sum())) > best.get(kind, (0.0,))[0]:
            best[kind] = (total, items, gain)
    for _, items, gain in best.values():
        accuracy[items] += gain
    return accuracy


def prior_bounds(labels: Labels, given: Ints, slack: float) -> list[Bound]:
    """Bound the gain of every constant answer over a guess in its kind.

    Args:
        labels: Meaning of the labels.
        given: (n,) labels.
        slack: Excess over a guess that the bounds allow.
    """
    bounds = []
    members = {int(kind): np.flatnonzero(labels.kind == kind) for kind in np.unique(labels.kind)}
    for kind, items, gain in constants(labels, given, np.ones(len(given), dtype=bool)):
        every = members[kind]
        if gain.clip(0).sum() <= LOOSE + slack * len(every) / SHRINKS:
            continue
        weight = np.full(len(every), -slack)
        weight[np.searchsorted(every, items)] += gain
        bounds.append(Bound(every, weight, LOOSE, "its answer is the most frequent one of its type too often"))
    return bounds
