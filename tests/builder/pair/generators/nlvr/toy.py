"""A small corpus of NLVR's kind, drawn here: scenes, pictures and statements whose truth a person has settled."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
from PIL import Image, ImageDraw

from twokeys.builder.pair.generators.nlvr.scene import Box, Scene, Thing

INKS = {"yellow": (255, 255, 0), "black": (0, 0, 0), "blue": (0, 153, 255)}
LETTERS = {"y": "yellow", "k": "black", "b": "blue", "s": "square", "c": "circle", "t": "triangle"}


def towers(*colours: str) -> Scene:
    """Towers from letters, the lowest block first: `towers("yk", "b", "y")`."""
    return tuple(
        tuple(Thing(40, 80 - 21 * level, 20, "square", LETTERS[letter]) for level, letter in enumerate(box))
        for box in colours
    )


def scattered(*boxes: str) -> Scene:
    """Things from words such as `yc20@0,30`: colour, shape, size, x, y."""
    return tuple(tuple(_thing(word) for word in box.split()) for box in boxes)


def _thing(word: str) -> Thing:
    looks, _, place = word.partition("@")
    x, y = map(int, place.split(","))
    return Thing(x, y, int(looks[2:]), LETTERS[looks[1]], LETTERS[looks[0]])


def draw(scene: Scene) -> bytes:
    """Draw a scene in NLVR's layout with shapes of our own."""
    picture = Image.new("RGB", (400, 100), (128, 128, 128))
    pen = ImageDraw.Draw(picture)
    for at, box in enumerate(scene):
        pen.rectangle((at * 150, 0, at * 150 + 99, 99), fill=(211, 211, 211))
        for thing in box:
            _put(pen, at * 150 + thing.x, thing)
    stream = io.BytesIO()
    picture.save(stream, format="PNG")
    return stream.getvalue()


def _put(pen: ImageDraw.ImageDraw, left: int, thing: Thing) -> None:
    right, bottom = left + thing.size - 1, thing.y + thing.size - 1
    ink = INKS[thing.colour]
    if thing.shape == "square":
        pen.rectangle((left, thing.y, right, bottom), fill=ink)
    elif thing.shape == "circle":
        pen.ellipse((left, thing.y, right, bottom), fill=ink)
    else:
        pen.polygon([(left, bottom), (right, bottom), ((left + right) // 2, thing.y)], fill=ink)


def rep(boxes: tuple[Box, ...]) -> list[Any]:
    """`structured_rep` as the corpus writes it."""
    names = {"yellow": "Yellow", "black": "Black", "blue": "#0099ff"}
    return [
        [{"x_loc": t.x, "y_loc": t.y, "size": t.size, "type": t.shape, "color": names[t.colour]} for t in box]
        for box in boxes
    ]


PALETTE = scattered(
    "yc10@0,0 yc20@20,0 yc30@50,0 ys10@0,40 ys20@20,40 ys30@50,40 yt10@0,80",
    "kc10@0,0 kc20@20,0 kc30@50,0 ks10@0,40 ks20@20,40 ks30@50,40 kt10@0,80",
    "bc10@0,0 bc20@20,0 bc30@50,0 bs10@0,40 bs20@20,40 bs30@50,40 bt10@0,80",
)
"""Almost every kind of thing, so that stencils can be cut."""
ROWS: list[tuple[str, Scene, str]] = [
    ("There is a tower with four blocks.", towers("ykby", "k", "b"), "true"),
    ("There is a tower with four blocks.", towers("ykb", "k", "b"), "false"),
    ("There is a yellow block as the base of a tower.", towers("yk", "kb", "b"), "true"),
    ("There is a yellow block as the base of a tower.", towers("ky", "kb", "b"), "false"),
    ("There is a box with 2 yellow items.", scattered("ys20@0,0 yc10@50,50", "kc10@30,30", "bs20@40,40"), "true"),
    ("There is a box with 2 yellow items.", scattered("ys20@0,0 kc10@50,50", "kc10@30,30", "bs20@40,40"), "false"),
    (
        "there are exactly two black circles not touching any edge",
        scattered("kc10@30,30", "kc20@40,9", "bs10@9,9"),
        "true",
    ),
    (
        "there are exactly two black circles not touching any edge",
        scattered("kc10@0,30", "kc20@40,9", "bs10@9,9"),
        "false",
    ),
    ("There are 7 yellow circles.", PALETTE, "false"),
    ("The sky is yellow.", towers("y", "k", "b"), "true"),
    ("There is a tower with two blocks.", towers("yk", "k", "b"), "false"),  # a wrong gold: nothing may be made of it
]


def corpus() -> tuple[pd.DataFrame, dict[str, bytes]]:
    """Items and their pictures by key."""
    pictures = {f"picture-{at}": draw(scene) for at, (_, scene, _) in enumerate(ROWS)}
    items = pd.DataFrame(
        {
            "id": [f"toy:dev:{at}" for at in range(len(ROWS))],
            "question": [question for question, _, _ in ROWS],
            "answer": [answer for _, _, answer in ROWS],
            "image_key": list(pictures),
            "meta": [json.dumps({"structured_rep": rep(scene)}) for _, scene, _ in ROWS],
        }
    )
    return items, pictures
