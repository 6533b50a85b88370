"""Pick few things out of many, spread evenly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

Of = TypeVar("Of")


def spread(count: int, most: int) -> list[int]:
    """Return at most `most` places among `count`, as far from each other as possible.

    Example:
        >>> spread(9, 3), spread(2, 3), spread(0, 3)
        ([0, 4, 8], [0, 1], [])
    """
    return [int(place) for place in np.unique(np.linspace(0, count - 1, min(most, count), dtype=int))] if count else []


def in_turn(queues: Sequence[Sequence[Of]]) -> Iterator[Of]:
    """Yield the first element of each queue, then the second of each, and so on.

    Example:
        >>> list(in_turn(["ab", "c", "def"]))
        ['a', 'c', 'd', 'b', 'e', 'f']
    """
    for place in range(max(map(len, queues), default=0)):
        yield from (queue[place] for queue in queues if place < len(queue))
