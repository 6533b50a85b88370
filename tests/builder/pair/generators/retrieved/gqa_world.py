"""Scene graphs and programs in GQA's official form, drawn by chance, and a second reading of them, written apart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID

NAMES = ["cat", "dog", "cup"]
COLOURS = ["red", "blue", "green", "black"]
SIZES = ["large", "small"]
RELATIONS = ["on", "near"]
VALUES = {"color": COLOURS, "size": SIZES}
Steps = list[dict[str, Any]]


def item(semantic: Any, question: str = "?") -> dict[str, Any]:
    """An item as the item table holds it."""
    return {"question": question, "choices": [], "answer_type": "open", "meta": json.dumps({"semantic": semantic})}


def program(text: str) -> Steps:
    """Steps as GQA's `semanticStr` writes them; `[0]` says on which one a step rests, or it is the one before."""
    steps: Steps = []
    for number, part in enumerate(text.split("->")):
        operation, _, rest = part.partition(":")
        places = re.search(r"\[([\d, ]+)\]$", rest)
        inputs = [int(each) for each in places[1].split(",")] if places else [number - 1] if number else []
        argument = rest.removesuffix(places[0]) if places else rest
        operation = operation.strip()
        steps.append(
            {
                "operation": operation,
                "argument": argument.strip(),
                "dependencies": [] if operation == "select" else inputs,
            }
        )
    return steps


def written(folder: Path, **graphs: dict[str, Any]) -> Path:
    """An official file of scene graphs, by image id."""
    path = folder / "val_sceneGraphs.json"
    path.write_text(json.dumps(graphs))
    return path


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """A graph of objects with one colour and one size each, all stated."""
    ids = [str(700 + n) for n in range(draw(st.integers(0, 5)))]
    objects = {
        each: {
            "name": draw(st.sampled_from(NAMES)),
            **{key: draw(st.integers(0, 40)) for key in "xy"},
            **{key: draw(st.integers(1, 60)) for key in "wh"},
            "attributes": draw(st.permutations([draw(st.sampled_from(COLOURS)), draw(st.sampled_from(SIZES))])),
            "relations": [
                {"name": name, "object": other}
                for name in RELATIONS
                for other in ids
                if other != each and draw(st.integers(0, 2)) == 0
            ],
        }
        for each in ids
    }
    return {"width": 100, "height": 100, "objects": objects}


@st.composite
def programs(draw: st.DrawFn) -> Steps:
    """A program of those operations whose answer a closed world knows."""
    steps: Steps = []

    def put(operation: str, argument: str, *inputs: int) -> int:
        identity = draw(st.sampled_from(["", " (-)", " (703)", " (701,702)"]))
        words = operation.split()
        named = operation in ("select", "relate", "verify rel", "choose rel")
        steps.append(
            {
                "operation": " ".join(words),
                "argument": argument + identity if named else argument,
                "dependencies": list(inputs),
            }
        )
        return len(steps) - 1

    def one(values: list[str]) -> str:
        return draw(st.sampled_from(values))

    def some() -> int:
        at = put("select", one(NAMES))
        for _ in range(draw(st.integers(0, 2))):
            kind, side = one(["color", "size", "relate"]), one(["s", "o"])
            if kind == "relate":
                at = put("relate", f"{one([*NAMES, '_'])},{one(RELATIONS)},{side}", at)
            else:
                value = one(VALUES[kind])
                at = put(f"filter {kind}", f"not({value})" if draw(st.booleans()) else value, at)
        return at

    def truth(at: int) -> int:
        kind = one(["exist", "verify", "rel"])
        if kind == "exist":
            return put("exist", "?", at)
        if kind == "rel":
            return put("verify rel", f"{one(NAMES)},{one(RELATIONS)},{one(['s', 'o'])}", at)
        name = one([*VALUES])
        return put(f"verify {name}", f"{one(VALUES[name])} ", at)

    ending = one(["query", "choose", "truth", "both", "same", "choose rel"])
    if ending == "query":
        put("query", one([*VALUES, "name"]), some())
    elif ending == "choose":
        name = one([*VALUES])
        put(f"choose {name}", "|".join(draw(st.permutations(VALUES[name]))[:2]), some())
    elif ending == "choose rel":
        put("choose rel", f"{one(NAMES)},{'|'.join(draw(st.permutations(RELATIONS)))},{one(['s', 'o'])}", some())
    elif ending == "truth":
        truth(some())
    elif ending == "both":
        first = truth(some())
        put(one(["and", "or"]), "", first, truth(some()))
    else:
        put(f"{one(['same', 'different'])} {one([*VALUES])}", "", some(), some())
    return steps


def naive(steps: Steps, graph: dict[str, Any]) -> set[str]:
    """The answers that a closed world allows: several if objects of one description differ, none if there are none."""
    return _answers(steps, len(steps) - 1, graph)


