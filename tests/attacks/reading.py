"""A tiny table with pictures, read as a build reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run

Asked = tuple[str, list[str] | None, int, str]
"""Question, options in source order, number of the picture, gold."""


def read_rows(folder: Path, rows: Iterable[Asked], **changes: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write rows and their pictures, and read them: the items, and the rows that were set aside."""
    records = [
        {"id": f"{number:04}", "q": question, "options": options, "picture": f"{picture}.png", "a": answer}
        for number, (question, options, picture, answer) in enumerate(rows)
    ]
    (folder / "c" / "pictures").mkdir(parents=True, exist_ok=True)
    for name in {record["picture"] for record in records}:
        shade = int(name.partition(".")[0])
        Image.new("RGB", (8, 8), (shade % 256, shade // 256, 7)).save(folder / "c" / "pictures" / name)
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    (folder / "c" / "test.jsonl").write_text(lines, encoding="utf-8")
    columns = {"id": "id", "question": "q", "answer": "a", "image": "picture", "choices": "options"}
    corpus = {
        "format": "table", "name": "c", "path": "c", "image_folder": "c/pictures", "revision": "r", "license": "mit",
        "columns": columns,
    }  # fmt: skip
    plan = Recipe.model_validate({"name": "c", "title": "c", "corpora": [corpus], "bad_rows": "set aside"} | changes)
    done = read(Run(folder / "run"), plan, [find(one, folder) for one in plan.corpora])
    return done.items, done.set_aside
