"""Judges by annotations by name, each read once per process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from twokeys.builder.pair.generators.retrieved.judges.clevr.judge import clevr_judge
from twokeys.builder.pair.generators.retrieved.judges.coco import coco_judge
from twokeys.builder.pair.generators.retrieved.judges.judge import Judge
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.judge import gqa_judge, visual_genome_judge
from twokeys.core.files import as_hashed

READERS: dict[str, Callable[[Sequence[Path]], Judge]] = {
    "coco": coco_judge,
    "gqa": gqa_judge,
    "visual-genome": visual_genome_judge,
    "clevr": clevr_judge,
}
"""Name in recipes -> how its files are read."""
FILES = {
    "coco": "instances files of COCO, such as coco/annotations/instances_val2014.json",
    "gqa": "scene graphs of GQA, such as gqa/val_sceneGraphs.json",
    "visual-genome": "objects.json, attributes.json and relationships.json of Visual Genome",
    "clevr": "scenes of CLEVR, such as clevr/scenes/CLEVR_val_scenes.json",
}
"""Name in recipes -> what files it reads, for messages."""


@lru_cache(maxsize=4)
def judge(name: str, files: tuple[str, ...], hashes: tuple[str, ...]) -> Judge:
    """Read the annotations of a judge.

    Args:
        name: Its name in recipes.
        files: Paths of its files.
        hashes: SHA-256 of each: they are read again if one changes.

    Raises:
        BadInput: When a file is none of the judge's format, or another one than was hashed.
    """
    paths = [Path(file) for file in files]
    with as_hashed(dict(zip(paths, hashes, strict=True))):
        return READERS[name](paths)
