"""Programs of GQA, as its question files publish them in `semantic`: a step's operation and argument in words.

An argument may name objects of the item's own image by their ids (`wall (722332)`); the ids are left out, so a program
says the same of every image. Understood as:

    select          name                            filter      attribute, value, `not` or nothing
    relate          name or _, relation, s or o     relate same name or _, attribute
    query           attribute                       verify      attribute, value
    verify rel      name, relation, s or o          choose      attribute, values
    choose rel      name, s or o, relations         choose more comparison
    same, different attribute                       exist, and, or, common
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from twokeys.builder.pair.generators.retrieved.judges.files import word
from twokeys.builder.pair.generators.retrieved.judges.programs import Program, Step, places, published, used
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.wording import says_all
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.words import (
    ATTRIBUTES,
    COMPARED,
    POINTING,
    POSITIONS,
)
from twokeys.builder.read.corpora.gqa import without_ids

SCENE = "scene"
ANY = "_"
LONGEST = 200
"""Characters of an argument; longer ones are no words."""
_NOT = re.compile(r"not\((.+)\)")
_GIVES_OBJECTS = ("select", "filter", "relate", "relate same")
_GIVES_TRUTH = ("exist", "verify", "verify rel", "same", "different", "and", "or")
Words = tuple[str, tuple[str, ...]]
"""Operation and words of a step, as they are understood."""


def understand(item: Mapping[str, Any]) -> Program | None:
    """The program of an item; None if it has none, one that is not understood, or one that says less than its question.

    Args:
        item: With `question`, `choices` and `meta`, as the reader of GQA makes them.
    """
    steps: list[Step] = []
    for record in published(item, "semantic") or []:
        step = _step(record, steps)
        if step is None:
            return None
        steps.append(step)
    if not steps or steps[-1].operation in _GIVES_OBJECTS:
        return None
    program = used(steps)
    # `Are both the people the same gender?`: how many are meant stands in the ids alone, which are of one image.
    compares = any(step.operation in ("same", "different") and len(step.inputs) == 1 for step in program)
    counts = compares and "both" in item["question"].casefold().split()
    return program if says_all(program, item["question"]) and not counts else None


def _step(record: Any, before: list[Step]) -> Step | None:
    if not isinstance(record, dict):
        return None
    operation, argument = record.get("operation"), record.get("argument")
    inputs = places(record.get("dependencies"), len(before))
    if not isinstance(operation, str) or not isinstance(argument, str) or inputs is None or len(argument) > LONGEST:
        return None
    head, _, attribute = " ".join(operation.split()).partition(" ")
    found = READ[head](attribute, word(without_ids(argument))) if head in READ else None
    if found is None:
        return None
    truth, counts = _takes(*found)
    given = [before[place].operation for place in inputs]
    right = all(each in (_GIVES_TRUTH if truth else _GIVES_OBJECTS) for each in given)
    return Step(*found, inputs) if right and len(inputs) in counts else None


def _takes(operation: str, words: tuple[str, ...]) -> tuple[bool, tuple[int, ...]]:
    """Whether an operation takes truths rather than objects, and how many."""
    if operation in ("and", "or"):
        return True, (2,)
    if operation in ("common", "choose more"):
        return False, (2,)
    return False, (0,) if operation == "select" else (1, 2) if operation in ("same", "different") else (1,)


def _select(attribute: str, argument: str) -> Words | None:
    return ("select", (argument,)) if argument and not attribute and argument not in POINTING else None


def _filter(attribute: str, argument: str) -> Words | None:
    negated = _NOT.fullmatch(argument)
    value = negated[1].strip() if negated else argument
    return ("filter", (attribute, value, "not" if negated else "")) if _asks(attribute, value) else None


def _asks(attribute: str, value: str) -> bool:
    """Whether a value may be asked for: of an attribute that is known here, or of none."""
    valid = attribute in ATTRIBUTES or not attribute
    return bool(value) and valid and value in POSITIONS.get(attribute, (value,))


def _relate(attribute: str, argument: str) -> Words | None:
    parts = _parts(argument)
    if attribute or parts is None:
        return None
    name, relation, side = parts
    same = relation.removeprefix("same ")
    if same != relation and _written(same) in ATTRIBUTES:
        return "relate same", (name, _written(same))
    return ("relate", (name, relation, side)) if side in ("s", "o") else None


def _parts(argument: str) -> tuple[str, str, str] | None:
    """The three parts of an argument: a name, a relation, and on which side of it the objects asked for stand."""
    parts = [part.strip() for part in argument.split(",")]
    fits = len(parts) == 3 and all(parts) and parts[0] not in POINTING and parts[2] in ("s", "o", ANY)
    return (parts[0], parts[1], parts[2]) if fits else None


def _written(attribute: str) -> str:
    """An attribute as GQA writes it; arguments are compared in lower case."""
    return next((each for each in ATTRIBUTES if each.casefold() == attribute), attribute)


def _query(attribute: str, argument: str) -> Words | None:
    asked = _written(argument)
    return ("query", (asked,)) if not attribute and asked in ATTRIBUTES else None


def _verify(attribute: str, argument: str) -> Words | None:
    if attribute == "rel":
        parts = _parts(argument)
        return ("verify rel", parts) if parts and parts[0] != ANY and parts[2] != ANY else None
    return ("verify", (attribute, argument)) if _asks(attribute, argument) else None


def _choose(attribute: str, argument: str) -> Words | None:
    if attribute in COMPARED and not argument:
        return "choose more", (attribute,)
    if attribute == "rel":
        parts = _parts(argument)
        options = _options(parts[1]) if parts and parts[2] != ANY else None
        return ("choose rel", (parts[0], parts[2], *options)) if parts and options else None
    chosen = _options(argument)
    fits = chosen is not None and all(_asks(attribute, each) for each in chosen)
    return ("choose", (attribute, *chosen)) if chosen and fits else None


def _options(text: str) -> tuple[str, ...] | None:
    """What there is to choose from, sorted: in which order a question names it changes nothing."""
    options = sorted({part.strip() for part in text.split("|")})
    return tuple(options) if len(options) > 1 and all(options) else None


def _alike(operation: str) -> Callable[[str, str], Words | None]:
    def read(attribute: str, argument: str) -> Words | None:
        queried = attribute or _written(argument)
        return (operation, (queried,)) if queried in ATTRIBUTES and not (attribute and argument) else None

    return read


def _bare(operation: str) -> Callable[[str, str], Words | None]:
    return lambda attribute, argument: (operation, ()) if not attribute and argument in ("", "?") else None


READ: Mapping[str, Callable[[str, str], Words | None]] = {
    "select": _select,
    "filter": _filter,
    "relate": _relate,
    "query": _query,
    "verify": _verify,
    "choose": _choose,
    "same": _alike("same"),
    "different": _alike("different"),
    **{name: _bare(name) for name in ("exist", "and", "or", "common")},
}
"""First word of an operation -> what its other words and its argument mean."""
