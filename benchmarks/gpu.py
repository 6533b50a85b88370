"""Results of the audit and the encoders on a GPU, compared number by number with the CPU.

    python -m benchmarks.gpu                  on the GPU, within ten minutes; ends with 1 if a number is too far off
    python -m benchmarks.gpu --device cpu     small, on the CPU alone: what a machine without a GPU can try

On the device, a reference model is trained, 5,000 images are embedded, a language model answers questions blind, and
the three families play coalitions and are explained, in 32 and in 16 bits. The reference always uses 32 bits on the
CPU; it does only a part of the work if all of it would take too long. `TOLERANCES` are the largest allowed
differences.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from benchmarks.report import Table, say, section
from twokeys.audit.explainers.explainer import Task
from twokeys.audit.explainers.registry import named
from twokeys.audit.models.loading import REFERENCE, load_game
from twokeys.audit.models.model import Model
from twokeys.audit.reference import corpus
from twokeys.audit.reference.train import Recipe, accuracy, trained
from twokeys.audit.reference.vocabulary import ANSWERS
from twokeys.builder.measure.encoders import image_encoder
from twokeys.builder.measure.language.likelihoods import log_likelihoods
from twokeys.builder.measure.language.loading import language_model
from twokeys.builder.measure.language.prompts import ask
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput

T = TypeVar("T")
FAMILIES = ("llava", "qwen", "internvl")
EXPLAINERS = ("attn-lrp", "grad-rollout", "rollout", "tam", "grad-cam", "input-x-gradient", "integrated-gradients")
EXACT, ROUNDED = "float32", "bfloat16"
TOLERANCES = {
    "accuracy of the trained model": 0.10,
    "cosine distance of image vectors": 1e-4,
    "log-likelihood, nats": 0.02,
    f"probability of a coalition, {EXACT}": 0.005,
    f"probability of a coalition, {ROUNDED}": 0.25,
    f"1 - correlation of an explainer's scores, {EXACT}": 0.01,
    f"1 - correlation of an explainer's scores, {ROUNDED}": 0.25,
}
"""Largest allowed differences between the device and 32 bits on the CPU. In 16 bits the mantissa has 8 bits: a close
decision may move a probability or score by a quarter; the mean moves much less."""


@dataclass(frozen=True)
class Size:
    """The amount of work.

    Attributes:
        photos: Images for training the reference model; None for all.
        images: Images to embed.
        beside: Number of these images to embed on the CPU, too.
        questions: Questions for the language model.
        items: Items that each family plays.
        coalitions: Coalitions of each item.
    """

    photos: int | None
    images: int
    beside: int
    questions: int
    items: int
    coalitions: int


WHOLE = Size(None, 5_000, 500, 107, 8, 64)
SMALL = Size(192, 24, 24, 6, 1, 8)


@dataclass(frozen=True)
class Line:
    """One comparison.

    Attributes:
        what: A key of `TOLERANCES`.
        of: Description of the computation.
        farthest: Largest difference from the CPU's number.
        mean: Mean difference.
        device: Seconds on the device, for all work.
        cpu: Seconds on the CPU, for its part of the work.
    """

    what: str
    of: str
    farthest: float
    mean: float
    device: float
    cpu: float

    @property
    def holds(self) -> bool:
        """Whether all differences are within the tolerance."""
        return self.farthest <= TOLERANCES[self.what]


def training(device: str, size: Size) -> list[Line]:
    """Train a reference model on the device, and one on the CPU if the work is small; else load the shipped model."""
    part, test = corpus.read("train"), corpus.read("test")
    recipe = Recipe.usual("llava", "natural", 0)
    if size.photos is not None:
        recipe = replace(recipe, looking=1, steps=8, options=4, cycles=1, pictures=16)
        part, test = (whole.chosen(np.arange(len(whole.pictures)) < size.photos) for whole in (part, test))
    model, seconds = _timed(lambda: trained(recipe, part, device=device))
    if size.photos is None:
        other, spent = load_game(f"{REFERENCE}llava-natural", "cpu"), 0.0
    else:
        other, spent = _timed(lambda: trained(recipe, part, device="cpu"))
    on_device, on_cpu = (accuracy(trained_model, test) for trained_model in (model, other))
    say(f"accuracy {on_device}, CPU {on_cpu}")
    differences = [abs(on_device[kind] - on_cpu[kind]) for kind in on_cpu]
    return [_line("accuracy of the trained model", f"{len(on_cpu)} kinds of question", differences, seconds, spent)]


def embedding(device: str, size: Size) -> list[Line]:
    """Embed images of easy-VQA."""
    pixels = np.concatenate([corpus.read(split).pictures for split in ("train", "test")])[: size.images]
    images = [Image.fromarray(array) for array in pixels]
    name = "packaged:efficientnet-lite0"
    on_device, seconds = _timed(lambda: image_encoder(name, device).encode(images))
    on_cpu, spent = _timed(lambda: image_encoder(name, "cpu").encode(images[: size.beside]))
    distances = 1 - (on_device[: size.beside].astype(np.float64) * on_cpu).sum(axis=1)
    return [_line("cosine distance of image vectors", f"{len(images):,} images", np.abs(distances), seconds, spent)]


def blind(device: str, size: Size) -> list[Line]:
    """Score the answers to easy-VQA's questions by SmolLM2, without the image."""
    questions = sorted(set(corpus.read("test").questions))[: size.questions]
    prompts, answers = [ask(question, ()) for question in questions], [["yes", "no", "circle", "red"]] * len(questions)
    name = "packaged:smollm2"
    on_device, seconds = _timed(lambda: log_likelihoods(language_model(name, device), prompts, answers))
    on_cpu, spent = _timed(lambda: log_likelihoods(language_model(name, "cpu"), prompts, answers))
    differences = np.abs(np.array(on_device) - np.array(on_cpu))
    return [_line("log-likelihood, nats", f"{differences.size} answers", differences, seconds, spent)]


