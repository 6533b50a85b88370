"""Photos small enough to be understood: coloured discs on a grey wall with grain, in COCO's official format."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

WIDTH, HEIGHT = 128, 96
COLOURS = {"apple": (200, 40, 40), "leaf": (60, 150, 60), "plum": (120, 50, 150)}
CATEGORIES = {"apple": 1, "leaf": 2, "plum": 7}
RADIUS = 9
Disc = tuple[str, int, int]


def wall(seed: int = 0) -> np.ndarray:
    shade = 150 + 30 * np.linspace(0, 1, WIDTH)[None, :, None]
    grain = np.random.default_rng(seed).normal(0, 2, size=(HEIGHT, WIDTH, 3))
    return (shade + grain).clip(0, 255).round().astype(np.uint8)


def disc(x: int, y: int, radius: float = RADIUS) -> np.ndarray:
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    return (xs - x) ** 2 + (ys - y) ** 2 <= radius**2


def photo(discs: Iterable[Disc], seed: int = 0) -> np.ndarray:
    pixels = wall(seed)
    for label, x, y in discs:
        pixels[disc(x, y)] = COLOURS[label]
    return pixels


def file_of(pixels: np.ndarray, form: str = "JPEG", **more: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form, **({"quality": 92} if form == "JPEG" else {}), **more)
    return stream.getvalue()


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def seen(data: bytes) -> set[str]:
    """Which labels a picture shows, judged by its pixels alone: more than fifty of a disc's own colour."""
    pixels = decoded(data)
    return {label for label, colour in COLOURS.items() if (np.abs(pixels - colour).max(axis=2) < 40).sum() > 50}


def annotation(number: int, image: int, label: str, x: int, y: int, **more: object) -> dict[str, object]:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    outline = np.stack([x + 0.5 + (RADIUS + 0.5) * np.cos(turn), y + 0.5 + (RADIUS + 0.5) * np.sin(turn)], axis=1)
    return {
        "id": number, "image_id": image, "category_id": CATEGORIES[label], "iscrowd": 0,
        "bbox": [x - RADIUS, y - RADIUS, 2 * RADIUS + 1, 2 * RADIUS + 1],
        "segmentation": [outline.round(2).ravel().tolist()], **more,
    }  # fmt: skip


def instances(path: Path, pictures: dict[int, list[Disc]]) -> Path:
    """Write an instances file."""
    every = [(image, *one) for image, discs in pictures.items() for one in discs]
    data = {
        "images": [{"id": image, "width": WIDTH, "height": HEIGHT} for image in pictures],
        "annotations": [annotation(number, *one) for number, one in enumerate(every)],
        "categories": [{"id": number, "name": label} for label, number in CATEGORIES.items()],
    }
    path.write_text(json.dumps(data))
    return path


def items_of(questions: Iterable[tuple[int, str, str]]) -> pd.DataFrame:
    """(picture, question, answer) as rows of the item table, as far as the generator reads them."""
    return pd.DataFrame(
        [
            {"id": f"t:{number:03d}", "image_key": f"k{image}", "question": question, "answer": answer, "choices": (),
             "links": (f"coco:{image}",), "image_width": WIDTH, "image_height": HEIGHT}
            for number, (image, question, answer) in enumerate(questions)
        ]
    )  # fmt: skip
