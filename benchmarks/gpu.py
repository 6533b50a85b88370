"""What the audit and the encoders compute on a GPU, number by number beside the CPU's.

    python -m benchmarks.gpu                  on the GPU, within ten minutes; ends with 1 if a number is too far off
    python -m benchmarks.gpu --device cpu     small, on the CPU alone: what a machine without a GPU can try

A reference model is trained on the device; 5,000 images are embedded; a language model answers questions blind; and the
three families play coalitions and are explained, in 32 and in 16 bits. The reference is always 32 bits on the CPU, of a
part of the work where the whole would take it too long. `TOLERANCES` says how far a number may be from it.
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
"""How far a number on the device may be from the CPU's in 32 bits. Probabilities and scores in 16 bits have 8 bits of
mantissa: of a decision that hangs in the balance they may move by a quarter, in the mean by much less."""


@dataclass(frozen=True)
class Size:
    """How much is done.

    Attributes:
        photos: Images that the reference model is trained on; None for all.
        images: Images that are embedded.
        beside: How many of them on the CPU too.
        questions: Questions that the language model is asked.
        items: Items that each family plays.
        coalitions: Coalitions of each.
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
        of: What was computed.
        farthest: Largest difference from the CPU's number.
        mean: Mean difference.
        device: Seconds on the device, of the whole work.
        cpu: Seconds on the CPU, of the part that it did.
    """

    what: str
    of: str
    farthest: float
    mean: float
    device: float
    cpu: float

    @property
    def holds(self) -> bool:
        """Whether no number is too far off."""
        return self.farthest <= TOLERANCES[self.what]


def training(device: str, size: Size) -> list[Line]:
    """Train a reference model on the device, and one on the CPU if that is small; else take the one that ships."""
    part, test = corpus.read("train"), corpus.read("test")
    recipe = Recipe.usual("llava", "natural", 0)
    if size.photos is not None:
        recipe = replace(recipe, looking=1, steps=8, options=4, cycles=1, pictures=16)
        part, test = (one.chosen(np.arange(len(one.pictures)) < size.photos) for one in (part, test))
    model, seconds = _timed(lambda: trained(recipe, part, device=device))
    if size.photos is None:
        other, spent = load_game(f"{REFERENCE}llava-natural", "cpu"), 0.0
    else:
        other, spent = _timed(lambda: trained(recipe, part, device="cpu"))
    found, wanted = (accuracy(one, test) for one in (model, other))
    say(f"accuracy {found}, CPU {wanted}")
    away = [abs(found[kind] - wanted[kind]) for kind in wanted]
    return [_line("accuracy of the trained model", f"{len(wanted)} kinds of question", away, seconds, spent)]


def embedding(device: str, size: Size) -> list[Line]:
    """Embed images of easy-VQA."""
    pixels = np.concatenate([corpus.read(split).pictures for split in ("train", "test")])[: size.images]
    pictures = [Image.fromarray(one) for one in pixels]
    name = "packaged:efficientnet-lite0"
    found, seconds = _timed(lambda: image_encoder(name, device).encode(pictures))
    wanted, spent = _timed(lambda: image_encoder(name, "cpu").encode(pictures[: size.beside]))
    away = 1 - (found[: size.beside].astype(np.float64) * wanted).sum(axis=1)
    return [_line("cosine distance of image vectors", f"{len(pictures):,} images", np.abs(away), seconds, spent)]


def blind(device: str, size: Size) -> list[Line]:
    """Score the answers to easy-VQA's questions by SmolLM2, without the image."""
    questions = sorted(set(corpus.read("test").questions))[: size.questions]
    prompts, answers = [ask(question, ()) for question in questions], [["yes", "no", "circle", "red"]] * len(questions)
    name = "packaged:smollm2"
    found, seconds = _timed(lambda: log_likelihoods(language_model(name, device), prompts, answers))
    wanted, spent = _timed(lambda: log_likelihoods(language_model(name, "cpu"), prompts, answers))
    away = np.abs(np.array(found) - np.array(wanted))
    return [_line("log-likelihood, nats", f"{away.size} answers", away, seconds, spent)]


def playing(device: str, size: Size) -> list[Line]:
    """Coalitions and explainers of each family, in 32 and in 16 bits."""
    part = corpus.read("test")
    rows = np.random.default_rng(0).permutation(len(part.questions))[: size.items].tolist()
    items = [(part.question(at), ANSWERS[part.answers[at]]) for at in rows]
    lines = []
    for family in FAMILIES:
        name = f"{REFERENCE}{family}-balanced"
        (wanted, scores), spent = _timed(lambda: _played(load_game(name, "cpu", EXACT), items, size))  # noqa: B023
        for kind in (EXACT, ROUNDED):
            done, seconds = _timed(lambda: _played(load_game(name, device, kind), items, size))  # noqa: B023
            away = np.abs(done[0] - wanted)
            lines.append(_line(f"probability of a coalition, {kind}", family, away, seconds, spent))
            apart = [1 - np.corrcoef(own, other)[0, 1] for own, other in zip(done[1], scores, strict=True)]
            told = f"1 - correlation of an explainer's scores, {kind}"
            lines.append(_line(told, f"{family}, {len(EXPLAINERS)} explainers", apart, seconds, spent))
    return lines


def _played(model: Model, items: list[tuple[Any, str]], size: Size) -> tuple[Any, list[Any]]:
    """Probabilities of coalitions of each item, and the scores of each explainer on it."""
    rng, values, scores = np.random.default_rng(1), [], []
    for question, answer in items:
        prepared = model.prepare(question, answer)
        keep = rng.random((size.coalitions, prepared.patches + prepared.tokens)) < 0.5
        keep[0] = True
        values.append(model.score(prepared, keep[:, : prepared.patches], keep[:, prepared.patches :]))
        for explainer in named(EXPLAINERS):
            found = explainer(Task(model, prepared))
            scores.append(np.concatenate([found.image, found.text]))
    return np.concatenate(values), scores


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _line(what: str, of: str, away: Any, seconds: float, spent: float) -> Line:
    numbers = np.asarray(away, dtype=np.float64)
    line = Line(what, of, float(numbers.max()), float(numbers.mean()), seconds, spent)
    say(f"{line}")
    return line


def shown(lines: list[Line], device: str) -> str:
    """The section."""
    head = ("number", "of", "farthest", "mean", "tolerance", "", f"{device}, s", "CPU, s")
    rows = [
        (one.what, one.of, one.farthest, one.mean, TOLERANCES[one.what], "holds" if one.holds else "TOO FAR",
         one.device, one.cpu)
        for one in lines
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
