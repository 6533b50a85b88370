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
    "is one object or more, and a number is told up to four. Words that name more than a category (table, phone) tell "
    "presence alone. If files contradict each other, nothing is told."
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

    def size(self, image: int) -> tuple[int, int]:
        """As the files state it, which agree."""
        file, row = next((file, row) for file, row in zip(self.files, self.rows[image], strict=True) if row >= 0)
        width, height = file.sizes[row].tolist()
        return width, height

    def understand(self, item: Mapping[str, Any]) -> Meaning | None:
        """Understand an item's question; see `twokeys.builder.pair.generators.retrieved.judges.coco_wording`."""
        return understood(item, self._lexicon)

    def answers(self, meaning: Meaning, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """Look the answers up; see `Judge`."""
        claim = _claim_of(meaning)
        codes, texts = claim.answers(lambda category: self.bounds(category, images))
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
        claim = _claim_of(meaning)
        codes, texts = self.answers(meaning, np.array([image]))
        if codes[0] == UNSAID:
            return None
        nouns = claim.nouns()
        labels = dict.fromkeys(label for noun in nouns for label in (*noun.labels, *noun.also, *noun.unless))
        rests = {label: self._rest(label, image) for label in labels}
        note = "; ".join(note for note, _ in rests.values() if note)
        boxes = dict.fromkeys(box for noun in nouns for label in noun.labels for box in rests[label][1])
        return Fact(texts[codes[0]], note, tuple(boxes))

    def _rest(self, category: str, image: int) -> tuple[str, tuple[Box, ...]]:
        """What the files say of a category in an image, and where its objects are, by the file that lists most."""
        notes, boxes = [], tuple[Box, ...]()
        for place, file in enumerate(self.files):
            row = self.rows[image, place]
            if row < 0 or category not in file.categories:
                continue
            listed = file.of(row, category)
            ids = ", ".join("without id" if identity < 0 else str(identity) for identity in file.ids[listed])
            crowds = int(file.crowds[listed].sum())
            crowd = f", {crowds} of them a crowd" if crowds else ""
            notes.append(f"{len(listed)} x {category}{f' (ids {ids}{crowd})' if len(listed) else ''} in {file.name}")
            if len(listed) > len(boxes):
                boxes = tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in file.boxes[listed].tolist())
        return "; ".join(notes), boxes


def _claim_of(meaning: Meaning) -> Asked:
    assert isinstance(meaning, Asked)
    return meaning


def _rows(files: Sequence[Instances], paths: Sequence[Path]) -> Ints:
    """See `CocoInstances.rows`; images of two files are one if their first link is.

    Raises:
        BadInput: When a file has an image twice, or two files give it two sizes.
    """
    keys = {link: names[0] for file in files for names in file.links for link in names}
    place = {key: number for number, key in enumerate(sorted(set(keys.values())))}
    rows = np.full((len(place), len(files)), -1, np.int64)
    sizes: dict[str, tuple[int, int]] = {}
    for number, (file, path) in enumerate(zip(files, paths, strict=True)):
        for row, (key, *_) in enumerate(file.links):
            width, height = map(int, file.sizes[row])
            before = sizes.setdefault(key, (width, height))
            if rows[place[key], number] >= 0:
                raise BadInput(
                    path, key, "two images of the file have this name", "an image once", "remove one of them"
                )
            if before != (width, height):
                problem = f"the image has {width} x {height} pixels, in another file {before[0]} x {before[1]}"
                raise BadInput(path, key, problem, "one size in all files", "correct the wrong one")
            rows[place[key], number] = row
    return rows[[place[keys[link]] for link in sorted(keys)]].reshape(-1, len(files))
