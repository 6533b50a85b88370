"""Synthetic corpora shaped like VQA: some questions are asked of very many images, most of few, five an image.

Real corpora of this shape are not needed for speed, and drawing them anew lets every size be tried.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.graph.graph import Graph
from twokeys.core.items import digest

PER_IMAGE = 5
"""Questions an image has on average."""
PER_QUESTION = 3
"""Items a question has on average; how they spread is Zipf's law."""


def graph(items: int, answers: int, seed: int = 0) -> Graph:
    """Draw a random graph of coloured edges.

    Every question has an answer that it prefers, with a strength of its own between never and always: what makes
    blind models good on real corpora.

    Args:
        items: Number of edges.
        answers: Number of colours.
        seed: For everything random.
    """
    rng = np.random.default_rng(seed)
    asked = np.cumsum(1 / np.arange(1, items // PER_QUESTION + 1))
    question = np.searchsorted(asked / asked[-1], rng.random(items))
    image = rng.integers(0, items // PER_IMAGE, items)
    strength, preferred = rng.random(len(asked)), rng.integers(0, answers, len(asked))
    # The further an answer is from the preferred one, the rarer it is.
    step = 1 + (rng.random(items) ** 2 * (answers - 1)).astype(np.int64)
    answer = (preferred[question] + np.where(rng.random(items) < strength[question], 0, step)) % answers
    question, image = (np.unique(vertex, return_inverse=True)[1] for vertex in (question, image))
    return Graph.plain(question, image, answer, np.ones(items, dtype=np.int64))


THINGS = (
    "apple", "backpack", "banana", "bench", "bicycle", "bird", "boat", "book", "bottle", "bowl", "box", "bridge",
    "bus", "cake", "car", "cat", "chair", "clock", "cow", "cup", "desk", "dog", "door", "fence", "fork", "glass",
    "hat", "horse", "house", "lamp", "laptop", "man", "mirror", "oven", "phone", "pillow", "plane", "plate", "rug",
    "sheep", "shelf", "shoe", "sign", "sink", "sofa", "spoon", "table", "towel", "train", "tree", "truck",
    "umbrella", "vase", "wall", "window", "woman",
)  # fmt: skip
LOOKS = ("black", "blue", "broken", "brown", "clean", "green", "large", "metal", "old", "open", "orange", "plastic",
         "red", "round", "small", "striped", "tall", "white", "wooden", "yellow")  # fmt: skip
PLACES = ("above", "behind", "below", "in front of", "inside", "left of", "near", "next to", "on top of", "right of",
          "touching", "under")  # fmt: skip
TEMPLATES = (
    "Is there a {a} {x} {p} the {b} {y}?",
    "Are there any {a} {x}s {p} the {b} {y}?",
    "What is the color of the {x} that is {p} the {a} {b} {y}?",
    "How many {a} {x}s are {p} the {b} {y}?",
    "Does the {a} {x} {p} the {y} look {b}?",
    "Which side is the {a} {x} on, {p} the {b} {y}?",
    "What is the {a} {x} made of, the one {p} the {b} {y}?",
    "Do you see either a {a} {x} or a {b} {y} {p} it?",
)


def questions(number: int, seed: int = 0) -> list[str]:
    """Draw distinct question strings."""
    shape = (len(TEMPLATES), len(THINGS), len(THINGS), len(LOOKS), len(LOOKS), len(PLACES))
    drawn = np.random.default_rng(seed).choice(int(np.prod(shape)), number, replace=False)
    return [
        TEMPLATES[t].format(x=THINGS[x], y=THINGS[y], a=LOOKS[a], b=LOOKS[b], p=PLACES[p])
        for t, x, y, a, b, p in zip(*(part.tolist() for part in np.unravel_index(drawn, shape)), strict=True)
    ]


def items(number: int, seed: int = 0) -> pd.DataFrame:
    """An item table of yes/no questions, without question keys."""
    edges = graph(number, 2, seed)
    text = np.array(questions(int(edges.question.max()) + 1, seed), dtype=object)
    key = np.array([digest("image", str(image)) for image in range(int(edges.image.max()) + 1)], dtype=object)
    return pd.DataFrame(
        {
            "id": [f"synthetic:train:{row:08d}" for row in range(number)],
            "source": "synthetic",
            "split": "train",
            "answer_type": "yes/no",
            "question": text[edges.question],
            "choices": [()] * number,
            "answer": np.array(["no", "yes"], dtype=object)[edges.answer],
            "image_key": key[edges.image],
        }
    )


def clustered(number: int, dimensions: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Unit vectors around 2,000 centres, members of a cluster at a cosine of about 0.8 to their centre."""
    rng = np.random.default_rng(seed)
    centre = rng.standard_normal((2000, dimensions), dtype=np.float32)
    vectors = rng.standard_normal((number, dimensions), dtype=np.float32)
    vectors *= 0.75
    vectors += centre[rng.integers(0, len(centre), number)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def scenes(number: int, categories: int, dimensions: int = 256) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
    """Image vectors as `clustered` draws them, and how many things of each category an image shows.

    Three categories are typical of a cluster, and nearly every image of it shows them; the others are rare, by Zipf's
    law. So the nearest images have the same answer to most questions, as those of real photos do.

    Returns:
        (n, d) unit vectors of 16 bits; (categories, n) counts.
    """
    rng = np.random.default_rng(0)
    centre = rng.standard_normal((2000, dimensions), dtype=np.float32)
    typical = rng.integers(0, categories, (len(centre), 3))
    vectors = np.empty((number, dimensions), dtype=np.float16)
    counts = np.empty((categories, number), dtype=np.uint8)
    for start in range(0, number, 50_000):
        cluster = rng.integers(0, len(centre), min(50_000, number - start))
        part = centre[cluster] + 0.75 * rng.standard_normal((len(cluster), dimensions), dtype=np.float32)
        vectors[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
        share = np.tile(0.3 / np.arange(1, categories + 1), (len(cluster), 1))
        share[np.arange(len(cluster))[:, None], typical[cluster]] = 0.98
        there = rng.random(share.shape) < share
        counts[:, start : start + len(part)] = (there * rng.geometric(0.4, share.shape).clip(max=20)).T
    return vectors, counts
