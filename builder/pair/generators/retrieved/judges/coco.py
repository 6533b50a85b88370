"""The judge by COCO instances: what is in an image, and how many, from files that list every object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from twokeys.builder.pair.edit import Box
from twokeys.builder.pair.generators.retrieved.judges.coco_claims import MANY, Asked, Numbers
from twokeys.builder.pair.generators.retrieved.judges.coco_files import (
    ALLOWED,
    UNBOUNDED,
    Instances,
    read_instances,
)
from twokeys.builder.pair.generators.retrieved.judges.coco_wording import understood
from twokeys.builder.pair.generators.retrieved.judges.coco_words import Lexicon, lexicon
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Fact, Ints, Meaning
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256

ABSENCE = (
    "An object that is not annotated is absent if its category is one of the file's and the image was annotated "
    "exhaustively for it: for all categories, unless the image has a `scope` or LVIS's lists. A crowd says that there "
    "is one object or more. Files that contradict each other say nothing."
)


def coco_judge(paths: Sequence[Path]) -> CocoInstances:
    """The judge by some instances files.

    Args:
        paths: Files in COCO's official format, such as `instances_train2014.json` and `instances_val2014.json`.

    Raises:
        BadInput: When no file is named, one cannot be read, or two give an image two sizes.
    """
    if not paths:
        raise BadInput("instances", None, "no instances file is named", ALLOWED, "name at least one file")
    files = tuple(read_instances(path) for path in paths)
    stamp = ", ".join(f"{path.name} {sha256(path)[:16]}" for path in paths)
    return CocoInstances(files, _rows(files, paths), stamp)


@dataclass(frozen=True, eq=False)
class CocoInstances:
    """A `Judge` by instances files.

    An image whose name is COCO's is spoken of under two links, `coco:ID` and `file:NAME`, in whatever file it stands:
    corpora that keep COCO's names say the first, folders of images the second.

    Attributes:
        files: The files.
        rows: (links, files) an image's row in each file, -1 if it is not in it; links in the order of `images`.
        stamp: Name and hash of each file.
    """

    files: tuple[Instances, ...] = field(repr=False)
    rows: Ints = field(repr=False)
    stamp: str

    @property
    def images(self) -> Sequence[str]:
        """Links, sorted."""
        return self._images

    @property
    def absence(self) -> str:
        """What it means that an object is not annotated."""
        return ABSENCE

    @cached_property
    def _images(self) -> tuple[str, ...]:
        return tuple(sorted({link for file in self.files for links in file.links for link in links}))

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon({name for file in self.files for name in file.categories})

    def __getstate__(self) -> dict[str, Any]:
        """Without what follows from the files."""
        return {"files": self.files, "rows": self.rows, "stamp": self.stamp}

    def understand(self, item: Mapping[str, Any]) -> Meaning | None:
        """Understand an item's question; see `twokeys.builder.pair.generators.retrieved.judges.coco_wording`."""
        return understood(item, self._lexicon)

    def answers(self, meaning: Meaning, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """Look the answers up; see `Judge`."""
        asked = _asked(meaning)
        codes, texts = asked.answers(lambda category: self.bounds(category, images))
        return np.where(codes < 0, UNSAID, codes), texts

    def bounds(self, category: str, images: Ints) -> tuple[Numbers, Numbers]:
        """How many objects of a category some images show at least, and at most.

        Several files that speak of one image are all believed; if that cannot be, none of them is.
        """
        low, high = np.zeros(len(images), np.int64), np.full(len(images), MANY, np.int64)
        for place, file in enumerate(self.files):
            if category in file.categories:
                rows, column = self.rows[images, place], file.categories.index(category)
                there = rows >= 0
                low[there] = np.maximum(low[there], file.low[rows[there], column])
                most = file.high[rows[there], column].astype(np.int64)
                high[there] = np.minimum(high[there], np.where(most == UNBOUNDED, MANY, most))
        contradicted = low > high
        return np.where(contradicted, 0, low), np.where(contradicted, MANY, high)

    def fact(self, meaning: Meaning, image: int) -> Fact | None:
        """The answer about one image, with the annotations that it rests on; None if they do not tell it."""
        asked = _asked(meaning)
        codes, texts = self.answers(meaning, np.array([image]))
        if codes[0] == UNSAID:
            return None
        nouns = asked.nouns()
        labels = dict.fromkeys(label for noun in nouns for label in (*noun.labels, *noun.also, *noun.unless))
        rests = {label: self._rest(label, image) for label in labels}
        note = "; ".join(note for note, _ in rests.values() if note)
        boxes = dict.fromkeys(box for noun in nouns for label in noun.labels for box in rests[label][1])
        return Fact(texts[codes[0]], note, tuple(boxes))

    def _rest(self, category: str, image: int) -> tuple[str, tuple[Box, ...]]:
        """What the files say of a category in an image, and where its objects are, by the file that lists most."""
        notes, best = [], (0, ())
        for place, file in enumerate(self.files):
            row = self.rows[image, place]
            if row < 0 or category not in file.categories:
                continue
            listed = file.of(row, category)
            ids = ", ".join("without id" if one < 0 else str(one) for one in file.ids[listed])
            crowds = int(file.crowds[listed].sum())
            crowd = f", {crowds} of them a crowd" if crowds else ""
            notes.append(f"{len(listed)} x {category}{f' (ids {ids}{crowd})' if len(listed) else ''} in {file.name}")
            if len(listed) > best[0]:
                best = len(listed), tuple(tuple(map(int, box)) for box in file.boxes[listed])
        return "; ".join(notes), best[1]


def _asked(meaning: Meaning) -> Asked:
    assert isinstance(meaning, Asked)
    return meaning


def _rows(files: Sequence[Instances], paths: Sequence[Path]) -> Ints:
    """See `CocoInstances.rows`.

    Raises:
        BadInput: When two images of a file have one link, or an image has two sizes.
    """
    links = sorted({link for file in files for names in file.links for link in names})
    place = {link: number for number, link in enumerate(links)}
    rows = np.full((len(links), len(files)), -1, np.int64)
    for number, (file, path) in enumerate(zip(files, paths, strict=True)):
        for row, names in enumerate(file.links):
            for name in names:
                if rows[place[name], number] >= 0:
                    raise BadInput(path, name, "two images have this name", "an image once", "remove one of them")
                rows[place[name], number] = row
    _check_sizes(files, paths, rows, links)
    return rows


def _check_sizes(files: Sequence[Instances], paths: Sequence[Path], rows: Ints, links: Sequence[str]) -> None:
    sizes = np.zeros((len(links), 2), np.int32)
    for number, (file, path) in enumerate(zip(files, paths, strict=True)):
        there = np.flatnonzero(rows[:, number] >= 0)
        here = file.sizes[rows[there, number]]
        other = (sizes[there] > 0).all(axis=1) & (sizes[there] != here).any(axis=1)
        if other.any():
            bad = int(np.flatnonzero(other)[0])
            (width, height), (before_width, before_height) = here[bad], sizes[there[bad]]
            problem = f"the image has {width} x {height} pixels, in a file before {before_width} x {before_height}"
            raise BadInput(path, links[there[bad]], problem, "one size in all files", "give each image its size")
        sizes[there] = here