def _objects(steps: Steps, at: int, graph: dict[str, Any]) -> set[str]:
    step, things = steps[at], graph["objects"]
    text = re.sub(r" \((-|[\d,]+)\)", "", step["argument"])
    head = step["operation"].split()[0]
    if head == "select":
        return {each for each in things if things[each]["name"] == text}
    before = _objects(steps, step["dependencies"][0], graph)
    if head == "filter":
        value = text.removeprefix("not(").removesuffix(")")
        return {each for each in before if (value in things[each]["attributes"]) != text.startswith("not(")}
    return _ends(graph, before, *text.split(","))


def _ends(graph: dict[str, Any], before: set[str], name: str, relation: str, side: str) -> set[str]:
    things = graph["objects"]
    pairs = {(each, end["object"]) for each in things for end in things[each]["relations"] if end["name"] == relation}
    found = {a for a, b in pairs if b in before} if side == "s" else {b for a, b in pairs if a in before}
    return {each for each in found if name in ("_", things[each]["name"])}


def _answers(steps: Steps, at: int, graph: dict[str, Any]) -> set[str]:
    step, things = steps[at], graph["objects"]
    head, _, name = step["operation"].partition(" ")
    text = re.sub(r" \((-|[\d,]+)\)", "", step["argument"]).strip()
    if head in ("and", "or"):
        sides = [_answers(steps, each, graph) or {"nobody"} for each in step["dependencies"]]
        strong, weak = ("no", "yes") if head == "and" else ("yes", "no")
        pairs = [{a, b} for a in sides[0] for b in sides[1]]
        return {strong if strong in pair else weak if pair == {weak} else "nobody" for pair in pairs} - {"nobody"}
    objects = [_objects(steps, each, graph) for each in step["dependencies"]]
    if head == "exist":
        return {"yes" if objects[0] else "no"}
    if head in ("same", "different"):
        values = [{_value(things[each], name) for each in side} for side in objects]
        return {("no", "yes")[(a == b) == (head == "same")] for a in values[0] for b in values[1]}
    if step["operation"] == "choose rel":
        thing, relations, side = text.split(",")
        return {each for each in relations.split("|") if _ends(graph, objects[0], thing, each, side)}
    if step["operation"] == "verify rel":
        thing, relation, side = text.split(",")
        return {"yes" if _ends(graph, {each}, thing, relation, side) else "no" for each in objects[0]}
    if head == "query":
        return {_value(things[each], text) for each in objects[0]}
    if head == "verify":
        return {"yes" if _value(things[each], name) == text else "no" for each in objects[0]}
    chosen = {_value(things[each], name) for each in objects[0]}
    return chosen if chosen <= set(text.split("|")) else set()


def _value(thing: dict[str, Any], name: str) -> str:
    return thing["name"] if name == "name" else next(each for each in thing["attributes"] if each in VALUES[name])


def thing(name, *attributes, box=(10, 10, 20, 20), **relations):
    """An object of a scene graph; relations as `on="3 4"`, spaces as underscores."""
    x, y, w, h = box
    ends = [
        {"name": relation.replace("_", " "), "object": other}
        for relation, others in relations.items()
        for other in others.split()
    ]
    return {"name": name, "x": x, "y": y, "w": w, "h": h, "attributes": list(attributes), "relations": ends}


ROOM = {
    "width": 100,
    "height": 90,
    "location": "kitchen",
    "weather": "cloudy",
    "objects": {
        "1": thing("man", "tall", "sitting", box=(0, 0, 40, 20), to_the_left_of="2", holding="6", wearing="7 8"),
        "2": thing("woman", "short", "young", box=(60, 0, 40, 90), to_the_right_of="1", in_front_of="3"),
        "3": thing("table", "wood", "brown", "large", box=(10, 60, 80, 30), behind="2"),
        "4": thing("couch", "red", "leather", "clean", box=(60, 62, 40, 20), near="3"),
        "5": thing("chair", "dark blue", "wood", "small", box=(0, 32, 30, 20), near="3"),
        "6": thing("cup", "white", "small", box=(30, 10, 5, 5), on="3"),
        "7": thing("shirt", "blue", "long sleeved"),
        "8": thing("hat", "blue", "white"),
        "9": thing("door", "closed"),
        "10": thing("dog", "old", "brown", on="4"),
        "11": thing("cat", "striped", "brown", "young", on="4 3"),
        "12": thing("cup", "red", "large"),
    },
}


def ask(judge, steps, image=0, question="?"):
    """The answer, which must be the one that the fact tells; None if it is not told."""
    meaning = judge.understand(item(steps, question))
    assert meaning is not None
    codes, answers = judge.answers(meaning, np.array([image]))
    fact = judge.fact(meaning, image)
    said = None if codes[0] == UNSAID else answers[codes[0]]
    assert said == (fact.answer if fact else None)
    return said
