"""Programs of CLEVR, by its published catalogue of functions: what each takes and gives, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from twokeys.builder.pair.generators.retrieved.judges.clevr.scenes import RELATIONS, VALUES, Scene
from twokeys.builder.pair.generators.retrieved.judges.programs import Derived, Program, Step, places, published, used

SET, ONE, NUMBER, TRUTH = "objects", "object", "integer", "bool"


class Kind(NamedTuple):
    """A function of the catalogue.

    Attributes:
        inputs: What it takes from earlier steps.
        words: The words one of which it needs; empty if it needs none.
        output: What it gives: objects, an object, a number, a truth, or a value of an attribute (its name).
    """

    inputs: tuple[str, ...]
    words: tuple[str, ...]
    output: str


CATALOGUE: Mapping[str, Kind] = {
    "scene": Kind((), (), SET),
    "unique": Kind((SET,), (), ONE),
    "relate": Kind((ONE,), RELATIONS, SET),
    "union": Kind((SET, SET), (), SET),
    "intersect": Kind((SET, SET), (), SET),
    "count": Kind((SET,), (), NUMBER),
    "exist": Kind((SET,), (), TRUTH),
    "equal_object": Kind((ONE, ONE), (), TRUTH),
    **{name: Kind((NUMBER, NUMBER), (), TRUTH) for name in ("equal_integer", "less_than", "greater_than")},
    **{f"filter_{name}": Kind((SET,), values, SET) for name, values in VALUES.items()},
    **{f"query_{name}": Kind((ONE,), (), name) for name in VALUES},
    **{f"same_{name}": Kind((ONE,), (), SET) for name in VALUES},
    **{f"equal_{name}": Kind((name, name), (), TRUTH) for name in VALUES},
}
"""The functions of questions; those that the catalogue marks `template_only` never stand in one."""


class Value(NamedTuple):
    """What a step gives, and the objects on which it rests; for objects these are they."""

    value: frozenset[int] | int | bool | str
    rests_on: frozenset[int]


def understand(item: Mapping[str, Any]) -> Program | None:
    """The program of an item; None if it has none, or one that the catalogue does not allow.

    Args:
        item: With `choices` and `meta`, as the reader of CLEVR makes them.
    """
    steps: list[Step] = []
    for record in published(item, "program") or []:
        step = _step(record, steps)
        if step is None:
            return None
        steps.append(step)
    return used(steps) if steps and CATALOGUE[steps[-1].operation].output not in (SET, ONE) else None


def _step(record: Any, before: list[Step]) -> Step | None:
    if not isinstance(record, dict) or not isinstance(record.get("function"), str):
        return None
    kind, inputs = CATALOGUE.get(record["function"]), places(record.get("inputs"), len(before))
    if kind is None or inputs is None:
        return None
    words = record.get("value_inputs", [])
    right = isinstance(words, list) and (words == [] if not kind.words else len(words) == 1 and words[0] in kind.words)
    given = tuple(CATALOGUE[before[place].operation].output for place in inputs)
    return Step(record["function"], tuple(words), inputs) if right and given == kind.inputs else None


def execute(program: Program, scene: Scene) -> Derived | None:
    """The answer about a scene; None if a program speaks of the one object of a kind, and the scene has not one."""
    results: list[Value] = []
    for step in program:
        result = _result(step, [results[place] for place in step.inputs], scene)
        if result is None:
            return None
        results.append(result)
    value, rests_on = results[-1]
    answer = ("no", "yes")[value] if isinstance(value, bool) else str(value)
    return Derived(answer, tuple(sorted(rests_on)))


def _result(step: Step, given: list[Value], scene: Scene) -> Value | None:
    head, _, attribute = step.operation.partition("_")
    if attribute in VALUES and head in BY_ATTRIBUTE:
        return BY_ATTRIBUTE[head](attribute, step, given, scene)
    if head in ("equal", "less", "greater"):
        first, second = given
        return Value(_compared(head, first.value, second.value), first.rests_on | second.rests_on)
    return PLAIN[step.operation](step, given, scene)


def _compared(head: str, first: Any, second: Any) -> bool:
    return bool(first == second if head == "equal" else first < second if head == "less" else first > second)


def _objects(chosen: frozenset[int]) -> Value:
    return Value(chosen, chosen)


def _set(value: Value) -> frozenset[int]:
    assert isinstance(value.value, frozenset)  # `_step` has checked what each function takes
    return value.value


def _one(value: Value) -> int:
    assert isinstance(value.value, int)
    return value.value


def _unique(_: Step, given: list[Value], __: Scene) -> Value | None:
    chosen = _set(given[0])
    return Value(next(iter(chosen)), chosen) if len(chosen) == 1 else None


def _relate(step: Step, given: list[Value], scene: Scene) -> Value:
    return _objects(frozenset(scene.relations[step.words[0]][_one(given[0])]))


def _filter(attribute: str, step: Step, given: list[Value], scene: Scene) -> Value:
    fitting = (each for each in _set(given[0]) if scene.things[each][attribute] == step.words[0])
    return _objects(frozenset(fitting))


def _query(attribute: str, _: Step, given: list[Value], scene: Scene) -> Value:
    return Value(scene.things[_one(given[0])][attribute], given[0].rests_on)


def _same(attribute: str, _: Step, given: list[Value], scene: Scene) -> Value:
    place = _one(given[0])
    value = scene.things[place][attribute]
    alike = (each for each, thing in enumerate(scene.things) if each != place and thing[attribute] == value)
    return _objects(frozenset(alike))


BY_ATTRIBUTE: Mapping[str, Callable[[str, Step, list[Value], Scene], Value]] = {
    "filter": _filter,
    "query": _query,
    "same": _same,
}
PLAIN: Mapping[str, Callable[[Step, list[Value], Scene], Value | None]] = {
    "scene": lambda _, __, scene: _objects(frozenset(range(len(scene.things)))),
    "unique": _unique,
    "relate": _relate,
    "union": lambda _, given, __: _objects(_set(given[0]) | _set(given[1])),
    "intersect": lambda _, given, __: _objects(_set(given[0]) & _set(given[1])),
    "count": lambda _, given, __: Value(len(_set(given[0])), given[0].rests_on),
    "exist": lambda _, given, __: Value(bool(_set(given[0])), given[0].rests_on),
}
