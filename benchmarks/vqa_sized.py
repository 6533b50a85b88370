"""VQA v2 at any size: official question and annotation files, and a recipe that reads them without photos.

    python -m benchmarks.vqa_sized 600000 FOLDER --corpora CORPORA

The real 60,000 questions (`vqa_v2_60k`) give texts, answers and question types. How often a question is asked follows
Zipf's law with an exponent that gives as many different questions as VQA v2 has (600,000 items: about 225,000). Where
more different questions are needed than are there, words of real ones are exchanged for others that follow the same
word elsewhere. An item's ten answers are those of a real item of the same question, or of its question type.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from twokeys.builder.recipe import load

RECIPE = "vqa-v2-60k"
PARTS = ("train", "valid", "test")
ZIPF = 0.82
"""Exponent of Zipf's law over as many questions as there are items."""
PER_IMAGE = 5.34
"""Questions a photo has, as in VQA v2."""
SAME_QUESTION = 0.6
"""Share of items whose answers are those of the same question, as far as it has any."""
TRIES = 100
"""Tries to make a text for each that is asked for."""
CHANGED = 3
"""Most words of a question that are exchanged."""


def real(corpora: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """Read questions and annotations of the real items."""
    questions: list[str] = []
    notes: list[dict[str, Any]] = []
    for part in PARTS:
        asked, noted = (corpora / "vqa_v2_60k/data" / f"vqa_{name}_{part}.gzip" for name in ("questions", "annotatons"))
        questions += [one["question"] for one in json.loads(gzip.decompress(asked.read_bytes()))["questions"]]
        notes += json.loads(gzip.decompress(noted.read_bytes()))["annotations"]
    return questions, notes


def different(questions: list[str], number: int, rng: np.random.Generator) -> tuple[list[str], list[int]]:
    """Make different texts, and say from which real item each comes: real texts first, by how often they are asked.

    Args:
        questions: Real questions, one an item.
        number: Texts to make.
        rng: Draws the words that are exchanged.
    """
    first: dict[str, int] = {}
    often: dict[str, int] = defaultdict(int)
    for item, text in enumerate(questions):
        first.setdefault(text, item)
        often[text] += 1
    texts = sorted(first, key=lambda text: (-often[text], first[text]))[:number]
    origin = [first[text] for text in texts]
    after: dict[str, list[str]] = defaultdict(list)
    for text in questions:
        words = text.rstrip("?").split()
        for before, word in pairwise(words):
            after[before].append(word)
    there, bases = set(texts), len(texts)
    for _ in range(TRIES * number):
        if len(texts) == number:
            return texts, origin
        base = int(rng.integers(bases))
        words = texts[base].rstrip("?").split()
        if len(words) < 2:
            continue
        for place in rng.integers(1, len(words), CHANGED):
            follow = after.get(words[place - 1])
            words[place] = follow[int(rng.integers(len(follow)))] if follow else words[place]
        made = f"{' '.join(words)}?"
        if made not in there:
            there.add(made)
            texts.append(made)
            origin.append(origin[base])
    raise ValueError(f"{len(questions):,} questions give {len(texts):,} different texts, not {number:,}")


def write(number: int, folder: Path, corpora: Path, seed: int = 0) -> Path:
    """Write a corpus of so many items and its recipe.

    Returns:
        The recipe; its corpus is relative to `folder`.
    """
    rng = np.random.default_rng(seed)
    questions, notes = real(corpora)
    texts, origin = different(questions, number, rng)
    share = np.arange(1, number + 1, dtype=np.float64) ** -ZIPF
    asked = np.searchsorted(np.cumsum(share) / share.sum(), rng.random(number)).clip(max=number - 1)
    same, alike = defaultdict(list), defaultdict(list)
    for item, (text, note) in enumerate(zip(questions, notes, strict=True)):
        same[text].append(item)
        alike[note["question_type"]].append(item)
    images = rng.integers(1, max(2, int(number / PER_IMAGE)), number)
    listed, noted = [], []
    for row, (question, image) in enumerate(zip(asked.tolist(), images.tolist(), strict=True)):
        of = origin[question]
        pool = same[questions[of]] if rng.random() < SAME_QUESTION else alike[notes[of]["question_type"]]
        note = notes[pool[int(rng.integers(len(pool)))]]
        key = {"image_id": image, "question_id": row + 1}
        listed.append({**key, "question": texts[question]})
        said = {name: note[name] for name in ("question_type", "multiple_choice_answer", "answers", "answer_type")}
        noted.append(json.dumps(said | key))
    place = folder / f"vqa_{number}"
    place.mkdir(parents=True, exist_ok=True)
    (place / "questions.json").write_text(json.dumps({"questions": listed}), encoding="utf-8")
    (place / "annotations.json").write_text(f'{{"annotations": [{", ".join(noted)}]}}', encoding="utf-8")
    return _recipe(number, folder, place.name)


def _recipe(number: int, folder: Path, path: str) -> Path:
    """Write the recipe of the real 60,000 with these files."""
    plan = load(RECIPE).model_dump(mode="json", exclude_defaults=True)
    files = {"questions": "questions.json", "annotations": "annotations.json"}
    plan |= {"name": f"vqa-{number}", "title": f"{number:,} questions as in VQA v2"}
    plan["corpora"][0] |= {"name": "vqa", "path": path, "options": {"files": {"train": files}}}
    recipe = folder / f"vqa-{number}.yaml"
    recipe.write_text(yaml.safe_dump(plan, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return recipe


def main() -> None:
    """Write the corpus that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("items", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpora", type=Path, required=True)
    arguments = parser.parse_args()
    print(write(arguments.items, arguments.folder, arguments.corpora))


if __name__ == "__main__":
    main()
