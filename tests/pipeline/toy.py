"""A corpus of drawn shapes, small and quick, and what tests do with it: write it, build it, load it, damage it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
COLOURS = {"red": (220, 30, 30), "green": (30, 180, 60), "blue": (40, 60, 220)}
SHAPES = ("circle", "square", "triangle")
BASELINES = ["question.prior", "image.majority"]
"""Baselines that need no encoder."""

Row = dict[str, Any]


def draw(path: Path, shape: str, colour: str, number: int) -> None:
    """Draw one shape; every third picture is a JPEG, the others PNG, and no two have the same pixels."""
    size = 40 + number
    picture = Image.new("RGB", (size, size + 3), (250, 250, 250 - number))
    pen, box = ImageDraw.Draw(picture), (8, 8, size - 8, size - 8)
    if shape == "circle":
        pen.ellipse(box, fill=COLOURS[colour])
    elif shape == "square":
        pen.rectangle(box, fill=COLOURS[colour])
    else:
        pen.polygon([(8, size - 8), (size - 8, size - 8), (size // 2, 8)], fill=COLOURS[colour])
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jpg":
        exif = Image.Exif()
        exif[0x0112] = 6  # stored lying down, to be turned by who decodes it
        picture.save(path, "JPEG", quality=80, exif=exif)
    else:
        picture.save(path, "PNG")


def shape_rows(pictures: Path, split: str, count: int) -> list[Row]:
    """Ask every question of every picture of a split, and some that are asked once."""
    rows: list[Row] = []
    for number in range(count):
        shape, colour = SHAPES[number % 3], list(COLOURS)[number // 3 % 3]
        name = f"{split}/{number}.{'jpg' if number % 3 == 2 else 'png'}"
        draw(pictures / name, shape, colour, number + (100 if split == "test" else 0))
        asked: list[tuple[str, str, list[str] | None]] = [
            ("Is it a circle?", "yes" if shape == "circle" else "no", None),
            ("Is it a square?", "yes" if shape == "square" else "no", None),
            ("Is it a red shape?", "yes" if colour == "red" else "no", None),
            ("What colour is it?", colour, None),
            ("Which shape is it?", shape, list(SHAPES)),
            ("How many corners has it?", {"circle": "0", "square": "4", "triangle": "3"}[shape], None),
        ]
        if number % 4 == 0:
            asked.append((f"Is picture {number} of {split} nice?", "yes", None))
        for place, (question, answer, choices) in enumerate(asked):
            rows.append({
                "id": f"{number}-{place}", "picture": name, "question": question, "answer": answer, "choices": choices,
            })  # fmt: skip
    return rows


def defects(split: str) -> list[Row]:
    """Rows that rules drop: one question twice, and one picture with two golds for one question."""
    name = f"{split}/0.png"
    asked = [("twin", "Is it a circle?", "yes"), ("one", "Is it big?", "yes"), ("other", "Is it big?", "no")]
    return [
        {"id": identity, "picture": name, "question": question, "answer": answer, "choices": None}
        for identity, question, answer in asked
    ]


def crossed(pictures: Path) -> dict[str, list[Row]]:
    """Rows that are balanced by construction: two questions by two pictures, answers a b / b a, a few times over."""
    rows: dict[str, list[Row]] = {}
    for split, first in (("train", 0), ("test", 10)):
        rows[split] = []
        for place, shape in product(range(3), ("circle", "square")):
            name = f"{split}/{place}-{shape}.png"
            draw(pictures / name, shape, "red", first + place * 2 + (shape == "square"))
            for asked in ("circle", "square"):
                row = {"id": f"{place}{shape}{asked}", "picture": name, "question": f"Is shape {place % 2} a {asked}?"}
                rows[split].append(row | {"answer": "yes" if shape == asked else "no", "choices": None})
    return rows


ANSWERS: dict[str, dict[str, str | bool]] = {
    "motivation": {"purpose": "To be built in tests.", "creators": "Ada Example."},
    "composition": {"confidential": "No.", "offensive": "No.", "people": False},
    "collection": {"acquired": "A programme drew them."},
    "distribution": {"restrictions": "No."},
    "maintenance": {"maintainer": "Ada Example.", "contact": "ada@example.org"},
}
"""Every required answer of a datasheet."""


@dataclass
class Toy:
    """A corpora folder with one table, `toy`, and recipes for it."""

    corpora: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    pictures: str = "toy/pictures"

    @classmethod
    def shapes(cls, corpora: Path, train: int = 9, test: int = 6) -> Toy:
        """The corpus that most tests use."""
        toy = cls(corpora)
        for split, count in (("train", train), ("test", test)):
            toy.rows[split] = shape_rows(corpora / toy.pictures, split, count) + defects(split)
        return toy.write()

    @classmethod
    def balanced(cls, corpora: Path) -> Toy:
        """A corpus of which every item can be kept."""
        return cls(corpora, crossed(corpora / cls.pictures)).write()

    def write(self) -> Toy:
        """Write the tables, pictures are there already."""
        for split, rows in self.rows.items():
            self.table(split).parent.mkdir(parents=True, exist_ok=True)
            self.table(split).write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        return self

    def table(self, split: str) -> Path:
        """File of a split."""
        return self.corpora / "toy" / f"{split}.jsonl"

    def recipe(self, **changes: Any) -> dict[str, Any]:
        """A recipe, with top-level fields replaced."""
        return {
            "name": "toy",
            "title": "Drawn shapes",
            "language": "en",
            "authors": ["Ada Example"],
            "corpora": [self.corpus()],
            "measure": {"baselines": BASELINES, "folds": 3},
            "rules": ["duplicate-item", "contradicting-golds"],
            "pair": {"partners": "any"},  # the nearest need an encoder
            "balance": {"within": ["split"]},  # inside answer types so few items would keep one type alone
            "datasheet": ANSWERS,
        } | changes

    def corpus(self, **changes: Any) -> dict[str, Any]:
        """The corpus's part of a recipe, with fields replaced."""
        return {
            "format": "table",
            "name": "toy",
            "path": "toy",
            "image_folder": self.pictures,
            "revision": "r1",
            "license": "cc-by-4.0",
            "citation": "Ada Example, Drawn shapes, 2026.",
            "columns": {"image": "picture", "id": "id", "choices": "choices"},
            "group_by": ["image"],
        } | changes

    def save(self, path: Path, **changes: Any) -> Path:
        """Write a recipe file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(self.recipe(**changes), sort_keys=False), encoding="utf-8")
        return path


NICE = '''
from dataclasses import dataclass

from twokeys.filters import Rule


@dataclass(frozen=True)
class Nice(Rule):
    """Drop questions about taste.

    Attributes:
        word: A pattern that tells such questions.
    """

    id = "nice"
    summary = "it asks for a taste"
    bias = "none"
    word: str = "nice"

    def reads(self):
        return ("question",)

    def decide(self, table):
        hits = table[table["question"].str.contains(self.word, na=False)]
        return {row.id: f"asks whether it is {self.word}" for row in hits.itertuples()}
'''
"""A rule of a user's own, in a file."""


def rule_file(folder: Path, text: str = NICE) -> Path:
    """Write a file with a rule."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.py").write_text(text, encoding="utf-8")
    return folder / "mine.py"


def offline(cache: Path, **more: str) -> dict[str, str]:
    """The environment of a process that reaches no hub and has its own cache."""
    return os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(cache), "COLUMNS": "200"} | more


def run(*words: object, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command `twokeys` in a process of its own."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "COLUMNS": "200"} | more
    command = [sys.executable, "-m", "twokeys", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)


def measured(folder: Path, config: str = "balanced") -> Iterator[Row]:
    """Rows of a tier, each beside what was measured of it."""
    measurements = {row["id"]: row for row in published(folder, "measurements")}
    for row in published(folder, config):
        yield measurements[row["id"]] | row


def published(folder: Path, config: str = "balanced") -> Iterator[Row]:
    """Rows of a config as they stand in its Parquet files, with their split."""
    import pyarrow.parquet as pq

    for path in sorted((folder / config).glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            yield row | {"split": path.name.partition("-")[0]}
