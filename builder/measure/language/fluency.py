"""How fluent a question is to a language model: the mean log-likelihood of its tokens, every text once, in shards."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.measure.language.loading import identity
from twokeys.builder.measure.language.stage import CHARACTERS, in_room
from twokeys.builder.run.room import with_threads
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.items import digest

PROMPT = "Question:"
"""What a question follows; it is not scored."""
VERSION = 1


def fluency(run: Run, model: str, texts: Iterable[str]) -> Stage:
    """Score texts.

    Args:
        run: The build under way.
        model: Language model as named in the recipe.
        texts: Questions; equal ones are scored once.
    """
    unique = sorted(set(texts))
    return run.stage(
        "fluency", partial(_work, run, model, unique), VERSION, identity(model), digest(*unique), CHARACTERS
    )


def load(stage: Stage) -> dict[str, float]:
    """Mean log-likelihood per token by text, in nats."""
    parts = [pq.read_table(part) for part in sorted(stage.folder.glob("part-*.parquet"))]
    return {row["text"]: row["score"] for part in parts for row in part.to_pylist()}


def _work(run: Run, model: str, texts: list[str], stage: Stage) -> dict[str, int]:
    shards: list[list[str]] = []
    room = 0
    for text in texts:
        if room <= 0:
            shards.append([])
            room = CHARACTERS
        shards[-1].append(text)
        room -= len(text)
    fitting, small = in_room(run, model)
    fitting.parts(stage, partial(_score, model, small), shards)
    return {"texts": len(texts)}


def _score(model: str, small: bool, texts: list[str], path: Path) -> None:
    from twokeys.builder.measure.language.likelihoods import log_likelihoods, tokens
    from twokeys.builder.measure.language.loading import language_model

    with with_threads(small):
        loaded = language_model(model)
        (sums,) = log_likelihoods(loaded, [PROMPT], [texts])
    lengths = [len(tokens(loaded, PROMPT, text)[1]) for text in texts]
    scores = [float(total) / length for total, length in zip(sums, lengths, strict=True)]
    write_table(path, pa.table({"text": texts, "score": pa.array(scores, pa.float64())}))
