"""Photos with things in them, a pool of more, POPE's questions and COCO's annotations: small, and all of it drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

THINGS = {"apple": (200, 40, 40), "banana": (230, 200, 40), "orange": (240, 130, 30), "broccoli": (50, 140, 60)}
WIDTH, HEIGHT, RADIUS = 112, 80, 9
Things = frozenset[str]
Change = Callable[[np.ndarray], np.ndarray]
FILES = ["coco/instances.json"]
PAIR: dict[str, Any] = {
    "generators": [{"generator": "retrieved", "with": {"judge": "coco", "files": FILES}}],
    "partners": "any",
    "publish": False,
}


def name(number: int) -> str:
    """COCO's name of a photo."""
    return f"COCO_val2014_{number:012d}.jpg"


def places(number: int) -> dict[str, tuple[int, int]]:
    """Where a photo has, or would have, each thing: four columns in an order of its own."""
    random = np.random.default_rng(number)
    order = random.permutation(len(THINGS))
    heights = random.integers(RADIUS + 2, HEIGHT - RADIUS - 2, len(THINGS))
    return {thing: (14 + 28 * int(at), int(y)) for thing, at, y in zip(THINGS, order, heights, strict=True)}


def drawn(number: int, things: Things) -> np.ndarray:
    """A wall with grain, and a disc for each thing."""
    random = np.random.default_rng(number)
    level = random.uniform(90, 180, 3) + random.normal(0, 30) * np.linspace(-1, 1, WIDTH)[None, :, None]
    pixels = level + random.normal(0, 3, (HEIGHT, WIDTH, 3))
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    for thing, (x, y) in places(number).items():
        if thing in things:
            pixels[(xs - x) ** 2 + (ys - y) ** 2 <= RADIUS**2] = THINGS[thing]
    return pixels.clip(0, 255).round().astype(np.uint8)


def jpeg(pixels: np.ndarray, quality: int = 92) -> bytes:
    """The file of a photo."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


@dataclass
class Seen:
    """A corpora folder: photos that are asked about, a pool, and what is in all of them.

    Attributes:
        corpora: The folder.
        asked: Photo -> what is in it, of the photos that are asked about.
        pool: Likewise of the pool.
        questions: (photo, thing) in the order of the corpus.
        answers: Answers that are not those of the photo: a person was wrong.
        files: Photo -> the bytes of its file.
    """

    corpora: Path
    asked: dict[int, Things]
    pool: dict[int, Things]
    questions: list[tuple[int, str]]
    answers: dict[tuple[int, str], str] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def random(cls, corpora: Path, asked: int = 24, pool: int = 24, seed: int = 0) -> Seen:
        """Photos at random; apples and bananas are asked about if they are there, the others if they are not."""
        random = np.random.default_rng(seed)
        every = [frozenset(thing for thing in THINGS if random.random() < 0.5) for _ in range(asked + pool)]
        photos = dict(enumerate(every[:asked], start=1))
        questions = [
            (number, thing)
            for number, things in photos.items()
            for thing in THINGS
            if (thing in things) == (thing in ("apple", "banana"))
        ]
        return cls(corpora, photos, dict(enumerate(every[asked:], start=1001)), questions)

    @property
    def photos(self) -> dict[int, Things]:
        """All photos."""
        return self.asked | self.pool

    def told(self, number: int, thing: str) -> str:
        """The answer of a photo."""
        return "yes" if thing in self.photos[number] else "no"

    def write(self, change: Change = lambda pixels: pixels, quality: int = 92) -> Seen:
        """Write everything; the photos of the pool are changed."""
        for folder in ("coco/val2014", "pool", "pope/output/coco"):
            (self.corpora / folder).mkdir(parents=True, exist_ok=True)
        for number, things in self.photos.items():
            pixels = drawn(number, things)
            there = number in self.asked
            file = self.files.get(number) or (jpeg(pixels) if there else jpeg(change(pixels), quality))
            (self.corpora / ("coco/val2014" if there else "pool") / name(number)).write_bytes(file)
        lines = [
            {"question_id": place, "image": name(number), "text": f"Is there {_article(thing)} {thing} in the image?",
             "label": self.answers.get((number, thing), self.told(number, thing))}
            for place, (number, thing) in enumerate(self.questions, start=1)
        ]  # fmt: skip
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (self.corpora / "pope/output/coco/coco_pope_adversarial.json").write_text(text)
        return self.annotate(self.photos)

    def annotate(self, photos: Mapping[int, Iterable[str]]) -> Seen:
        """Write the annotations: what is said to be in each photo."""
        categories = {thing: place for place, thing in enumerate(THINGS, start=1)}
        boxes = [
            (number, thing, places(number)[thing]) for number, things in photos.items() for thing in sorted(things)
        ]
        data = {
            "images": [{"id": n, "file_name": name(n), "width": WIDTH, "height": HEIGHT} for n in photos],
            "categories": [{"id": place, "name": thing} for thing, place in categories.items()],
            "annotations": [
                {"id": place, "image_id": number, "category_id": categories[thing], "iscrowd": 0,
                 "bbox": [x - RADIUS, y - RADIUS, 2 * RADIUS + 1, 2 * RADIUS + 1]}
                for place, (number, thing, (x, y)) in enumerate(boxes, start=1)
            ],
        }  # fmt: skip
        (self.corpora / FILES[0]).write_text(json.dumps(data))
        return self

    def recipe(self, **changes: Any) -> dict[str, Any]:
        """A recipe, with top-level fields replaced."""
        return {
            "name": "seen", "title": "Seen", "language": "en",
            "rules": [], "measure": {"baselines": ["question.prior"], "folds": 3},
            "corpora": [{
                "format": "pope", "name": "pope", "path": "pope", "image_folder": "coco", "splits": ["adversarial"],
                "revision": "1", "license": "mit", "homepage": "https://example.org", "group_by": ["image", "links"],
            }],
            "pool": [{"format": "images", "name": "pool", "path": "pool", "revision": "7", "license": "cc-by-4.0"}],
            "pair": PAIR,
        } | changes  # fmt: skip


def _article(thing: str) -> str:
    return "an" if thing[0] in "aeiou" else "a"
