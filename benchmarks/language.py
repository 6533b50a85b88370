"""The stage that asks a language model against its bare forward passes, and against lm-evaluation-harness.

The harness is no dependency. To compare with it, install it apart and name the folder:

    pip install --target DIR "lm-eval[hf]"; PYTHONPATH=DIR python -m benchmarks.language
"""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Facts, Table, fresh, say, section, timed
from benchmarks.synthetic import questions
from twokeys.builder.measure.language.loading import Loaded, identity, language_model
from twokeys.builder.measure.language.prompts import ask, continuation
from twokeys.builder.measure.language.stage import AnswersWanted, likelihoods
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run

MODEL = "packaged:smollm2"
QUESTIONS = 64
REPEAT = 3
ANSWERS = (
    "yes", "no", "1", "2", "white", "3", "red", "blue", "0", "black", "4", "brown", "green", "5", "yellow", "gray",
    "nothing", "right", "frisbee", "baseball", "left", "wood", "none", "tennis", "pizza", "bathroom", "grass",
    "skateboarding", "black and white", "no one", "on the table", "tennis racket",
)  # fmt: skip
"""Answers that are frequent in VQA v2."""


@contextmanager
def watched(model: Any) -> Iterator[list[float]]:
    """Processor seconds of every forward pass of a model."""
    spent: list[float] = []
    forward = model.forward

    def measured(*arguments: Any, **inputs: Any) -> Any:
        began = time.process_time()
        try:
            return forward(*arguments, **inputs)
        finally:
            spent.append(time.process_time() - began)

    model.forward = measured
    try:
        yield spent
    finally:
        model.forward = forward


def stage(asked: list[str], folder: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Everything that a build does: tokens, batches, forward passes, Parquet, reading it back."""
    model = NamedModel(MODEL, identity(MODEL))
    found = likelihoods(Run(folder), model, AnswersWanted(dict.fromkeys(asked, ANSWERS))).by_question()
    return np.stack([found[question] for question in asked])


def harness(loaded: Loaded) -> Callable[[list[str]], np.ndarray[Any, np.dtype[np.float64]]]:
    """The same by lm-evaluation-harness: its model class around the same model, its batches, its caches."""
    from lm_eval.api.instance import Instance  # type: ignore[import-not-found]
    from lm_eval.models.huggingface import HFLM  # type: ignore[import-not-found]

    model = HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer, batch_size=16, device="cpu")

    def score(asked: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        requests = [
            Instance("loglikelihood", {}, (ask(question), continuation(answer)), place)
            for question in asked
            for place, answer in enumerate(ANSWERS)
        ]
        found = model.loglikelihood(requests, disable_tqdm=True)
        return np.array([value for value, _ in found]).reshape(len(asked), len(ANSWERS))

    return score


def compare(number: int) -> Facts:
    """The stage, its forward passes and the harness, in turns."""
    asked, loaded = questions(number), language_model(MODEL)
    score = harness(loaded) if importlib.util.find_spec("lm_eval") else None
    turns: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        stage(asked[:4], Path(folder) / "warm")
        for turn in range(REPEAT):
            with watched(loaded.model) as spent:
                seconds, values = timed(partial(stage, asked, Path(folder) / str(turn)))
            turns.append({"stage": seconds, "bare": sum(spent)})
            if score is not None:
                turns[-1]["harness"], theirs = timed(partial(score, asked))
                turns[-1]["difference"] = float(np.abs(values - theirs).max())
            say(str(turns[-1]))
    return {name: [turn[name] for turn in turns] for name in turns[0]} | {"model": identity(MODEL)}


def main() -> str:
    """Measure all of it."""
    measured = fresh(compare, number=QUESTIONS)
    pairs = QUESTIONS * len(ANSWERS)
    seconds = {name: statistics.median(measured[name]) for name in ("stage", "bare", "harness") if name in measured}
    share = statistics.median(b / s for b, s in zip(measured["bare"], measured["stage"], strict=True))
    rows: list[tuple[str | int | float, ...]] = [
        (name, seconds[key], QUESTIONS / seconds[key], pairs / seconds[key])
        for name, key in (
            ("the stage", "stage"), ("its forward passes alone", "bare"), ("lm-evaluation-harness", "harness"),
        )
        if key in seconds
    ]  # fmt: skip
    against = "The harness was not installed (see the module)."
    if "harness" in measured:
        ratio = statistics.median(h / s for h, s in zip(measured["harness"], measured["stage"], strict=True))
        against = (
            f"lm-evaluation-harness takes {ratio:.1f} times as long; "
            f"largest difference between its log-likelihoods and ours: {max(measured['difference']):.1g} nats."
        )
    return section(
        "Language model",
        f"{QUESTIONS} questions by {len(ANSWERS)} answers, {measured['model']} in 32 bits, one thread, processor "
        f"seconds, in turns; medians of {REPEAT}.",
        Table(("", "seconds", "questions a second", "pairs a second"), rows),
        f"Throughput of the stage is {share:.1%} of that of its bare forward passes. {against}",
    )


if __name__ == "__main__":
    print(main())
