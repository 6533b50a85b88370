"""Programs: steps one after the other, as GQA and CLEVR publish them with their questions; nothing in them is code.

A program that a judge understands is a tuple of steps, so it can be a meaning: ids of one image's objects are taken
out, steps on which the last one does not rest are left out, and the others keep their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Ints

MOST = 64
"""Steps of a program that is read at all; the longest of GQA has 9, the longest of CLEVR about 25."""


class Step(NamedTuple):
    """One step.

    Attributes:
        operation: What is done.
        words: With which words, in an order that the operation defines.
        inputs: On which earlier steps' results.
    """

    operation: str
    words: tuple[str, ...]
    inputs: tuple[int, ...]


Program = tuple[Step, ...]


@dataclass(frozen=True)
class Derived:
    """An answer that follows from a scene, and the objects on which it rests.

    Attributes:
        answer: The answer.
        rests_on: Places of the objects in the scene, sorted.
    """

    answer: str
    rests_on: tuple[int, ...]


def published(item: Mapping[str, Any], field: str) -> list[Any] | None:
    """The steps that a corpus published with an item's question; None if it has none, or options to choose from.

    Args:
        item: With `choices` and `meta` (JSON text).
        field: Under which name the reader keeps the steps in `meta`.
    """
    steps = json.loads(item["meta"]).get(field)
    fits = isinstance(steps, list) and 0 < len(steps) <= MOST and not len(item["choices"])
    return steps if fits else None


def places(given: Any, before: int) -> tuple[int, ...] | None:
    """Places of earlier steps; None if anything else is given, or a step would rest on itself or on a later one."""
    if not isinstance(given, list) or len(given) > 2:
        return None
    whole = all(isinstance(place, int) and not isinstance(place, bool) and 0 <= place < before for place in given)
    return tuple(given) if whole else None


def used(steps: Sequence[Step]) -> Program:
    """The steps on which the last one rests, and the last one; `inputs` are renumbered.

    Example:
        >>> used([Step("scene", (), ()), Step("scene", (), ()), Step("count", (), (1,))])
        (Step(operation='scene', words=(), inputs=()), Step(operation='count', words=(), inputs=(0,)))
    """
    needed = {len(steps) - 1}
    for place in reversed(range(len(steps))):
        if place in needed:
            needed.update(steps[place].inputs)
    new = {old: place for place, old in enumerate(sorted(needed))}
    return tuple(steps[old]._replace(inputs=tuple(new[each] for each in steps[old].inputs)) for old in sorted(needed))


def coded(answers: Iterable[str | None]) -> tuple[Ints, tuple[str, ...]]:
    """Codes of answers by the sorted list of the different ones; `UNSAID` for None.

    Example:
        >>> coded(["yes", None, "no"])
        (array([ 1, -1,  0]), ('no', 'yes'))
    """
    every = list(answers)
    names = tuple(sorted({answer for answer in every if answer is not None}))
    code = {name: place for place, name in enumerate(names)}
    return np.array([UNSAID if each is None else code[each] for each in every], dtype=np.int64), names
