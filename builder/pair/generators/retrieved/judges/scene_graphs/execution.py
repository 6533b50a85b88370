"""Programs of GQA, executed on a scene graph: what follows from what is annotated, and nothing else.

Objects that a question speaks of (`the white wall`) are those of which the annotations state it; if several are, all
must give the same answer. That nothing is annotated tells nothing: `exist` and `verify rel` say yes, or leave the
question open; `verify` says no if another value is stated that excludes the one asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from twokeys.builder.pair.generators.retrieved.judges.programs import Derived, Program, Step
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.facts import WHOLE_IMAGE, apart, attribute_of, holds
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.graph import Graph
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.programs import ANY, SCENE
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.words import COMPARED, is_a

SPOKEN = {"to the right of": "right", "to the left of": "left", "in front of": "front"}
"""Relation -> how GQA's answers say it; the others are said as they are."""
IN_COMMON = ("color", "material", "shape", "size", "activity", "pose")
"""What two objects may have in common, as answers to `common`."""
Agreed = TypeVar("Agreed", bool, str)


class Value(NamedTuple):
    """What a step gives.

    Attributes:
        value: A truth or a text; None if it is not told, and where a step gives objects.
        objects: The objects, or those on which the value rests.
    """

    value: bool | str | None
    objects: frozenset[int]


UNTOLD = Value(None, frozenset())


def execute(program: Program, graph: Graph) -> Derived | None:
    """The answer about an image; None if its annotations do not tell it."""
    results: list[Value] = []
    for step in program:
        results.append(DO[step.operation](step, [results[place] for place in step.inputs], graph))
    value, objects = results[-1]
    if value is None:
        return None
    answer = value if isinstance(value, str) else ("no", "yes")[value]
    return Derived(answer, tuple(sorted(objects - {WHOLE_IMAGE})))


