"""The answer prior: the oldest adversary, which looks at nothing and always gives the same answer.

Chance as other adversaries are measured against it says nothing of this one: a constant answer is right as often as it
is right for other items, whatever its share. So it is counted: for every source, split and answer type the answer that
is most often right, a letter or a text where there are options, against a guess. A count over the set needs no test.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twokeys.builder.certify.audited.bounds import Bools, Bound, Floats, Ints
from twokeys.builder.certify.audited.labels import Labels

NAME, VIEW = "nothing.constant", "nothing"
LOOSE = 1.0
"""Items more than its share that an answer may have in a kind: where there are few, one decides."""
SHRINKS = 4
"""A kind may lose all but one in so many of its items before an answer is frequent in it that was not."""


def constants(labels: Labels, given: Ints, among: Bools) -> Iterator[tuple[int, Ints, Floats]]:
    """What each constant answer gains over a guess, in the kind where it is given.

    Args:
        labels: What labels stand for.
        given: (n,) labels.
        among: (n,) the set.

    Yields:
        The kind, the positions of the items that the answer can be given to, and whether it is right there, less what a
        guess scores.
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
            there = items[labels.options[items] > letter]
            yield int(kind), there, (given[there] == letter) - guess[there]
        size = labels.options[items]
        owner = np.repeat(items, size)
        offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        code = labels.codes[labels.first[owner] + offset]
        order = np.argsort(code, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
            there = owner[rows]
            yield int(kind), there, (gold[there] == code[rows[0]]) - guess[there]


def best_constant(labels: Labels, given: Ints, among: Bools) -> Floats:
    """(n,) how often the best constant answer of each kind is right, guesses where it cannot be given; 0 outside."""
    found = np.where(among, labels.guess(labels.gold(given), among), 0.0)
    best: dict[int, tuple[float, Ints, Floats]] = {}
    for kind, items, gain in constants(labels, given, among):
        if (total := float(gain.sum())) > best.get(kind, (0.0,))[0]:
            best[kind] = (total, items, gain)
    for _, items, gain in best.values():
        found[items] += gain
    return found


def prior_bounds(labels: Labels, given: Ints, slack: float) -> list[Bound]:
    """Bound what every constant answer gains over a guess in its kind.

    Args:
        labels: What labels stand for.
        given: (n,) labels.
        slack: Excess over a guess that is let through.
    """
    found = []
    members = {int(kind): np.flatnonzero(labels.kind == kind) for kind in np.unique(labels.kind)}
    for kind, items, gain in constants(labels, given, np.ones(len(given), dtype=bool)):
        every = members[kind]
        if gain.clip(0).sum() <= LOOSE + slack * len(every) / SHRINKS:
            continue
        weight = np.full(len(every), -slack)
        weight[np.searchsorted(every, items)] += gain
        found.append(Bound(every, weight, LOOSE, "its answer is the most frequent one of its type too often"))
    return found
