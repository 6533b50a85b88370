"""`twokeys train-reference`: small models of the three families, from random weights to easy-VQA's answers in minutes.

Three stages. First the vision tower learns shapes and colours, as far as the train questions tell them. Then all
weights learn to answer in a word; the questions of an image stand side by side after it and see the image and
themselves alone, so an image is read once for all of them. Last, some questions get options, drawn anew each time, and
are answered by a letter. Now and then an image is replaced by its mean colour or a question is taken out of attention:
the masks of the game are then nothing new to the model.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.loading import REFERENCE, load, load_game
from twokeys.audit.models.model import Responder
from twokeys.audit.reference import corpus
from twokeys.audit.reference.augment import augmented
from twokeys.audit.reference.families import MEAN, STD, save, untrained
from twokeys.audit.reference.options import COUNTS, POOL, drawn
from twokeys.audit.reference.packing import pack
from twokeys.audit.reference.vocabulary import ANSWERS, COLOURS, LETTERS, SHAPES
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput
from twokeys.core.place import Kind
from twokeys.core.progress import Say, silent
from twokeys.core.swap import alone_at, whole_folder, write_record

QUESTIONS = ("natural", "balanced")
TRAINED = Kind("files.json", "trained", "training")
"""Folders of reference models."""


@dataclass(frozen=True)
class Recipe:
    """How a reference model is trained; chosen on 500 images of the train split.

    Attributes:
        family: `llava`, `qwen` or `internvl`.
        start: Weights to go on from; empty for random ones.
        questions: `natural`: as they are asked. `balanced`: weighted so that each question's answers are equally
            frequent, and no question alone tells its answer.
        seed: Of weights, order and augmentation.
        looking: Epochs of the first stage.
        steps: Steps of the second stage.
        options: Steps of the third stage.
        cycles: How often the third stage runs, its rates beginning anew.
        pictures: Images per step.
        asked: Questions per image and step.
        rate: Learning rate of AdamW; flat for `flat` of the steps, then falling linearly to 0.
        muon: Learning rate of Muon, which trains the hidden matrices.
        flat: Share of the steps at the full rate.
        open_weight: Weight of open questions in the loss.
        blind: Share of images replaced by their mean colour, and of questions taken out of attention.
        lettered: Share of the steps of the third stage whose questions have options.
    """

    family: str
    questions: str = "natural"
    seed: int = 0
    looking: int = 8
    steps: int = 600
    options: int = 400
    cycles: int = 2
    pictures: int = 64
    asked: int = 6
    rate: float = 2e-3
    muon: float = 1e-2
    flat: float = 0.5
    open_weight: float = 1.0
    blind: float = 0.1
    lettered: float = 0.6
    start: str = ""

    @classmethod
    def usual(cls, family: str, questions: str, seed: int) -> Recipe:
        """The recipe of the models that ship.

        Where no question tells its answer, a model has to match words and image before it gets anything right. From
        random weights it does not begin to within 600 steps: they left yes/no questions at 50.6 %. So the balanced
        model goes on from the natural one.
        """
        if questions == "natural":
            return cls(family, questions, seed)
        start = f"{REFERENCE}{family}-natural"
        gentle = cls(family, questions, seed, looking=0, steps=0, options=300, cycles=1, start=start)
        return replace(gentle, rate=1e-3, muon=5e-3, flat=0.3)


def train_reference(
    family: str, out: Path, questions: str = "natural", seed: int = 0, say: Say = silent, device: str | None = None
) -> dict[str, Any]:
    """Train one reference model, measure it once on the test split, and write its folder.

    Args:
        family: `llava`, `qwen` or `internvl`.
        out: Folder to write: weights as transformers reads them, and `training.json`.
        questions: `natural` or `balanced`.
        seed: A function of it on one machine and number of threads.
        say: Called with stage, done, total.
        device: Where it is trained, as `twokeys.core.devices.device_for` takes it.

    Returns:
        What `training.json` holds: recipe, seconds, processor seconds, accuracy by kind of question.

    Raises:
        BadInput: When there is no such family or way to ask, or `out` cannot be replaced.
        MissingPackage: When easy-VQA is not installed.
    """
    if questions not in QUESTIONS:
        problem = f"there are no questions {questions!r}"
        raise BadInput("--questions", None, problem, ", ".join(QUESTIONS), "name one of these")
    recipe = Recipe.usual(family, questions, seed)
    with alone_at(out.resolve(), TRAINED) as output:
        start, worked = time.monotonic(), time.process_time()
        model = trained(recipe, corpus.read("train"), say, device)
        seconds, worked = time.monotonic() - start, time.process_time() - worked
        with whole_folder(output) as fresh:
            save(model, fresh)  # and measured as it will be loaded: weights of 16 bits
            report = _report(recipe, seconds, worked, accuracy(load(str(fresh), instruction=""), corpus.read("test")))
            (fresh / "training.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
            write_record(fresh, TRAINED, family)
    return report


def _report(recipe: Recipe, seconds: float, worked: float, test: dict[str, float]) -> dict[str, Any]:
    """What `training.json` holds."""
    return {
        "recipe": asdict(recipe),
        "corpus": "easy-vqa",
        "seconds": round(seconds),
        "processor_seconds": round(worked),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "test_accuracy": test,
    }


def trained(recipe: Recipe, part: corpus.Part, say: Say = silent, device: str | None = None) -> Generative:
    """Train on one part of the corpus; on the GPU where there is one if no device is named."""
    device = device_for(device)
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    model = untrained(recipe.family, recipe.seed)
    if recipe.start:
        model.module.load_state_dict(load_game(recipe.start, device="cpu").module.state_dict())
    model.module.to(device).train()
    network: Any = model.module
    network.set_attn_implementation("eager")  # on a CPU a step takes two thirds of the time that it takes with sdpa
    pixels = torch.from_numpy(part.pictures).to(device)
    at = Work(recipe, model, part, pixels, torch.Generator().manual_seed(recipe.seed), say)
    _look(at)
    _answer(at, recipe.steps, 0.0)
    for _ in range(recipe.cycles):
        _answer(at, recipe.options, recipe.lettered)
    network.set_attn_implementation("sdpa")
    model.module.to("cpu").eval()
    return model


def accuracy(model: Responder, part: corpus.Part) -> dict[str, float]:
    """Share of right answers: of all items, and by what is asked for; then of the same items asked with options."""
    items = range(len(part.questions))
    replies = model.reply([part.question(at) for at in items])
    right = np.array([reply == ANSWERS[answer] for reply, answer in zip(replies, part.answers, strict=True)])
    with_options, letters = lettered(part)
    replies = model.reply([part.question(at, with_options[at]) for at in items])
    by_letter = np.array([reply == letter for reply, letter in zip(replies, letters, strict=True)])
    words = np.array(ANSWERS)[part.answers]
    kinds = {"all": right == right, "yes/no": np.isin(words, ["yes", "no"])}
    kinds |= {"shape": np.isin(words, SHAPES), "colour": np.isin(words, COLOURS)}
    shares = {kind: right[rows] for kind, rows in kinds.items()}
    shares |= {f"{kind}, with options": by_letter[rows] for kind, rows in kinds.items()}
    return {kind: round(float(rows.mean()), 4) for kind, rows in shares.items() if len(rows)}


def lettered(part: corpus.Part, seed: int = 0) -> tuple[list[tuple[str, ...]], list[str]]:
    """Options of each item, and the letter of its answer."""
    rng = torch.Generator().manual_seed(seed)
    counts = torch.randint(len(COUNTS), (len(part.answers),), generator=rng)
    options: list[tuple[str, ...]] = [()] * len(part.answers)
    letters = [""] * len(part.answers)
    for place, count in enumerate(COUNTS):
        rows = (counts == place).nonzero().flatten()
        places, right = drawn(torch.from_numpy(part.answers)[rows], count, rng)
        for row, indices, at in zip(rows.tolist(), places.tolist(), right.tolist(), strict=True):
            options[row], letters[row] = tuple(POOL[index] for index in indices), LETTERS[at]
    return options, letters


@dataclass(frozen=True)
class Work:
    """A model in training.

    Attributes:
        recipe: How it is trained.
        model: The model.
        part: What it is trained on.
        pictures: (images, 64, 64, 3) bytes of the part, where the model lies.
        rng: Where chance comes from.
        say: Called with stage, done, total.
    """

    recipe: Recipe
    model: Generative
    part: corpus.Part
    pictures: Tensor
    rng: torch.Generator
    say: Say


def _look(at: Work) -> None:
    """First stage: shapes and colours from the mean of the image features."""
    recipe, pictures = at.recipe, at.pictures
    truth = torch.from_numpy(np.stack([at.part.shapes, at.part.colours])).to(pictures.device)
    head = nn.Linear(_width(at.model), len(SHAPES) + len(COLOURS)).to(pictures.device)
    tower: Any = at.model.module
    steps = recipe.looking * (len(pictures) // recipe.pictures)
    tune = Tune([*tower.model.named_parameters(), *head.named_parameters()], recipe, steps)
    for step in range(steps):
        if step % (len(pictures) // recipe.pictures) == 0:
            order = torch.randperm(len(pictures), generator=at.rng)
        first = step % (len(pictures) // recipe.pictures) * recipe.pictures
        rows = order[first : first + recipe.pictures]
        with torch.autocast(pictures.device.type, torch.bfloat16):
            features = at.model.features(normalised(augmented(pictures[rows], at.rng)))
            logits = head(features.mean(dim=1)).float()
        parts = logits.split([len(SHAPES), len(COLOURS)], dim=1)
        loss = torch.stack([
            functional.cross_entropy(predicted, wanted[rows], ignore_index=-1)
            for predicted, wanted in zip(parts, truth, strict=True)
        ]).sum()  # fmt: skip
        tune.step(loss)
        at.say("looking", step + 1, steps)


def _answer(at: Work, steps: int, lettered: float) -> None:
    """Second and third stage: the answer's token, at the end of each question.

    Args:
        at: What is trained.
        steps: How many steps.
        lettered: Share of them whose questions have options.
    """
    recipe, rng = at.recipe, at.rng
    packed = pack(at.model, at.part, weights(at.part, recipe), at.pictures.device)
    tune = Tune(list(at.model.module.named_parameters()), recipe, steps)
    order = torch.zeros(0, dtype=torch.long)
    for step in range(steps):
        if len(order) < recipe.pictures:
            order = torch.cat([order, torch.randperm(len(at.pictures), generator=rng)])
        rows, order = order[: recipe.pictures], order[recipe.pictures :]
        seen = augmented(at.pictures[rows], rng).float()
        hidden = torch.rand(len(rows), generator=rng).to(seen.device) < recipe.blind
        seen = torch.where(hidden[:, None, None, None], seen.mean(dim=(1, 2), keepdim=True).round(), seen)
        items = packed.draw(rows, recipe.asked, rng)
        turns = packed.asked(items)
        if float(torch.rand((), generator=rng)) < lettered:
            count = COUNTS[int(torch.randint(len(COUNTS), (), generator=rng))]
            turns = packed.asked(items, *drawn(packed.answers[items.flatten()].cpu(), count, rng))
        deaf = torch.rand(items.shape, generator=rng).to(seen.device) < recipe.blind
        with torch.autocast(seen.device.type, torch.bfloat16):
            logits = packed.logits(at.model, normalised(seen), turns, deaf)
        loss = functional.cross_entropy(logits.flatten(0, 1).float(), turns.target.flatten(), reduction="none")
        weight = packed.weight[items].flatten()
        tune.step((loss * weight).sum() / weight.sum().clamp(min=1e-6))
        at.say("answering by letter" if lettered else "answering", step + 1, steps)


def weights(part: corpus.Part, recipe: Recipe) -> Tensor:
    """Weight of each item in the loss, (items,)."""
    weight = np.ones(len(part.answers))
    if recipe.questions == "balanced":
        keys = np.unique(part.questions, return_inverse=True)[1]
        table = np.zeros((keys.max() + 1, len(ANSWERS)))
        np.add.at(table, (keys, part.answers), 1)
        each = table.sum(axis=1) / (table > 0).sum(axis=1)
        weight = each[keys] / table[keys, part.answers]
    weight[part.answers >= 2] *= recipe.open_weight
    return torch.from_numpy(weight).float()


def normalised(pictures: Tensor) -> Tensor:
    """Bytes as the families' processors make them pixels: (n, height, width, 3) -> (n, 1, 3, height, width)."""
    mean, std = pictures.new_tensor(MEAN, dtype=torch.float32), pictures.new_tensor(STD, dtype=torch.float32)
    return ((pictures.float() / 255 - mean) / std).permute(0, 3, 1, 2)[:, None]


