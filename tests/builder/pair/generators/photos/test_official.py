"""Instances of real photos, most of them boxes alone: all are read, and outlines lie in their boxes.

Local test data, described in its SOURCE.md; `TWOKEYS_CORPORA` says where it lies.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from twokeys.builder.pair.generators.photos.annotated import coco_instances
from twokeys.builder.pair.generators.photos.things import mask_of, within

pytest.importorskip("pycocotools.mask")
FILE = Path(os.environ.get("TWOKEYS_CORPORA", "nowhere")) / "coco_photos/annotations/instances.json"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="TWOKEYS_CORPORA names no folder with coco_photos")


def test_every_annotation_is_read_whether_it_has_an_outline_or_not() -> None:
    data = json.loads(FILE.read_text())
    known = coco_instances(FILE, [f"coco:{image['id']}" for image in data["images"]])
    things = [thing for one in known.values() for thing in one.things]
    assert len(things) == len(data["annotations"])
    drawn = sum(bool(annotation["segmentation"]) for annotation in data["annotations"])
    assert sum(thing.outline is not None for thing in things) == drawn
    assert 0 < drawn < len(things) / 2
    assert sum(thing.crowd for thing in things) == sum(annotation["iscrowd"] for annotation in data["annotations"]) > 0


def test_an_outline_lies_in_its_box() -> None:
    data = json.loads(FILE.read_text())
    known = coco_instances(FILE, [f"coco:{image['id']}" for image in data["images"]])
    beyond = []
    for one in known.values():
        for thing in one.things:
            if thing.outline is not None:
                blank = np.zeros((*one.size, 3), dtype=np.uint8)
                mask = mask_of(thing, blank)
                beyond.append((mask & ~within(thing.box, blank)).sum() / max(mask.sum(), 1))
    assert len(beyond) > 100
    assert np.mean(np.asarray(beyond) < 0.01) > 0.95
