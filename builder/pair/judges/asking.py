"""Asking a vision-language model about claims: this question about this picture has this answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.audit.games.margins import Expected, Margin, margins
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Model, Question
from twokeys.builder.measure.replies import identity
from twokeys.builder.read import locators
from twokeys.builder.run.room import room_for, weight, with_threads
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.items import digest
from twokeys.core.pictures.limits import Images

PER_SHARD, PER_BATCH = 256, 16
_TWO = (frozenset({"yes", "no"}), frozenset({"true", "false"}))


@dataclass(frozen=True)
class Claim:
    """An answer to a question about a picture.

    Attributes:
        image: Key of the picture.
        picture: Its bytes where an edit made it; None where the table of pictures says where they are.
        question: The question.
        choices: Its options.
        kind: Its answer type.
        answer: The answer that is claimed.
        rivals: Answers that it must beat.
    """

    image: str
    picture: bytes | None
    question: str
    choices: tuple[str, ...]
    kind: str
    answer: str
    rivals: tuple[str, ...]

    @property
    def key(self) -> str:
        """Hash of the claim."""
        parts = self.image, self.question, self.answer, self.kind
        return digest("claim", *parts, str(len(self.choices)), *self.choices, *self.rivals)


def rivals(answer: str, choices: Sequence[str], kind: str, frequent: Iterable[str]) -> tuple[str, ...]:
    """The answers that one must beat: the other of two, the other options, or what is often answered.

    Example:
        >>> rivals("yes", (), "yes/no", ()), rivals("a", ("a", "b"), "choice", ())
        (('no',), ('b',))
    """
    two = next((pair for pair in _TWO if answer in pair), frozenset())
    others = two if kind == "yes/no" and two else choices if len(choices) else frequent
    return tuple(sorted({*others} - {answer}))


def ask(
    run: Run, model: str, claims: Sequence[Claim], pictures: pd.DataFrame, roots: dict[str, Path], limits: Images
) -> dict[Claim, Margin]:
    """Ask for the margins of claims, equal ones once.

    Args:
        run: The build under way.
        model: As `twokeys evaluate --model` takes it; must give probabilities.
        claims: What is claimed.
        pictures: Table with `image_key`, `source`, `image` (locator).
        roots: Corpus name -> folder of its locators.
        limits: Limits before decoding.

    Returns:
        By how much each answer beats its rivals.

    Raises:
        BadInput: When there is no such model, or it gives replies alone.
    """
    unique = {claim.key: claim for claim in claims}
    order = sorted(unique, key=lambda key: (unique[key].image, key))
    where = pictures.set_index("image_key")
    shards = []
    for start in range(0, len(order), PER_SHARD):
        part = [unique[key] for key in order[start : start + PER_SHARD]]
        known = where.loc[sorted({claim.image for claim in part if claim.picture is None}), ["image", "source"]]
        shards.append(
            (part, {str(key): (str(row["image"]), roots[str(row["source"])]) for key, row in known.iterrows()})
        )

    def work(stage: Stage) -> dict[str, int]:
        # Loaded here first: a wrong name is said once, and the weights say whether every process has room for them.
        fitting, small = room_for(run, weight(_loaded(model).module))
        fitting.parts(stage, partial(_answer, model, small, limits), shards)
        return {"claims": len(order)}

    stage = run.stage("verify", work, 3, identity(model), order)
    parts = [pq.read_table(path).to_pydict() for path in sorted(stage.folder.glob("part-*.parquet"))]
    return {
        unique[key]: Margin(nats, unsaid)
        for part in parts
        for key, nats, unsaid in zip(part["key"], part["margin"], part["unsaid"], strict=True)
    }


@cache
def _loaded(model: str) -> Model:
    """Once per process."""
    return load_game(model)


def _answer(
    model: str, small: bool, limits: Images, shard: tuple[list[Claim], dict[str, tuple[str, Path]]], path: Path
) -> None:
    claims, places = shard
    found: list[Margin] = []
    for start in range(0, len(claims), PER_BATCH):  # so many decoded pictures are in memory at a time
        asked = []
        for claim in claims[start : start + PER_BATCH]:
            data = claim.picture if claim.picture is not None else locators.read_bytes(*places[claim.image])
            picture = locators.decode(data, claim.image, limits)
            question = Question(picture, claim.question, claim.choices, claim.kind)
            asked.append(Expected(question, claim.answer, claim.rivals))
        with with_threads(small):
            found += margins(_loaded(model), asked)
    nats = pa.array([round(one.nats, 4) for one in found], pa.float64())
    unsaid = pa.array([one.unsaid for one in found], pa.string())
    write_table(path, pa.table({"key": [claim.key for claim in claims], "margin": nats, "unsaid": unsaid}))
