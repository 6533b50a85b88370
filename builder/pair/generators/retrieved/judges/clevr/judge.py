"""The judge of CLEVR: a question's program, executed on the scene of any image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twokeys.builder.pair.generators.retrieved.judges.clevr.programs import execute, understand
from twokeys.builder.pair.generators.retrieved.judges.clevr.scenes import Scene, scenes
from twokeys.builder.pair.generators.retrieved.judges.files import REMEDY, stamp
from twokeys.builder.pair.generators.retrieved.judges.judge import Fact, Ints, Meaning
from twokeys.builder.pair.generators.retrieved.judges.programs import Program, coded
from twokeys.core.errors import BadInput

ABSENCE = (
    "Scenes of CLEVR list every object of an image, since images were drawn from them: what a scene does not list is "
    "not there, and counts."
)


@dataclass(frozen=True)
class ClevrJudge:
    """Executes programs of CLEVR; the files have no boxes, so facts have none.

    Attributes:
        images: Links `clevr:SPLIT:INDEX`, sorted.
        stamp: Name and hash of the files.
        scenes: The scene of each image.
        files: Name of the file of each image.
        absence: What it means that an object is not in a scene.
    """

    images: Sequence[str]
    stamp: str
    scenes: tuple[Scene, ...] = field(repr=False)
    files: tuple[str, ...] = field(repr=False)
    absence: str = ABSENCE

    def size(self, image: int) -> None:
        """Files of scenes state none."""

    def understand(self, item: Mapping[str, Any]) -> Meaning | None:
        """The item's program; None if it has none, or one that the catalogue does not allow."""
        return understand(item)

    def answers(self, meaning: Meaning, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """See `Judge`."""
        results = (execute(_program(meaning), self.scenes[image]) for image in images)
        return coded(each.answer if each else None for each in results)

    def fact(self, meaning: Meaning, image: int) -> Fact | None:
        """See `Judge`; the note names the objects, and their places in the scene."""
        scene = self.scenes[image]
        result = execute(_program(meaning), scene)
        if result is None:
            return None
        named = ", ".join(f"{_name(scene.things[place])} ({place})" for place in result.rests_on)
        return Fact(result.answer, f"{named or f'none of {len(scene.things)} objects'} in {self.files[image]}")


def clevr_judge(paths: Sequence[Path]) -> ClevrJudge:
    """Build the judge from official files of scenes, such as `scenes/CLEVR_val_scenes.json`.

    Raises:
        BadInput: When a file is missing, no JSON or no file of scenes, or two scenes are of one image.
    """
    mark, known = stamp("clevr", paths), dict[str, tuple[Scene, str]]()
    for path in paths:
        for link, scene in scenes(path):
            if link in known:
                raise BadInput(path, link, "the image has two scenes", "one scene an image", REMEDY)
            known[link] = (scene, path.name)
    images = tuple(sorted(known))
    return ClevrJudge(images, mark, tuple(known[each][0] for each in images), tuple(known[each][1] for each in images))


def _program(meaning: Meaning) -> Program:
    assert isinstance(meaning, tuple)  # from `understand`
    return meaning


def _name(thing: Mapping[str, str]) -> str:
    return " ".join(thing[name] for name in ("size", "color", "material", "shape"))
