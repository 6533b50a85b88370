"""The judge of GQA and Visual Genome: a question's program, executed on the scene graph of any image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.generators.retrieved.judges.files import REMEDY, stamp
from twokeys.builder.pair.generators.retrieved.judges.judge import Fact, Ints, Meaning
from twokeys.builder.pair.generators.retrieved.judges.programs import Program, coded
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs import gqa, visual_genome
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.execution import execute
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.graph import Graph, Thing
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.programs import SCENE, understand
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.words import KINDS
from twokeys.core.errors import BadInput

NONE = np.array([], dtype=np.int64)

ABSENCE = (
    "Scene graphs list what people annotated, and not all that is in an image: an object, a relation or an attribute "
    "that is not annotated is not known to be absent. So `exist`, `verify rel` and `choose rel` are answered from what "
    "is stated, or left alone, and `verify` says no only if another value is stated that excludes the one asked for. "
    "GQA itself takes its graphs as complete for the questions that it made of them; here no image is taken so."
)


@dataclass(frozen=True)
class SceneGraphJudge:
    """Executes programs of GQA.

    Attributes:
        images: Links `gqa:ID`, sorted.
        stamp: Name and hash of the files.
        graphs: The scene graph of each image.
        files: Names of the files that speak of each image.
        named: Name of an object -> places of the images that have one, so that others need not be looked at.
        absence: What it means that an object is not annotated.
    """

    images: Sequence[str]
    stamp: str
    graphs: tuple[Graph, ...] = field(repr=False)
    files: tuple[str, ...] = field(repr=False)
    named: Mapping[str, Ints] = field(repr=False, compare=False)
    absence: str = ABSENCE

    def size(self, image: int) -> tuple[int, int] | None:
        """As the scene graph states it."""
        return self.graphs[image].size

    def understand(self, item: Mapping[str, Any]) -> Meaning | None:
        """The item's program without ids; None if it has none, or one with an operation that is not known here."""
        return understand(item)

    def answers(self, meaning: Meaning, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """See `Judge`."""
        program = _program(meaning)
        shown = self._shows(program)[images]
        results = (
            execute(program, self.graphs[each]) if fits else None for each, fits in zip(images, shown, strict=True)
        )
        return coded(each.answer if each else None for each in results)

    def _shows(self, program: Program) -> NDArray[np.bool_]:
        """(n,) whether each image has an object of every name that a program selects; without one nothing is told.

        Of two truths that are joined one may be told without the other, so of such programs this says nothing.
        """
        shows = np.ones(len(self.images), dtype=bool)
        if any(step.operation in ("and", "or") for step in program):
            return shows
        for asked in {step.words[0] for step in program if step.operation == "select"} - {SCENE}:
            has = np.zeros(len(self.images), dtype=bool)
            for name in {asked} | KINDS.get(asked, frozenset()):
                has[self.named.get(name, NONE)] = True
            shows &= has
        return shows

    def fact(self, meaning: Meaning, image: int) -> Fact | None:
        """See `Judge`; the note names the objects, and their ids."""
        graph = self.graphs[image]
        result = execute(_program(meaning), graph)
        if result is None:
            return None
        things = [graph.things[place] for place in result.rests_on]
        named = ", ".join(_name(thing) for thing in things) or "the image as a whole"
        return Fact(result.answer, f"{named} in {self.files[image]}", tuple(thing.box for thing in things if thing.box))


def gqa_judge(paths: Sequence[Path]) -> SceneGraphJudge:
    """Build the judge from GQA's scene graphs, such as `train_sceneGraphs.json` and `val_sceneGraphs.json`.

    Raises:
        BadInput: When a file is missing, no JSON or no file of scene graphs, or two graphs are of one image.
    """
    mark = stamp("gqa", paths)
    return _judge(mark, ((link, graph, path.name) for path in paths for link, graph in gqa.graphs(path)))


def visual_genome_judge(paths: Sequence[Path]) -> SceneGraphJudge:
    """Build the judge from Visual Genome's `objects.json`, `attributes.json` and `relationships.json`.

    Raises:
        BadInput: When a file is missing, no JSON or another one, or none of them lists objects.
    """
    mark, names = stamp("visual_genome", paths), ", ".join(path.name for path in paths)
    return _judge(mark, ((link, graph, names) for link, graph in visual_genome.graphs(paths)))


def _judge(mark: str, scenes: Iterable[tuple[str, Graph, str]]) -> SceneGraphJudge:
    graphs: dict[str, tuple[Graph, str]] = {}
    for link, graph, name in scenes:
        if link in graphs:
            raise BadInput(name, link, "the image has two scene graphs", "one scene graph an image", REMEDY)
        graphs[link] = (graph, name)
    images = tuple(sorted(graphs))
    named: dict[str, list[int]] = defaultdict(list)
    for place, image in enumerate(images):
        for name in {name for thing in graphs[image][0].things for name in thing.names}:
            named[name].append(place)
    return SceneGraphJudge(
        images,
        mark,
        tuple(graphs[each][0] for each in images),
        tuple(graphs[each][1] for each in images),
        {name: np.array(places, dtype=np.int64) for name, places in named.items()},
    )


def _program(meaning: Meaning) -> Program:
    assert isinstance(meaning, tuple)  # from `understand`
    return meaning


def _name(thing: Thing) -> str:
    stated = f": {', '.join(thing.attributes)}" if thing.attributes else ""
    return f"{' / '.join(thing.names)} (id {thing.id}{stated})"
