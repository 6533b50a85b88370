"""The fluency of questions by a language model: the mean log-likelihood of tokens, for every text once, in shards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.measure.language.stage import CHARACTERS, cut, needs_of_language
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.room import threads_for
from twokeys.builder.run.stages import Workspace, stage

PROMPT = "Question:"
"""Text before a question; it is not scored."""


@dataclass(frozen=True, eq=False)
class Fluency(Parts):
    """The fluency of questions."""

    def by_text(self) -> dict[str, float]:
        """Text -> mean log-likelihood of a token, in nats."""
        parts = [pq.read_table(part) for part in self.parts]
        return {row["text"]: row["score"] for part in parts for row in part.to_pylist()}


@stage("fluency", version=2)
def fluency(space: Workspace, model: NamedModel, texts: Sequence[str]) -> Fluency:
    """Score questions by a language model.

    Args:
        space: Where the work is done.
        model: The language model.
        texts: Questions, sorted, each once.
    """
    shards = cut(texts, list(map(len, texts)), CHARACTERS)
    needs = needs_of_language(model.name)
    space.parts(partial(_score, model.name, needs), shards, needs)
    return Fluency()


def _score(model: str, needs: Needs, texts: list[str], path: Path) -> None:
    from twokeys.builder.measure.language.likelihoods import log_likelihoods, tokens
    from twokeys.builder.measure.language.loading import language_model

    with threads_for(needs):
        loaded = language_model(model)
        (sums,) = log_likelihoods(loaded, [PROMPT], [texts])
    lengths = [len(tokens(loaded, PROMPT, text)[1]) for text in texts]
    scores = [float(total) / length for total, length in zip(sums, lengths, strict=True)]
    write_table(path, pa.table({"text": texts, "score": pa.array(scores, pa.float64())}))
