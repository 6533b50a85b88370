"""Sets with one planted cue each: what tells the answer is known, and so is who cannot see it.

All answers are drawn evenly, so chance is one half, or one over the number of options. Whatever else a baseline may
read is there too and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.measure.baselines.problem import Problem
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.lexical import option_features, text_features
from twokeys.builder.measure.stage import Task, score_fold
from twokeys.core.intervals.accuracy import Accuracy, accuracy

FOLDS = 3
NAMES = ("no", "yes")
NOUNS = (
    "boat", "chair", "cloud", "fence", "flag", "fork", "hat", "kite", "lamp", "leaf", "plate", "rock", "shoe", "tent",
    "tree", "wall",
)  # fmt: skip
SIDE = 16


def word_order(items: int = 1_500, seed: int = 0) -> Problem:
    """Yes when the cat is named before the dog: words and neighbouring words are the same either way."""
    rng = np.random.default_rng(seed)
    label, texts = _halves(rng, items), []
    for first in label:
        words = list(rng.choice(NOUNS, 6, replace=False))
        here, there = np.sort(rng.choice(6, 2, replace=False))
        words[here], words[there] = ("cat", "dog") if first else ("dog", "cat")
        texts.append(f"in this picture, is the {' near the '.join(words)} near the edge?")
    return _questions(texts, label, rng)


def two_words(items: int = 1_500, seed: int = 0) -> Problem:
    """Yes when exactly one of `red` and `large` is there: neither says anything by itself."""
    rng = np.random.default_rng(seed)
    red, large = _halves(rng, items), _halves(rng, items)
    texts = [
        f"is there any {'red' if r else 'blue'} paint on the {' or the '.join(rng.choice(NOUNS, 2))} "
        f"of the {'large' if b else 'small'} house?"
        for r, b in zip(red, large, strict=True)
    ]
    return _questions(texts, red ^ large, rng)


def published_field(items: int = 1_000, seed: int = 0) -> Problem:
    """Yes when the source calls the question hard; the words say nothing."""
    rng = np.random.default_rng(seed)
    label = _halves(rng, items)
    fields = np.stack([label, rng.integers(0, 9, items)], axis=1)
    return _questions([f"is the {' or the '.join(rng.choice(NOUNS, 3))} here?" for _ in label], label, rng, fields)


def turned_field(items: int = 1_500, seed: int = 0) -> Problem:
    """Yes to `surely` where a person answered and to `hardly` where an edit made the answer: half of each."""
    rng = np.random.default_rng(seed)
    surely, person = _halves(rng, items), _halves(rng, items)
    fields = np.stack([person, rng.integers(0, 9, items)], axis=1)
    texts = [f"{'surely' if one else 'hardly'} the {' or the '.join(rng.choice(NOUNS, 2))}?" for one in surely]
    return _questions(texts, 1 - (surely ^ person), rng, fields)


def option_length(items: int = 1_000, seed: int = 0, options: int = 4) -> Problem:
    """The gold option is the longest; options are single words that never come back."""
    rng = np.random.default_rng(seed)
    lengths = np.stack([rng.permutation(np.arange(4, 4 + 2 * options, 2)) for _ in range(items)])
    texts = [["".join(rng.choice(list("aeioubdfgklmnprst"), n)) for n in row] for row in lengths]
    flat = [text for row in texts for text in row]
    plain = np.concatenate([option_features("", row) for row in texts])
    item = np.repeat(np.arange(items), options)
    label = (lengths == lengths.max(axis=1, keepdims=True)).astype(np.int64).ravel()
    blank = [""] * len(flat)
    lexical = np.concatenate([text_features(flat), plain], axis=1)
    matrices = {"vectors": _directions(rng, len(flat)), "lexical": lexical, "metadata": plain}
    return Problem("option", item, np.arange(len(flat)), label, item % FOLDS, blank, flat, matrices)


def marked_corner(items: int = 1_000, seed: int = 0) -> Problem:
    """Yes when the upper left corner is marked, no when the lower right one is: as many pixels of each colour."""
    rng = np.random.default_rng(seed)
    label = _halves(rng, items)
    pixels = rng.integers(60, 180, (items, SIDE, SIDE, 3))
    mark = np.array([250, 20, 200])
    pixels[label == 1, :2, :2] = mark
    pixels[label == 0, -2:, -2:] = mark
    return _pictures(label, rng, pixels=pixels)


def file_size(items: int = 1_000, seed: int = 0) -> Problem:
    """Yes when the file is neither small nor large: its pixels say nothing."""
    rng = np.random.default_rng(seed)
    label = _halves(rng, items)
    far = 9_000 * rng.choice([-1, 1], items)
    return _pictures(label, rng, size=20_000 + np.where(label == 1, 0, far) + rng.integers(-3_000, 3_000, items))


def same_place(items: int = 600, seed: int = 0) -> Problem:
    """Yes when two features of the map occur in one place, no when each has its own: their means are the same."""
    rng = np.random.default_rng(seed)
    label = _halves(rng, items)
    maps = rng.normal(0, 0.3, (items, 49, 192))
    one, other = np.stack([rng.choice(49, 2, replace=False) for _ in range(items)]).T
    rows = np.arange(items)
    maps[rows, one, :24] += 4
    maps[rows, np.where(label == 1, one, other), 24:48] += 4
    return _pictures(label, rng, maps=maps)


def score(problem: Problem, baseline: str, folder: Path) -> Accuracy:
    """Accuracy of a baseline by its full name, cross-fitted as a build does it."""
    problem.save(folder)
    right: dict[int, bool] = {}
    for fold in np.unique(problem.fold).tolist():
        score_fold(Task(baseline, folder, fold, 200, 0), folder / "part.parquet")
        found = pd.read_parquet(folder / "part.parquet")
        for item, said in zip(found["item"], found["prediction"], strict=True):
            rows = np.flatnonzero(problem.item == item)
            gold = problem.label[rows[0]] if problem.form == "answer" else problem.label[rows].argmax()
            right[item] = bool(said == gold)
    return accuracy(np.array(list(right.values())), np.array(list(right)))


def _halves(rng: np.random.Generator, items: int) -> np.ndarray:
    """As many of one as of the other, in random order."""
    return rng.permutation(np.arange(items) % 2)


def _questions(texts: Sequence[str], label: np.ndarray, rng: np.random.Generator, fields: Any = None) -> Problem:
    """One content per item; vectors are means of random word vectors, so they know words and no order."""
    words = {word: rng.normal(size=24) for text in texts for word in text.split()}
    vectors = unit(np.array([np.mean([words[word] for word in text.split()], axis=0) for text in texts], np.float32))
    rows, blank = np.arange(len(texts)), [""] * len(texts)
    fields = rng.integers(0, 9, (len(texts), 2)) if fields is None else fields
    matrices = {"vectors": vectors, "lexical": text_features(texts), "metadata": fields.astype(np.float32)}
    label = label.astype(np.int64)
    return Problem("answer", rows, rows, label, rows % FOLDS, blank, list(texts), matrices, names=NAMES)


def _pictures(
    label: np.ndarray, rng: np.random.Generator, pixels: Any = None, size: Any = None, maps: Any = None
) -> Problem:
    """One content per item; vectors are mean colours and spreads, so they know what and not where."""
    items = len(label)
    pixels = rng.integers(60, 180, (items, SIDE, SIDE, 3)) if pixels is None else pixels
    size = rng.integers(10_000, 30_000, items) if size is None else size
    if maps is not None:
        pooled = maps.mean(axis=1)
    else:
        pooled = np.concatenate([pixels.mean(axis=(1, 2)), pixels.std(axis=(1, 2))], axis=1)
    rows, blank = np.arange(items), [""] * items
    file = np.stack([size, np.full(items, 640), np.full(items, 480), size / (640 * 480)], axis=1)
    matrices = {
        "vectors": unit((pooled - pooled.mean(axis=0)).astype(np.float32)),
        "metadata": file.astype(np.float32),
        "pixels": pixels.reshape(items, -1).astype(np.float32),
    } | ({} if maps is None else {"maps": maps.reshape(items, -1).astype(np.float16)})
    return Problem("answer", rows, rows, label.astype(np.int64), rows % FOLDS, blank, blank, matrices, names=NAMES)


def _directions(rng: np.random.Generator, n: int) -> Any:
    return unit(rng.normal(size=(n, 16)).astype(np.float32))