def _width(model: Generative) -> int:
    return int(model.embed(torch.zeros(1, dtype=torch.long, device=next(model.module.parameters()).device)).shape[-1])


class Tune:
    """Muon for hidden matrices, AdamW for the rest, one schedule."""

    def __init__(self, named: list[tuple[str, nn.Parameter]], recipe: Recipe, steps: int) -> None:
        matrices = [p for name, p in named if p.ndim == 2 and not any(word in name for word in ("embed", "head"))]
        others = [p for _, p in named if all(p is not matrix for matrix in matrices)]
        self.optimisers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=recipe.muon, weight_decay=0.01),
            torch.optim.AdamW(others, lr=recipe.rate, weight_decay=0.01, betas=(0.9, 0.98)),
        ]
        self.parameters = [*matrices, *others]

        def share(step: int) -> float:
            warm = min(1.0, (step + 1) / 20)
            return warm * min(1.0, (steps - step) / max(1.0, (1 - recipe.flat) * steps))

        self.schedules = [torch.optim.lr_scheduler.LambdaLR(optimiser, share) for optimiser in self.optimisers]

    def step(self, loss: Tensor) -> None:
        """One step down."""
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for p in self.parameters if p.grad is not None], 1.0)
        for optimiser, schedule in zip(self.optimisers, self.schedules, strict=True):
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            schedule.step()
