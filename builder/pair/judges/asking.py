"""Asking a vision-language model about claims: this question about this picture has this answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from twokeys.audit.games.margins import Expected, Margin, margins
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Model, Question
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.room import needs_of, threads_for, weight
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.items import digest
from twokeys.core.pictures.decoding import decode

PER_SHARD, PER_BATCH = 512, 32
TWO = (frozenset({"yes", "no"}), frozenset({"true", "false"}))


@dataclass(frozen=True)
class Claim:
    """An answer to a question about a picture.

    Attributes:
        image: Key of the picture.
        picture: Its bytes if an edit made it; None if it is an item's, or an image of the pool.
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

    def claiming(self, answer: str, among: Iterable[str]) -> Claim:
        """The claim of one of several answers to the same question about the same picture."""
        return replace(self, answer=answer, rivals=tuple(sorted({*among} - {answer})))

    @property
    def asked(self) -> tuple[str, str, tuple[str, ...], str]:
        """What a model is asked, whatever answer is claimed: it reads image and question once for all."""
        return self.image, self.question, self.choices, self.kind


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
        BadInput: When there is no such model.
    """
    unique = {claim.key: claim for claim in claims}
    ordered = sorted(unique.values(), key=lambda claim: (claim.asked, claim.key))
    shown = pictures.part(claim.image for claim in ordered if claim.picture is None)
    return {unique[key]: margin for key, margin in ask_model(run, model, ordered, shown).by_claim().items()}


@stage("verify", version=5)
def ask_model(space: Workspace, model: NamedModel, claims: Sequence[Claim], pictures: Pictures) -> Margins:
    """Ask a model for the margins of claims, in shards."""
    parts = [claims[start : start + PER_SHARD] for start in range(0, len(claims), PER_SHARD)]
    shards = [(part, pictures.part(claim.image for claim in part if claim.picture is None)) for part in parts]
    # Loaded here first: a wrong name is said once, and the weights say whether every process has room for them.
    needs = needs_of(weight(_loaded(model.name).module))
    space.parts(partial(_answer, model.name, needs), shards, needs)
    return Margins()


@cache
def _loaded(model: str) -> Model:
    """Once per process."""
    return load_game(model)


def _expected(claims: Sequence[Claim], pictures: Pictures) -> list[Expected]:
    """Claims with their images, each decoded once; those that ask the same share the question."""
    images = {claim.image: claim for claim in claims}
    decoded = {key: _decoded(claim, pictures) for key, claim in images.items()}
    questions = {claim.asked: Question(decoded[claim.image], *claim.asked[1:]) for claim in claims}
    return [Expected(questions[claim.asked], claim.answer, claim.rivals) for claim in claims]


def _decoded(claim: Claim, pictures: Pictures) -> Image.Image:
    made = claim.picture
    return pictures.decode(claim.image) if made is None else decode(made, claim.image, pictures.limits)


def _answer(model: str, needs: Needs, shard: tuple[Sequence[Claim], Pictures], path: Path) -> None:
    claims, pictures = shard
    answers: list[Margin] = []
    for start in range(0, len(claims), PER_BATCH):
        questions = _expected(claims[start : start + PER_BATCH], pictures)
        with threads_for(needs):
            answers += margins(_loaded(model), questions)
    nats = pa.array([round(answer.nats, 4) for answer in answers], pa.float64())
    unsaid = pa.array([answer.unsaid for answer in answers], pa.string())
    write_table(path, pa.table({"key": [claim.key for claim in claims], "margin": nats, "unsaid": unsaid}))
