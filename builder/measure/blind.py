"""Answers of a model to items without their image: to the question, to the options alone, and without the options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.measure.language.prompts import ask
from twokeys.builder.measure.language.served import Prompted, ServedModel, by_option, first_lines, replies, way_of
from twokeys.builder.measure.language.stage import AnswersWanted, cut, likelihoods, needs_of_language
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import KeyedTable, NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts, Result
from twokeys.builder.run.room import threads_for
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.answers.marking import right as marked
from twokeys.data_cards.panel import Asked

CHARACTERS = 20_000
"""Most characters of a shard of prompts that a local model continues."""
SCORES = likelihoods.named("likelihoods-blind")


class Item(NamedTuple):
    """An item, as far as models answer it."""

    id: str
    question: str
    choices: tuple[str, ...]
    answer: str
    answer_type: str
    compared: str


class Answered(NamedTuple):
    """The answer of a model to an item.

    Attributes:
        id: The item.
        asked: Which parts of the item the model was shown.
        answer: The answer, in the model's words or as an option.
        right: Whether the answer is right; of several replies, whether most of them are.
        share: Share of the replies that are right, or the probability of the gold answer.
    """

    id: str
    asked: Asked
    answer: str
    right: bool
    share: float


@dataclass(frozen=True, eq=False)
class BlindAnswers(Result):
    """The answers of a model.

    Attributes:
        table: Columns of `Answered`.
    """

    table: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Continued(Parts):
    """Lines with which a local model continues prompts."""

    def by_prompt(self) -> dict[str, str]:
        """Prompt -> line."""
        parts = [pq.read_table(part).to_pylist() for part in self.parts]
        return {row["prompt"]: row["line"] for part in parts for row in part}


@stage("blind", version=1)
def blind(space: Workspace, model: NamedModel, items: KeyedTable, candidates: int) -> BlindAnswers:
    """Let a model answer items without their image.

    Args:
        space: Where the work is done.
        model: A local language model, or a served model.
        items: `id`, `question`, `choices`, `answer`, `answer_type`, `compared`.
        candidates: Most frequent answers of a type; a model that gives log-probabilities chooses among them.
    """
    cells = zip(*(items.frame[name] for name in Item._fields), strict=True)
    rows = [
        Item(identity, question, tuple(choices), answer, kind, compared)
        for identity, question, choices, answer, kind, compared in cells
    ]
    by_replies = isinstance(model, ServedModel) and way_of(space.run, model).kind == "replies"
    work: Callable[..., list[Answered]] = _replied if by_replies else _scored
    answers = work(space.run, model, rows, candidates)
    table = pd.DataFrame(answers, columns=list(Answered._fields))
    return BlindAnswers(table.astype({"right": bool, "share": float}))


def _scored(run: Run, model: NamedModel, items: Sequence[Item], candidates: int) -> list[Answered]:
    """Compare log-likelihoods of the options, or of the most frequent answers of the item's type."""
    frequent = frequent_answers(items, candidates)
    wanted: dict[str, set[str]] = {"": set()}
    for item in items:
        for question in (item.question, ""):
            wanted.setdefault(question, set()).update(item.choices or frequent[item.answer_type])
    to_score = {question: sorted(answers) for question, answers in wanted.items() if answers}
    if not to_score:
        return []
    values = SCORES(run, model, AnswersWanted(to_score)).by_question()
    score = {
        question: dict(zip(answers, map(float, values[question]), strict=True))
        for question, answers in to_score.items()
    }
    answered = []
    for item in items:
        answers = item.choices or frequent[item.answer_type]
        after, empty = (np.array([score[question][text] for text in answers]) for question in (item.question, ""))
        answered.append(_likeliest(item, "question", answers, after))
        answered.append(_likeliest(item, "calibrated", answers, after - empty))
        if item.choices:
            answered.append(_likeliest(item, "choices", answers, empty))
    with_options = [item for item in items if item.choices]
    lines = _continued(run, model, sorted({item.question for item in with_options}))
    return [*answered, *(_recalled(item, [lines[item.question]]) for item in with_options)]


