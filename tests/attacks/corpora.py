"""Every gold of the corpora at hand: those of shipped recipes, and of files that no recipe reads."""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import _content
from twokeys.builder.recipe import load, shipped
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule

Gold = tuple[str, tuple[str, ...], str]
"""Answer type, options in the source's order, answer."""


def root() -> Path:
    """The folder of real corpora; skips the test where there is none."""
    folder = os.environ.get("TWOKEYS_CORPORA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder")
    return Path(folder)


@cache
def golds(name: str) -> Counter[Gold]:
    """Golds of a shipped recipe's corpora as they are published, with how many rows have each."""
    recipe, found = load(name), Counter[Gold]()
    text = TextRule(recipe.text.unicode, recipe.text.lowercase)
    for corpus in recipe.corpora:
        try:
            source = find(corpus, root())
        except BadInput:
            continue
        for split in source.splits:
            for row in reader(corpus.format).read(corpus, source.root, split):
                if not isinstance(row, BadInput):
                    said = _content(row, text)
                    found[said["answer_type"], tuple(said["choices"]), said["answer"]] += 1
    if not found:
        pytest.skip(f"TWOKEYS_CORPORA holds no corpus of {name}")
    return found


def recipes() -> list[str]:
    """Shipped recipes."""
    return list(shipped())


def photo_golds() -> Iterator[Gold]:
    """Golds and annotators' answers of the question files that lie beside the COCO photos."""
    folder = root() / "coco_photos"
    if not folder.is_dir():
        pytest.skip("TWOKEYS_CORPORA holds no coco_photos")
    for path in sorted(folder.glob("vqa_v*/*annotations.json")):
        for note in _json(path)["annotations"]:
            kind = note["answer_type"] if note["answer_type"] in ("yes/no", "number") else "open"
            yield from ((kind, (), text) for text in {note["multiple_choice_answer"], *_answers(note)})
    for row in _json(folder / "vqa_v2_val_single_answer" / "val_dataset_subset.json"):
        yield "open", (), row["answer"]
    for path in sorted(folder.glob("okvqa/lxmert_labels_*.json")):
        yield from (("open", (), answer) for row in _json(path) for answer in row["label"])
    for row in _json(folder / "aokvqa" / "aokvqa_v1p0_val.json"):
        choices, direct = (_list(row[name]) for name in ("choices", "direct_answers"))
        if len(set(choices)) == len(choices):  # others are bad rows
            yield "choice", tuple(choices), choices[int(row["correct_choice_idx"])]
        yield from (("open", (), answer) for answer in direct)
    for line in (folder / "vsr" / "vsr_validated_subset.jsonl").read_text(encoding="utf-8").splitlines():
        yield "yes/no", (), str(bool(json.loads(line)["label"]))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _list(value: Any) -> list[str]:
    return ast.literal_eval(value) if isinstance(value, str) else list(value)


def _answers(note: dict[str, Any]) -> list[str]:
    return [one["answer"] for one in note["answers"]]
