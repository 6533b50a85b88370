"""A published folder of a few drawn pictures, and models of which it is known what they say."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from twokeys.audit.models.model import Question

COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}


def png(colour: str, side: int = 16) -> dict[str, Any]:
    out = io.BytesIO()
    values = np.full((side, side, 3), 240, dtype=np.uint8)
    values[4:12, 4:12] = COLOURS[colour]
    Image.fromarray(values).save(out, "PNG")
    return {"bytes": out.getvalue(), "path": None}


def rows() -> list[dict[str, Any]]:
    """Two questions by two pictures, answers yes no / no yes, three times over: quads, all with both partners."""
    made = []
    for quad in range(3):
        for at, (asked, shown) in enumerate([("red", "red"), ("red", "blue"), ("blue", "red"), ("blue", "blue")]):
            name = f"q{quad}i{at}"
            made.append({
                "id": name, "image": png(shown, 16 + 16 * quad), "question": f"is the square {asked}?", "choices": [],
                "answer": "yes" if asked == shown else "no", "compared": "yes" if asked == shown else "no",
                "answer_type": "yes/no", "question_key": asked,
                "image_key": f"{shown}{quad}", "group": f"g{quad}", "quad": str(quad),
                "image_partner": f"q{quad}i{(1, 0, 3, 2)[at]}", "question_partner": f"q{quad}i{(2, 3, 0, 1)[at]}",
            })  # fmt: skip
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = rows()
    for config, part in (("balanced", made[:8]), ("removed", made[8:])):
        (tmp_path / "published" / config).mkdir(parents=True)
        if config == "removed":  # published without pictures; their pictures are those of other items, or unknown
            part = [{name: value for name, value in row.items() if name != "image"} for row in part]
            part = [{**row, "image_key": row["image_key"].replace("2", "1")} for row in part[:3]] + part[3:]
        pd.DataFrame(part).to_parquet(tmp_path / "published" / config / "test-00000-of-00001.parquet")
    return tmp_path / "published"


class Says:
    """A responder that is a function of the item, and counts what it is asked."""

    name = "says"

    def __init__(self, say: Callable[[Question], str]) -> None:
        self.say, self.asked = say, 0

    def reply(self, questions: Sequence[Question]) -> list[str]:
        self.asked += len(questions)
        return [self.say(question) for question in questions]


def looks(question: Question) -> str:
    """Knows the colour in the middle, and whether it is asked for; says no where there is no question."""
    pixel = np.asarray(question.picture.convert("RGB"))[8, 8].astype(int)
    return (
        "yes" if any(name in question.question and abs(pixel - c).sum() < 30 for name, c in COLOURS.items()) else "no"
    )


@dataclass
class Heard:
    """What long work says."""

    notes: list[str] = field(default_factory=list)
    stages: list[tuple[str, int, int]] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.stages.append((stage, done, total))
