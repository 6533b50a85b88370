"""Scene graphs of GQA in its official files: `train_sceneGraphs.json` and `val_sceneGraphs.json` (arXiv 1902.09506)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twokeys.builder.pair.generators.retrieved.judges.files import (
    Place,
    box,
    listed,
    mapped,
    source,
    whole,
    word,
    worded,
    words,
)
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.graph import Graph, Thing
from twokeys.builder.read.corpora.gqa import image_link
from twokeys.builder.read.corpora.opening import read_json_object
from twokeys.core.errors import BadInput


def graphs(path: Path) -> Iterator[tuple[str, Graph]]:
    """Read a file of scene graphs.

    Yields:
        The image's link and its graph, in file order.

    Raises:
        BadInput: When the file is missing or no JSON, an image comes twice, or an object or a relation is none.
    """
    for key, record in read_json_object(source(path)):
        if isinstance(record, BadInput):
            raise record
        yield image_link(key), _graph(record, Place(str(path), key))


def _graph(record: Any, place: Place) -> Graph:
    objects = mapped(record, "objects", place)
    size = (whole(record, "width", place), whole(record, "height", place))
    things = tuple(_thing(key, each, size, place.inside(f"object {key}")) for key, each in objects.items())
    at = {key: number for number, key in enumerate(objects)}
    relations = []
    for key, each in objects.items():
        inside = place.inside(f"object {key}")
        for relation in listed(each, "relations", inside):
            other = relation.get("object") if isinstance(relation, dict) else None
            if not isinstance(other, str) or other not in at:
                raise inside.bad(f"a relation is to the object {other!r:.60}", "an id among the objects of the image")
            relations.append((at[key], worded(relation, "name", inside), at[other]))
    stated = {name: record[name] for name in ("location", "weather") if isinstance(record.get(name), str)}
    return Graph(
        things, tuple(dict.fromkeys(relations)), size, tuple((name, word(text)) for name, text in stated.items())
    )


def _thing(key: str, record: Any, size: tuple[int, int], place: Place) -> Thing:
    name = worded(record, "name", place)
    return Thing(key, (name,), words(listed(record, "attributes", place), place), box(record, size, place))
