"""The embedding stage against the sum of its bare parts, and the effect of keeping freed memory."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import torch
from PIL import Image
from sklearn.datasets import load_sample_images

from benchmarks.report import Facts, Table, fresh, median, section, timed
from twokeys.builder.measure.embed import embed_pictures
from twokeys.builder.measure.encoders import efficientnet, identity, image_encoder
from twokeys.builder.read.corpora.easy_vqa import root
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Corpus
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images

ENCODER = "packaged:efficientnet-lite0"
SMALL, PHOTOS = 500, 300
REPEAT = 3


def easy_vqa(number: int) -> list[Path]:
    """Return the original images of easy-VQA: PNG, 64 x 64."""
    folder = root(Corpus(format="easy-vqa", name="easy-vqa", revision="1.0", license="mit"), None)
    return sorted((folder / "train" / "images").glob("*.png"))[:number]


def photos(number: int, folder: Path) -> list[Path]:
    """Write JPEGs of 640 x 480: random crops of the two photos that come with scikit-learn."""
    rng, whole = np.random.default_rng(0), [Image.fromarray(photo) for photo in load_sample_images().images]
    paths = []
    for index in range(number):
        photo = whole[index % len(whole)]
        width = int(rng.integers(photo.width // 2, min(photo.width, photo.height * 4 // 3)))
        height = width * 3 // 4
        left, top = int(rng.integers(photo.width - width)), int(rng.integers(photo.height - height))
        crop = photo.crop((left, top, left + width, top + height)).resize((640, 480), Image.Resampling.BICUBIC)
        paths.append(folder / f"{index:04d}.jpg")
        crop.save(paths[-1], quality=90)
    return paths


def stage(paths: list[Path], folder: Path) -> None:
    """Run the stage as a build does: read, check, decode, embed, make thumbnails, write Parquet."""
    keys = [f"{index:032x}" for index in range(len(paths))]
    table = pd.DataFrame({"image_key": keys, "source": "s", "image": [f"file:{path.name}" for path in paths]})
    table["bytes_sha256"] = keys
    pictures = Pictures(table, {"s": paths[0].parent}, Images())
    embed_pictures(Run(folder), NamedModel(ENCODER, identity(ENCODER)), pictures)


def parts(paths: list[Path]) -> list[float]:
    """Return the seconds of decoding with Pillow, of `prepare`, and of forward passes over the same batches."""
    encoder = image_encoder(ENCODER)
    assert isinstance(encoder, efficientnet.EfficientNetLite0)
    marks = []
    for start in range(0, len(paths), efficientnet.BATCH):
        # One batch after the other, like the stage, so that memory and caches are in the same state.
        marks.append([time.process_time()])
        pictures = [_bare_decode(path) for path in paths[start : start + efficientnet.BATCH]]
        marks[-1].append(time.process_time())
        batch = np.stack([efficientnet.prepare(picture) for picture in pictures])
        marks[-1].append(time.process_time())
        with torch.inference_mode():
            encoder.forward(torch.from_numpy(batch))
        marks[-1].append(time.process_time())
    spent: list[float] = np.diff(marks, axis=1).sum(axis=0).tolist()
    return spent


def _bare_decode(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes())).convert("RGB")


def overhead(kind: str) -> Facts:
    """Compare the stage with its parts, in turns, on one kind of image."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = easy_vqa(SMALL) if kind == "easy-VQA" else photos(PHOTOS, folder)
        image_encoder(ENCODER).encode([_bare_decode(path) for path in paths[:32]])  # loaded and warm
        turns = []
        for turn in range(REPEAT):
            seconds, _ = timed(partial(stage, paths, folder / f"run-{turn}"))
            turns.append((seconds, *parts(paths)))
    milliseconds = 1000 * np.median(turns, axis=0) / len(paths)
    return {
        "pictures": len(paths),
        "milliseconds": milliseconds.tolist(),
        "overhead": statistics.median(turn[0] / sum(turn[1:]) - 1 for turn in turns),
    }


def encode(keep: bool) -> Facts:
    """Return images per second of the encoder alone, with or without keeping freed memory."""
    pictures = [_bare_decode(path) for path in easy_vqa(320)]
    with nullcontext() if keep else patch.object(efficientnet, "keep_freed_memory"):
        encoder = image_encoder(ENCODER)
    encoder.encode(pictures[:32])
    seconds, _ = timed(lambda: encoder.encode(pictures), REPEAT)
    return {"rate": len(pictures) / seconds}


def main() -> str:
    """Measure everything and return the section."""
    rows: list[tuple[str | int | float, ...]] = []
    for kind in ("easy-VQA", "640 x 480 JPEG"):
        facts = fresh(overhead, kind=kind)
        rows.append((kind, facts["pictures"], *facts["milliseconds"], f"{facts['overhead']:+.1%}"))
    turns = [(fresh(encode, keep=True), fresh(encode, keep=False)) for _ in range(REPEAT)]
    kept, freed = [kept for kept, _ in turns], [freed for _, freed in turns]
    ratio = statistics.median(a["rate"] / b["rate"] for a, b in turns)
    return section(
        "Embedding",
        "The stage (reading, checking, decoding, embedding, thumbnails, Parquet; serial engine) against the sum of its "
        f"bare parts on the same batches in the same process, in turns; medians of {REPEAT}, milliseconds a picture.",
        Table(("pictures", "number", "stage", "decode", "prepare", "forward", "overhead"), rows),
        f"Keeping freed memory (`keep_freed_memory`): {median(kept, 'rate'):.0f} against {median(freed, 'rate'):.0f} "
        f"pictures a second, a ratio of {ratio:.2f}; peak memory {median(kept, 'peak'):,.0f} against "
        f"{median(freed, 'peak'):,.0f} MiB.",
    )


if __name__ == "__main__":
    print(main())