def _agreed(values: Iterable[Agreed | None]) -> Agreed | None:
    """The value that all have; None if one has none, if they differ, or if there are none."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _objects(chosen: Iterable[int]) -> Value:
    return Value(None, frozenset(chosen))


def _named(graph: Graph, name: str) -> frozenset[int]:
    return frozenset(place for place, thing in enumerate(graph.things) if name == ANY or is_a(thing.names, name))


def _select(step: Step, _: list[Value], graph: Graph) -> Value:
    return _objects([WHOLE_IMAGE]) if step.words[0] == SCENE else _objects(_named(graph, step.words[0]))


def _filter(step: Step, given: list[Value], graph: Graph) -> Value:
    attribute, value, negated = step.words
    wanted = not negated
    return _objects(place for place in given[0].objects if holds(graph, place, attribute, value) is wanted)


def _related(graph: Graph, objects: frozenset[int], words: tuple[str, str, str]) -> frozenset[int]:
    """Objects of a name that stand in a relation to one of some objects: as its subject (s), or as its object (o)."""
    name, relation, side = words
    pairs = (
        (first, last) if side == "s" else (last, first)
        for first, predicate, last in graph.relations
        if predicate == relation
    )
    return frozenset(subject for subject, related in pairs if related in objects) & _named(graph, name)


def _relate(step: Step, given: list[Value], graph: Graph) -> Value:
    name, relation, side = step.words
    return _objects(_related(graph, given[0].objects, (name, relation, side)))


def _relate_same(step: Step, given: list[Value], graph: Graph) -> Value:
    name, attribute = step.words
    value = _agreed(attribute_of(graph, place, attribute) for place in given[0].objects)
    if value is None:
        return UNTOLD
    others = _named(graph, name) - given[0].objects
    return _objects(place for place in others if attribute_of(graph, place, attribute) == value)


def _query(step: Step, given: list[Value], graph: Graph) -> Value:
    return Value(_agreed(attribute_of(graph, place, step.words[0]) for place in given[0].objects), given[0].objects)


def _verify(step: Step, given: list[Value], graph: Graph) -> Value:
    attribute, value = step.words
    return Value(_agreed(holds(graph, place, attribute, value) for place in given[0].objects), given[0].objects)


def _verify_rel(step: Step, given: list[Value], graph: Graph) -> Value:
    name, relation, side = step.words
    related = [_related(graph, frozenset({place}), (name, relation, side)) for place in given[0].objects]
    if not related or not all(related):
        return UNTOLD
    return Value(True, given[0].objects.union(*related))


def _choose(step: Step, given: list[Value], graph: Graph) -> Value:
    attribute, *options = step.words

    def of(place: int) -> str | None:
        fitting = [option for option in options if holds(graph, place, attribute, option)]
        return fitting[0] if len(fitting) == 1 else None

    return Value(_agreed(of(place) for place in given[0].objects), given[0].objects)


def _choose_rel(step: Step, given: list[Value], graph: Graph) -> Value:
    name, side, *relations = step.words

    def of(place: int) -> str | None:
        stated = [each for each in relations if _related(graph, frozenset({place}), (name, each, side))]
        return stated[0] if len(stated) == 1 else None

    chosen = _agreed(of(place) for place in given[0].objects)
    if chosen is None:
        return UNTOLD
    return Value(SPOKEN.get(chosen, chosen), given[0].objects | _related(graph, given[0].objects, (name, chosen, side)))


def _choose_more(step: Step, given: list[Value], graph: Graph) -> Value:
    attribute, value = COMPARED[step.words[0]]
    has = [_agreed(holds(graph, place, attribute, value) for place in each.objects) for each in given]
    if has not in ([True, False], [False, True]):
        return UNTOLD
    chosen = given[has.index(True)].objects
    return Value(_agreed(attribute_of(graph, place, "name") for place in chosen), given[0].objects | given[1].objects)


def _exist(_: Step, given: list[Value], __: Graph) -> Value:
    return Value(True, given[0].objects) if given[0].objects else UNTOLD


def _joined(decisive: bool) -> Callable[[Step, list[Value], Graph], Value]:
    """`or`, which one yes decides, and `and`, which one no decides; otherwise both must be told."""

    def join(_: Step, given: list[Value], __: Graph) -> Value:
        deciding = [each.objects for each in given if each.value is decisive]
        if deciding:
            return Value(decisive, frozenset().union(*deciding))
        if any(each.value is None for each in given):
            return UNTOLD
        return Value(not decisive, frozenset().union(*(each.objects for each in given)))

    return join


def _alike(asked: bool) -> Callable[[Step, list[Value], Graph], Value]:
    """`same` and `different`: of two results, or of all objects of one, of which there must be two or more."""

    def compare(step: Step, given: list[Value], graph: Graph) -> Value:
        attribute, objects = step.words[0], frozenset[int]().union(*(each.objects for each in given))
        sides = given if len(given) > 1 else [_objects([place]) for place in objects]
        values = [_agreed(attribute_of(graph, place, attribute) for place in side.objects) for side in sides]
        if len(values) < 2 or None in values:
            return UNTOLD
        stated = sorted({value for value in values if value is not None})
        if len(stated) == 1:
            return Value(asked, objects)
        different = any(apart(attribute, first, last) for first in stated for last in stated)
        return Value(not asked, objects) if different else UNTOLD

    return compare


def _common(_: Step, given: list[Value], graph: Graph) -> Value:
    shared = []
    for attribute in IN_COMMON:
        values = [_agreed(attribute_of(graph, place, attribute) for place in side.objects) for side in given]
        if None not in values and len(set(values)) == 1:
            shared.append(attribute)
    objects = given[0].objects | given[1].objects
    return Value(shared[0], objects) if len(shared) == 1 else UNTOLD


DO: Mapping[str, Callable[[Step, list[Value], Graph], Value]] = {
    "select": _select,
    "filter": _filter,
    "relate": _relate,
    "relate same": _relate_same,
    "query": _query,
    "verify": _verify,
    "verify rel": _verify_rel,
    "choose": _choose,
    "choose rel": _choose_rel,
    "choose more": _choose_more,
    "exist": _exist,
    "or": _joined(decisive=True),
    "and": _joined(decisive=False),
    "same": _alike(asked=True),
    "different": _alike(asked=False),
    "common": _common,
}
