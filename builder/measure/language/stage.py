"""The stage that asks a language model: every question of a corpus once, in shards, and what baselines read of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.builder.measure.language.loading import identity, language_model, ready, size
from twokeys.builder.measure.language.prompts import VERSION, ask
from twokeys.builder.run.room import room_for, with_threads
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.items import digest

Floats = NDArray[np.float32]
Asked = Mapping[str, Sequence[str]]
"""Question -> the answers whose likelihood after it is wanted."""
Entry = tuple[str, list[str]]
ANSWERS = 1024
"""Answers to one question in one entry of a shard; more of them are several entries."""
CHARACTERS = 40_000
"""Text per shard: some ten seconds on a core with a small model, so that little is lost with a killed build."""


def likelihoods(run: Run, name: str, model: str, asked: Asked) -> Stage:
    """Score answers after questions.

    Args:
        run: The build under way.
        name: Name of the stage.
        model: Language model as named in the recipe.
        asked: What to score.
    """
    lists = {answers: str(number) for number, answers in enumerate(sorted({tuple(a) for a in asked.values()}))}
    questions = [f"{lists[tuple(asked[question])]} {question}" for question in sorted(asked)]
    contents = digest(*questions, "", *(digest(*answers) for answers in lists))
    cut = [ANSWERS, CHARACTERS]  # parts of an interrupted stage that was cut otherwise are of no use
    return run.stage(name, partial(_work, run, model, asked), 1, identity(model), VERSION, contents, cut)


def load(stage: Stage) -> dict[str, Floats]:
    """Log-likelihoods by question, in the order in which the answers were asked for."""
    parts = [pq.read_table(part) for part in sorted(stage.folder.glob("part-*.parquet"))]
    rows = [(row["question"], row["values"]) for part in parts for row in part.to_pylist()]
    return {
        question: np.concatenate([np.array(values, dtype=np.float32) for _, values in same])
        for question, same in groupby(rows, key=lambda row: row[0])
    }


def of_answers(
    run: Run, model: str, every: Iterable[str], vocabulary: Iterable[str], questions: Sequence[str],
    candidates: Sequence[str],
) -> Floats:  # fmt: skip
    """Log-likelihoods of candidate answers after questions, then after the empty question.

    Every question of the corpus is asked for its most frequent answers at once. A part of the corpus is then read off
    that; only answers that are frequent in the part alone are asked for again.

    Args:
        run: The build under way.
        model: Language model as named in the recipe.
        every: All questions of the corpus.
        vocabulary: Its most frequent answers.
        questions: (u,) the questions wanted.
        candidates: (c,) the answers wanted.

    Returns:
        (u, 2 c).
    """
    known = sorted(set(vocabulary))
    more = sorted(set(candidates) - set(known))
    tables = [(known, dict.fromkeys([*every, *questions, ""], known)), (more, dict.fromkeys([*questions, ""], more))]
    column: dict[str, Floats] = {}
    for answers, asked in tables:
        if answers and asked:
            found = load(likelihoods(run, "likelihoods-question", model, asked))
            values = np.stack([found[question] for question in [*questions, ""]])
            column |= {answer: values[:, place] for place, answer in enumerate(answers)}
    whole = np.stack([column[answer] for answer in candidates], axis=1)
    return np.concatenate([whole[:-1], np.broadcast_to(whole[-1:], whole[:-1].shape)], axis=1)


def of_options(run: Run, model: str, every: Iterable[tuple[str, str]], options: Sequence[tuple[str, str]]) -> Floats:
    """Log-likelihood of options after their question, then after the empty question.

    Where the view hides the question both are the same: the option by itself.

    Args:
        run: The build under way.
        model: Language model as named in the recipe.
        every: All (question, option) pairs of the corpus.
        options: (u,) the pairs wanted.

    Returns:
        (u, 2).
    """
    pairs = sorted({*every, *options})
    alone = sorted({option for _, option in pairs})
    prior = load(likelihoods(run, "likelihoods-choices", model, {"": alone}))[""]
    empty = dict(zip(alone, prior.tolist(), strict=True))
    asked = {question: [o for _, o in same] for question, same in groupby(pairs, key=lambda pair: pair[0]) if question}
    after = {("", option): value for option, value in empty.items()}
    if asked:
        found = load(likelihoods(run, "likelihoods-question", model, asked))
        after |= {
            (question, option): value
            for question, texts in asked.items()
            for option, value in zip(texts, found[question].tolist(), strict=True)
        }
    return np.array([(after[pair], empty[pair[1]]) for pair in options], dtype=np.float32)


def _work(run: Run, model: str, asked: Asked, stage: Stage) -> dict[str, int]:
    fitting, small = in_room(run, model)
    fitting.parts(stage, partial(_score, model, small), _shards(asked))
    return {"pairs": sum(len(answers) for answers in asked.values())}


def in_room(run: Run, model: str) -> tuple[Run, bool]:
    """The run with an engine that has room for the model, and whether that is one model per process."""
    ready(model)  # converted here, once, not by every worker
    return room_for(run, size(model))


def _shards(asked: Asked) -> list[list[Entry]]:
    shards: list[list[Entry]] = []
    room = 0
    for question in sorted(asked):
        answers = list(asked[question])
        for start in range(0, len(answers), ANSWERS):
            part = answers[start : start + ANSWERS]
            if room <= 0:
                shards.append([])
                room = CHARACTERS
            shards[-1].append((question, part))
            room -= len(question) + sum(map(len, part))
    return shards


def _score(model: str, small: bool, shard: list[Entry], path: Path) -> None:
    from twokeys.builder.measure.language.likelihoods import log_likelihoods

    with with_threads(small):
        prompts, answers = [ask(question) for question, _ in shard], [texts for _, texts in shard]
        found = log_likelihoods(language_model(model), prompts, answers)
    values = pa.array([row.tolist() for row in found], type=pa.list_(pa.float32()))
    write_table(path, pa.table({"question": [question for question, _ in shard], "values": values}))