def frequent_answers(items: Sequence[Item], most: int) -> dict[str, tuple[str, ...]]:
    """Map each type to the most frequent answers of its open items; ties are ordered by spelling."""
    counts = pd.DataFrame([(item.answer_type, item.compared) for item in items if not item.choices], columns=["t", "a"])
    answers_of: dict[str, tuple[str, ...]] = {}
    for kind, part in counts.groupby("t")["a"]:
        number = part.value_counts()
        answers_of[str(kind)] = tuple(sorted(number.index, key=lambda answer: (-int(number[answer]), answer))[:most])
    return answers_of


def _likeliest(item: Item, asked: Asked, answers: Sequence[str], scores: np.ndarray) -> Answered:
    gold = item.answer if item.choices else item.compared
    shares = np.exp(scores - np.logaddexp.reduce(scores))
    share = float(shares[list(answers).index(gold)]) if gold in answers else 0.0
    picked = answers[int(scores.argmax())]
    return Answered(item.id, asked, picked, picked == gold, round(share, 4))


def _replied(run: Run, model: ServedModel, items: Sequence[Item], candidates: int) -> list[Answered]:
    """Read replies; the prior of an item with options is given by the replies to its options without the question."""
    with_options = [item for item in items if item.choices]
    prompts = [Prompted(item.question, item.choices) for item in items]
    prompts += [Prompted("", item.choices) for item in with_options]
    prompts += [Prompted(item.question) for item in with_options]
    replies_to = replies(run, model, prompts, "blind")
    answered = [_marked(item, "question", replies_to[Prompted(item.question, item.choices)]) for item in items]
    for item in with_options:
        shown, hidden = replies_to[Prompted(item.question, item.choices)], replies_to[Prompted("", item.choices)]
        difference = np.array(by_option(shown, item.choices)) - np.array(by_option(hidden, item.choices))
        answered += [
            _likeliest(item, "calibrated", item.choices, difference),
            _marked(item, "choices", hidden),
            _recalled(item, replies_to[Prompted(item.question)]),
        ]
    return answered


def _marked(item: Item, asked: Asked, replies: Sequence[str]) -> Answered:
    """Mark replies to an item with all its options."""
    hits = [marked(reply, item.answer_type, item.choices, item.answer) for reply in replies]
    return _most(item, asked, replies, hits)


def _recalled(item: Item, replies: Sequence[str]) -> Answered:
    """Mark replies to an item without its options: they must give the text of the gold option."""
    kind = "open" if item.answer_type == "choice" else item.answer_type
    return _most(item, "recall", replies, [marked(reply, kind, (), item.answer) for reply in replies])


def _most(item: Item, asked: Asked, replies: Sequence[str], hits: Sequence[bool]) -> Answered:
    share = float(np.mean(hits))
    right = share > 0.5
    shown = next(reply for reply, hit in zip(replies, hits, strict=True) if hit == right)
    return Answered(item.id, asked, shown, right, round(share, 4))


def _continued(run: Run, model: NamedModel, questions: Sequence[str]) -> Mapping[str, str]:
    """Return the lines with which a model that gives log-probabilities continues questions alone."""
    if not questions:
        return {}
    if isinstance(model, ServedModel):
        return first_lines(run, model, questions)
    lines = continue_prompts(run, model, [ask(question) for question in questions]).by_prompt()
    return {question: lines[ask(question)] for question in questions}


@stage("blind-lines", version=1)
def continue_prompts(space: Workspace, model: NamedModel, prompts: Sequence[str]) -> Continued:
    """Let a local model continue prompts."""
    shards = cut(prompts, list(map(len, prompts)), CHARACTERS)
    needs = needs_of_language(model.name)
    space.parts(_Lines(model.name, needs), shards, needs)
    return Continued()


@dataclass(frozen=True)
class _Lines:
    """Writes the lines of one shard."""

    model: str
    needs: Needs

    def __call__(self, prompts: list[str], path: Path) -> None:
        from twokeys.builder.measure.language.generation import lines
        from twokeys.builder.measure.language.loading import language_model

        with threads_for(self.needs):
            continued = lines(language_model(self.model), prompts)
        write_table(path, pa.table({"prompt": prompts, "line": continued}))
