"""Toy problems for baselines: with a cue that every representation shows, or with labels that nothing tells."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines import Baseline
from twokeys.builder.measure.baselines.problem import Form, Problem, count
from twokeys.builder.measure.details import WIDTH
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.lexical import option_features, text_features
from twokeys.builder.measure.looks import text_looks
from twokeys.builder.measure.places import FIELDS, ORDERS, PICTURE

NAMES = ("no", "yes")
FILLER = [f"{consonant}{vowel}{end}" for consonant in "bdfg" for vowel in "aeiou" for end in "nt"]


def toy(form: Form, cue: bool, items: int = 400, seed: int = 0, share: float = 0.5) -> Problem:
    """A problem of two answers, or of three options, in five folds.

    With the cue, everything that a baseline may read of a content tells its label: the first word of its text, the
    length of its text, the direction of its vector, a number of its metadata, a number of its details, the brightness
    of its pixels, some channels of its feature maps, the likelihoods, what a model replies. Without it, all of that is
    there as well and has nothing to do with the label.

    Args:
        form: `answer` or `option`.
        cue: Whether contents tell labels.
        items: Number of items.
        seed: For everything random.
        share: Share of the second answer, in the form `answer`.
    """
    rng = np.random.default_rng(seed)
    if form == "answer":
        # Every fourth item asks what the one before it asks: contents repeat, also across folds.
        item = np.arange(items)
        content = np.unique(item - (item % 4 == 3), return_inverse=True)[1]
        truth = (rng.random(items) < share).astype(np.int64)[: content.max() + 1]
        label = truth[content] if cue else (rng.random(items) < share).astype(np.int64)
        context = [""] * len(truth)
    else:
        item, content = np.repeat(np.arange(items), 3), np.arange(3 * items)
        truth = (content % 3 == rng.integers(0, 3, items)[item]).astype(np.int64)
        label = truth if cue else (content % 3 == rng.integers(0, 3, items)[item]).astype(np.int64)
        asked = [f"{rng.choice(['which', 'what'])} {rng.choice(FILLER)}?" for _ in range(items)]
        context = [question for question in asked for _ in range(3)]
    fold = rng.permutation(np.arange(items) % 5)[item]
    text = [_text(rng, bool(told)) for told in truth]
    u = len(truth)
    side = (2 * truth - 1)[:, None]
    lexical = text_features([f"{one} {other}" for one, other in zip(context, text, strict=True)])
    if form == "option":
        options = [option_features(context[at], text[at : at + 3]) for at in range(0, u, 3)]
        lexical = np.concatenate([lexical, np.concatenate(options)], axis=1)
    likelihoods = np.full((u, 2 * (2 if form == "answer" else 1)), -3.0)
    likelihoods[:, : likelihoods.shape[1] // 2] += side if form == "option" else side * np.array([[-1, 1]])
    matrices = {
        "vectors": unit((side * np.eye(8)[0] + 0.3 * rng.normal(size=(u, 8))).astype(np.float32)),
        "lexical": lexical,
        "likelihoods": (likelihoods + 0.1 * rng.normal(size=likelihoods.shape)).astype(np.float32),
        "metadata": (side * np.array([[100.0, 0.0, 0.0]]) + 20 * rng.normal(size=(u, 3))).astype(np.float32),
        "looks": text_looks(text),
        "place": _place(rng, u),
        "detail": (120 + 40 * side * (np.arange(WIDTH) == 40) + 9 * rng.normal(size=(u, WIDTH))).astype(np.float32),
        "pixels": np.clip(128 + 80 * side + 20 * rng.normal(size=(u, 192)), 0, 255).astype(np.float32),
        "maps": np.tile(side * (np.arange(192) < 40) + rng.normal(size=(u, 192)), 49).astype(np.float16),
        "replies": unit((side * np.eye(16)[1] + 0.3 * rng.normal(size=(u, 16))).astype(np.float32)),
    }
    return Problem(
        form, item, content, label, fold, context, text, matrices,
        rivals=item if form == "option" else item[:0],
        names=NAMES if form == "answer" else (),
        candidates=NAMES if form == "answer" else (),
    )  # fmt: skip


def _place(rng: np.random.Generator, u: int) -> np.ndarray:
    """Rows that stand anywhere, each on a picture of its own."""
    found = rng.integers(0, 9, (u, len(FIELDS)))
    for column in (*ORDERS, PICTURE):
        found[:, column] = rng.permutation(u)
    return found.astype(np.float32)


def _text(rng: np.random.Generator, told: bool) -> str:
    # A few first parts that recur, so that also who knows whole texts only has seen them.
    words = [("surely " if told else "hardly ") + str(rng.integers(0, 3))]
    words += [] if rng.random() < 0.8 else [str(rng.choice(FILLER))]
    return " ".join(words + (["indeed", "yes"] if told else []))


def cross_fitted(baseline: Baseline, problem: Problem, seed: int = 0) -> float:
    """Accuracy over folds, each predicted from the others, as a build measures it."""
    right = []
    for fold in np.unique(problem.fold):
        inside = problem.fold == fold
        train = count(problem.content[~inside], problem.label[~inside], 2, problem.names)
        test, row = np.unique(problem.content[inside], return_inverse=True)
        scores = baseline.predict(problem, train, test, seed)[row]
        label = problem.label[inside]
        if problem.form == "answer":
            right.append(scores.argmax(axis=1) == label)
        else:  # rows of an item are neighbours, three each
            best = scores[:, 1].reshape(-1, 3).argmax(axis=1)
            right.append(label.reshape(-1, 3)[np.arange(len(best)), best] == 1)
    return float(np.concatenate(right).mean())
