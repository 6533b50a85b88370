"""Scene graphs of Visual Genome in its official files: objects.json, attributes.json and relationships.json.

GQA's images are Visual Genome's, and keep their ids, so the links are those of GQA (arXiv 1602.07332). The files do not
say how large an image is; where on it something stands (left, top) is told of GQA's graphs alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twokeys.builder.pair.generators.retrieved.judges.files import REMEDY, Place, box, listed, source, worded, words
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.graph import Graph, Thing
from twokeys.builder.read.corpora.gqa import image_link
from twokeys.builder.read.corpora.opening import read_json
from twokeys.core.errors import BadInput

KINDS = ("objects", "attributes", "relationships")


@dataclass
class _Image:
    """What the files say of one image, while they are read: object id -> thing, and relations between ids."""

    things: dict[int, Thing] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    relations: list[tuple[int, str, int]] = field(default_factory=list)

    def add(self, record: Any, place: Place) -> int:
        """Add what a record says of an object, and return the id under which it is kept."""
        identity = _id(record, place)
        identity = self.same.get(identity, identity)
        single = isinstance(record.get("name"), str) and "names" not in record
        names = (worded(record, "name", place),) if single else words(listed(record, "names", place), place)
        stated = words(listed({"attributes": []} | record, "attributes", place), place)  # some records have none
        before = self.things.get(identity)
        if before is None:
            self.things[identity] = Thing(str(identity), names, stated, box(record, None, place))
        else:
            attributes = tuple(dict.fromkeys(before.attributes + stated))
            self.things[identity] = Thing(before.id, before.names or names, attributes, before.box)
        return identity

    def graph(self) -> Graph:
        """The graph of the image."""
        at = {identity: number for number, identity in enumerate(self.things)}
        relations = ((at[subject], relation, at[object_]) for subject, relation, object_ in self.relations)
        return Graph(tuple(self.things.values()), tuple(dict.fromkeys(relations)))


def graphs(paths: Sequence[Path]) -> Iterator[tuple[str, Graph]]:
    """Read official files, in any order; which is which is seen by what they hold.

    An object that was merged with another counts as that one. An object that only a relation or an attribute names
    counts too: the record has its name and box.

    Yields:
        The image's link and its graph, by id.

    Raises:
        BadInput: When a file is missing, no JSON or another file, or a record is none; or no file has objects.
    """
    records = [(path, *each) for path in paths for each in _records(path)]
    if not any(kind == "objects" for _, kind, _ in records):
        problem = "none of the files lists objects of images"
        raise BadInput("visual_genome", "files", problem, "objects.json among the files", "name the official files")
    images: dict[int, _Image] = defaultdict(_Image)
    for wanted in KINDS:
        for path, kind, record in records:
            if kind == wanted:
                place = Place(str(path), f"image {record['image_id']}")
                _add(images[record["image_id"]], kind, listed(record, kind, place), place)
    for number in sorted(images):
        yield image_link(str(number)), images[number].graph()


def _records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    document = read_json(source(path))
    if not isinstance(document, list):
        problem = f"the file holds a value of type {type(document).__name__}"
        raise BadInput(path, None, problem, "a list of images", REMEDY)
    for number, record in enumerate(document):
        kinds = [kind for kind in KINDS if kind in record] if isinstance(record, dict) else []
        identity = record.get("image_id") if isinstance(record, dict) else None
        if not kinds or not isinstance(identity, int) or isinstance(identity, bool):
            problem = f"the entry is {record!r:.60}"
            raise BadInput(
                path, f"[{number}]", problem, f"an object with image_id and one of {', '.join(KINDS)}", REMEDY
            )
        yield kinds[0], record


def _add(image: _Image, kind: str, records: list[Any], place: Place) -> None:
    for record in records:
        if kind == "relationships":
            for end in ("subject", "object"):
                if not isinstance(record, dict) or not isinstance(record.get(end), dict):
                    raise place.bad(f"a relationship is {record!r:.60}", "an object with predicate, subject and object")
            subject, object_ = (image.add(record[end], place) for end in ("subject", "object"))
            image.relations.append((subject, worded(record, "predicate", place), object_))
            continue
        if kind == "objects":
            image.same |= dict.fromkeys(_merged(record, place), _id(record, place))
        image.add(record, place)


def _merged(record: Any, place: Place) -> list[int]:
    """Ids of objects that were merged with an object; older releases have none."""
    merged = record.get("merged_object_ids", []) if isinstance(record, dict) else []
    if not isinstance(merged, list) or not all(isinstance(each, int) for each in merged):
        raise place.bad(f"merged_object_ids is {merged!r:.60}", "a list of whole numbers")
    return merged


def _id(record: Any, place: Place) -> int:
    identity = record.get("object_id") if isinstance(record, dict) else None
    if not isinstance(identity, int) or isinstance(identity, bool):
        raise place.bad(f"the object_id is {identity!r:.60}", "a whole number")
    return identity