def playing(device: str, size: Size) -> list[Line]:
    """Compare coalitions and explainers of each family, in 32 and in 16 bits."""
    part = corpus.read("test")
    rows = np.random.default_rng(0).permutation(len(part.questions))[: size.items].tolist()
    items = [(part.question(at), ANSWERS[part.answers[at]]) for at in rows]
    lines = []
    for family in FAMILIES:
        name = f"{REFERENCE}{family}-balanced"
        (on_cpu, scores), spent = _timed(lambda: _played(load_game(name, "cpu", EXACT), items, size))  # noqa: B023
        for kind in (EXACT, ROUNDED):
            on_device, seconds = _timed(lambda: _played(load_game(name, device, kind), items, size))  # noqa: B023
            differences = np.abs(on_device[0] - on_cpu)
            lines.append(_line(f"probability of a coalition, {kind}", family, differences, seconds, spent))
            pairs = zip(on_device[1], scores, strict=True)
            apart = [1 - np.corrcoef(first, second)[0, 1] for first, second in pairs]
            what = f"1 - correlation of an explainer's scores, {kind}"
            lines.append(_line(what, f"{family}, {len(EXPLAINERS)} explainers", apart, seconds, spent))
    return lines


def _played(model: Model, items: list[tuple[Any, str]], size: Size) -> tuple[Any, list[Any]]:
    """Return the probabilities of coalitions of each item, and the scores of each explainer on it."""
    rng, values, scores = np.random.default_rng(1), [], []
    for question, answer in items:
        prepared = model.prepare(question, answer)
        keep = rng.random((size.coalitions, prepared.patches + prepared.tokens)) < 0.5
        keep[0] = True
        values.append(model.score(prepared, keep[:, : prepared.patches], keep[:, prepared.patches :]))
        for explainer in named(EXPLAINERS):
            explained = explainer(Task(model, prepared))
            scores.append(np.concatenate([explained.image, explained.text]))
    return np.concatenate(values), scores


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _line(what: str, of: str, differences: Any, seconds: float, spent: float) -> Line:
    numbers = np.asarray(differences, dtype=np.float64)
    line = Line(what, of, float(numbers.max()), float(numbers.mean()), seconds, spent)
    say(f"{line}")
    return line


def shown(lines: list[Line], device: str) -> str:
    """Return the section."""
    head = ("number", "of", "farthest", "mean", "tolerance", "", f"{device}, s", "CPU, s")
    rows = [
        (line.what, line.of, line.farthest, line.mean, TOLERANCES[line.what], "holds" if line.holds else "TOO FAR",
         line.device, line.cpu)
        for line in lines
    ]  # fmt: skip
    text = f"Differences of numbers on {_named(device)} from those of 32 bits on the CPU; seconds by the clock."
    return section("GPU", text, Table(head, rows))


def _named(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device != "cpu" else "the CPU itself (a trial of this program)"


def main(words: list[str]) -> int:
    """Compare, and print the section; 0 if all numbers hold, 1 if one does not, 2 if there is no such device."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda", help="cuda, cuda:NUMBER, or cpu for a small trial")
    try:
        device = device_for(parser.parse_args(words).device)
    except BadInput as error:
        say(f"{error} `python -m benchmarks.gpu --device cpu` tries this program without a GPU.")
        return 2
    size = SMALL if device == "cpu" else WHOLE
    lines = [line for part in (embedding, blind, playing, training) for line in part(device, size)]
    print(shown(lines, device))
    return 0 if all(line.holds for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
