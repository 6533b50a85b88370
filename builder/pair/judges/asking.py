"""Asking a vision-language model about claims: this question about this picture has this answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.audit.games.margins import Expected, Margin, margins
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Model, Question
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.results import Parts
from twokeys.builder.run.room import room_for, weight, with_threads
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.items import digest
from twokeys.core.pictures.decoding import decode

PER_SHARD, PER_BATCH = 256, 16
TWO = (frozenset({"yes", "no"}), frozenset({"true", "false"}))


@dataclass(frozen=True)
class Claim:
    """An answer to a question about a picture.

    Attributes:
        image: Key of the picture.
        picture: Its bytes if an edit made it; None if it is an item's.
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
    two = next((pair for pair in TWO if answer in pair), frozenset())
    others = two if kind == "yes/no" and two else choices if len(choices) else frequent
    return tuple(sorted({*others} - {answer}))


@dataclass(frozen=True, eq=False)
class Margins(Parts):
    """By how much claimed answers beat their rivals."""

    def by_claim(self) -> dict[str, Margin]:
        """Margins by the key of the claim."""
        answers = [pq.read_table(path).to_pydict() for path in self.parts]
        return {
            key: Margin(nats, unsaid)
            for part in answers
            for key, nats, unsaid in zip(part["key"], part["margin"], part["unsaid"], strict=True)
        }


def ask(run: Run, model: NamedModel, claims: Sequence[Claim], pictures: Pictures) -> dict[Claim, Margin]:
    """Ask for the margins of claims, equal ones once.

    Args:
        run: The build under way.
        model: Named as `twokeys evaluate --model` takes it; must give probabilities.
        claims: What is claimed.
        pictures: Images of the items.

    Returns:
        By how much each answer beats its rivals.

    Raises:
        BadInput: When there is no such model, or it gives replies alone.
    """
    unique = {claim.key: claim for claim in claims}
    ordered = sorted(unique.values(), key=lambda claim: (claim.image, claim.key))
    shown = pictures.part(claim.image for claim in ordered if claim.picture is None)
    return {unique[key]: margin for key, margin in ask_model(run, model, ordered, shown).by_claim().items()}


@stage("verify", version=4)
def ask_model(space: Workspace, model: NamedModel, claims: Sequence[Claim], pictures: Pictures) -> Margins:
    """Ask a model for the margins of claims, in shards."""
    parts = [claims[start : start + PER_SHARD] for start in range(0, len(claims), PER_SHARD)]
    shards = [(part, pictures.part(claim.image for claim in part if claim.picture is None)) for part in parts]
    # Loaded here first: a wrong name is said once, and the weights say whether every process has room for them.
    engine, small = room_for(space.run.engine, weight(_loaded(model.name).module))
    space.parts(partial(_answer, model.name, small), shards, engine)
    return Margins()


@cache
def _loaded(model: str) -> Model:
    """Once per process."""
    return load_game(model)


def _expected(claim: Claim, pictures: Pictures) -> Expected:
    """A claim with its image, decoded."""
    made = claim.picture
    image = pictures.decode(claim.image) if made is None else decode(made, claim.image, pictures.limits)
    return Expected(Question(image, claim.question, claim.choices, claim.kind), claim.answer, claim.rivals)


def _answer(model: str, small: bool, shard: tuple[Sequence[Claim], Pictures], path: Path) -> None:
    claims, pictures = shard
    found: list[Margin] = []
    for start in range(0, len(claims), PER_BATCH):
        asked = [_expected(claim, pictures) for claim in claims[start : start + PER_BATCH]]
        with with_threads(small):
            found += margins(_loaded(model), asked)
    nats = pa.array([round(one.nats, 4) for one in found], pa.float64())
    unsaid = pa.array([one.unsaid for one in found], pa.string())
    write_table(path, pa.table({"key": [claim.key for claim in claims], "margin": nats, "unsaid": unsaid}))
