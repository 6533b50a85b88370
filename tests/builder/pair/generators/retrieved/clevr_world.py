"""Scenes and programs in CLEVR's official form, drawn by chance, and a second reading of them, written apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

WORDS = {
    "shape": ["cube", "sphere", "cylinder"],
    "color": ["gray", "red", "blue", "green", "brown", "purple", "cyan", "yellow"],
    "size": ["small", "large"],
    "material": ["rubber", "metal"],
}
SIDES = {"left": (0, -1), "right": (0, 1), "behind": (1, -1), "front": (1, 1)}


class NoOne(Exception):
    """A program speaks of the one object of a kind, and there is not one."""


def item(program: list[dict[str, Any]]) -> dict[str, Any]:
    """An item as the item table holds it."""
    return {"question": "?", "choices": [], "answer_type": "open", "meta": json.dumps({"program": program})}


def written(folder: Path, *scenes: dict[str, Any]) -> Path:
    """An official file of scenes."""
    path = folder / "CLEVR_val_scenes.json"
    path.write_text(json.dumps({"info": {}, "scenes": list(scenes)}))
    return path


@st.composite
def scenes(draw: st.DrawFn, most: int = 6) -> dict[str, Any]:
    """A scene whose relations follow from where its objects stand."""
    count = draw(st.integers(0, most))
    things = [{name: draw(st.sampled_from(values)) for name, values in WORDS.items()} for _ in range(count)]
    across = draw(st.permutations(range(count)))
    along = draw(st.permutations(range(count)))
    spots = list(zip(across, along, strict=True))
    relations = {
        side: [
            [other for other in range(count) if (spots[other][axis] - spots[one][axis]) * sign > 0]
            for one in range(count)
        ]
        for side, (axis, sign) in SIDES.items()
    }
    name = {"split": "val", "image_index": 0, "image_filename": "CLEVR_val_000000.png"}
    return name | {"objects": [thing | {"pixel_coords": [1, 2, 3.0]} for thing in things], "relationships": relations}


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A scene, and a program that mostly speaks of objects that are there."""
    scene = draw(scenes())
    return scene, draw(programs(scene["objects"]))


@st.composite
def programs(draw: st.DrawFn, objects: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """A program that the catalogue allows, with an answer at its end.

    Args:
        draw: Of Hypothesis.
        objects: Of a scene; three of four objects that the program speaks of are described by all that they are.
    """
    steps: list[dict[str, Any]] = []

    def put(function: str, *inputs: int, word: str | None = None) -> int:
        steps.append({"function": function, "inputs": list(inputs), "value_inputs": [] if word is None else [word]})
        return len(steps) - 1

    def attribute() -> str:
        return draw(st.sampled_from(sorted(WORDS)))

    def some(depth: int) -> int:
        kind = draw(st.sampled_from(["scene", "filter", "filter", "relate", "same", "union", "intersect"]))
        if depth == 0 or kind == "scene":
            return put("scene")
        if kind == "filter":
            name = attribute()
            return put(f"filter_{name}", some(depth - 1), word=draw(st.sampled_from(WORDS[name])))
        if kind == "relate":
            return put("relate", one(depth - 1), word=draw(st.sampled_from(sorted(SIDES))))
        if kind == "same":
            return put(f"same_{attribute()}", one(depth - 1))
        return put(kind, some(depth - 1), some(depth - 1))

    def one(depth: int) -> int:
        if objects and draw(st.integers(0, 3)):
            described, at = draw(st.sampled_from(objects)), put("scene")
            for name in draw(st.permutations(sorted(WORDS))):
                at = put(f"filter_{name}", at, word=described[name])
            return put("unique", at)
        return put("unique", some(depth))

    ending = draw(st.sampled_from(["count", "exist", "query", "equal", "number", "object"]))
    if ending in ("count", "exist"):
        put(ending, some(3))
    elif ending == "query":
        put(f"query_{attribute()}", one(3))
    elif ending == "equal":
        name = attribute()
        put(f"equal_{name}", put(f"query_{name}", one(2)), put(f"query_{name}", one(2)))
    elif ending == "object":
        put("equal_object", one(2), one(2))
    else:
        name = draw(st.sampled_from(["equal_integer", "less_than", "greater_than"]))
        put(name, put("count", some(2)), put("count", some(2)))
    return steps


def naive(program: list[dict[str, Any]], scene: dict[str, Any]) -> str:
    """The answer, read from the end of a program backwards."""
    result = _value(program, len(program) - 1, scene)
    return {True: "yes", False: "no"}[result] if isinstance(result, bool) else str(result)


def _value(program: list[dict[str, Any]], at: int, scene: dict[str, Any]) -> Any:
    step, objects = program[at], scene["objects"]
    name, inputs = step["function"], [_value(program, each, scene) for each in step["inputs"]]
    kind, _, rest = name.partition("_")
    if name == "scene":
        return [*range(len(objects))]
    if name == "unique":
        if len(inputs[0]) != 1:
            raise NoOne
        return ("the", inputs[0][0])
    if name == "relate":
        return list(scene["relationships"][step["value_inputs"][0]][inputs[0][1]])
    if name in ("union", "intersect"):
        return [n for n in range(len(objects)) if (n in inputs[0]) + (n in inputs[1]) >= (1 if name == "union" else 2)]
    if name == "count":
        return len(inputs[0])
    if name == "exist":
        return inputs[0] != []
    if kind == "filter":
        return [n for n in inputs[0] if objects[n][rest] == step["value_inputs"][0]]
    if kind == "query":
        return objects[inputs[0][1]][rest]
    if kind == "same":
        mine = inputs[0][1]
        return [n for n in range(len(objects)) if n != mine and objects[n][rest] == objects[mine][rest]]
    return {"less": inputs[0] < inputs[1], "greater": inputs[0] > inputs[1]}.get(kind, inputs[0] == inputs[1])
