"""What one model answers of items without their image: the question, the options alone, the options removed."""

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
"""Text of a shard of prompts that a local model continues."""
SCORES = likelihoods.named("likelihoods-blind")


class Item(NamedTuple):
    """An item as a model is asked about it."""

    id: str
    question: str
    choices: tuple[str, ...]
    answer: str
    answer_type: str
    compared: str


class Answered(NamedTuple):
    """What a model answers to an item.

    Attributes:
        id: The item.
        asked: What the model was shown.
        answer: What it answers, in its words or as an option.
        right: Whether it does so rightly; of several replies, whether most of them do.
        share: Share of the replies that are right, or the probability of the gold answer.
    """

    id: str
    asked: Asked
    answer: str
    right: bool
    share: float


@dataclass(frozen=True, eq=False)
class BlindAnswers(Result):
    """What a model answers.

    Attributes:
        table: Columns of `Answered`.
    """

    table: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Continued(Parts):
    """What a local model goes on with."""

    def by_prompt(self) -> dict[str, str]:
        """Lines by prompt."""
        parts = [pq.read_table(part).to_pylist() for part in self.parts]
        return {row["prompt"]: row["line"] for part in parts for row in part}


@stage("blind", version=1)
def blind(space: Workspace, model: NamedModel, items: KeyedTable, candidates: int) -> BlindAnswers:
    """Ask a model about items without their image.

    Args:
        space: Where the work is done.
        model: A language model that is loaded here, or a served one.
        items: `id`, `question`, `choices`, `answer`, `answer_type`, `compared`.
        candidates: Most frequent answers of a type among which a model that gives log-probabilities chooses.
    """
    cells = zip(*(items.frame[name] for name in Item._fields), strict=True)
    rows = [
        Item(identity, question, tuple(choices), answer, kind, compared)
        for identity, question, choices, answer, kind, compared in cells
    ]
    by_replies = isinstance(model, ServedModel) and way_of(space.run, model).kind == "replies"
    work: Callable[..., list[Answered]] = _replied if by_replies else _scored
    found = work(space.run, model, rows, candidates)
    table = pd.DataFrame(found, columns=list(Answered._fields))
    return BlindAnswers(table.astype({"right": bool, "share": float}))


def _scored(run: Run, model: NamedModel, items: Sequence[Item], candidates: int) -> list[Answered]:
    """Compare log-likelihoods of the options, or of the most frequent answers of the item's type."""
    frequent = frequent_answers(items, candidates)
    wanted: dict[str, set[str]] = {"": set()}
    for item in items:
        for question in (item.question, ""):
            wanted.setdefault(question, set()).update(item.choices or frequent[item.answer_type])
    asked = {question: sorted(answers) for question, answers in wanted.items() if answers}
    if not asked:
        return []
    values = SCORES(run, model, AnswersWanted(asked)).by_question()
    score = {
        question: dict(zip(answers, map(float, values[question]), strict=True)) for question, answers in asked.items()
    }
    found = []
    for item in items:
        answers = item.choices or frequent[item.answer_type]
        after, empty = (np.array([score[question][one] for one in answers]) for question in (item.question, ""))
        found += [_likeliest(item, "question", answers, after), _likeliest(item, "calibrated", answers, after - empty)]
        if item.choices:
            found.append(_likeliest(item, "choices", answers, empty))
    with_options = [item for item in items if item.choices]
    said = _continued(run, model, sorted({item.question for item in with_options}))
    return [*found, *(_recalled(item, [said[item.question]]) for item in with_options)]


def frequent_answers(items: Sequence[Item], most: int) -> dict[str, tuple[str, ...]]:
    """The most frequent answers of open items by type; ties go by spelling."""
    counts = pd.DataFrame([(item.answer_type, item.compared) for item in items if not item.choices], columns=["t", "a"])
    found: dict[str, tuple[str, ...]] = {}
    for kind, part in counts.groupby("t")["a"]:
        number = part.value_counts()
        found[str(kind)] = tuple(sorted(number.index, key=lambda answer: (-int(number[answer]), answer))[:most])
    return found


def _likeliest(item: Item, asked: Asked, answers: Sequence[str], scores: np.ndarray) -> Answered:
    gold = item.answer if item.choices else item.compared
    shares = np.exp(scores - np.logaddexp.reduce(scores))
    share = float(shares[list(answers).index(gold)]) if gold in answers else 0.0
    picked = answers[int(scores.argmax())]
    return Answered(item.id, asked, picked, picked == gold, round(share, 4))


def _replied(run: Run, model: ServedModel, items: Sequence[Item], candidates: int) -> list[Answered]:
    """Read replies; the prior of an item with options is what is replied where its question is hidden."""
    with_options = [item for item in items if item.choices]
    prompts = [Prompted(item.question, item.choices) for item in items]
    prompts += [Prompted("", item.choices) for item in with_options]
    prompts += [Prompted(item.question) for item in with_options]
    said = replies(run, model, prompts, "blind")
    found = [_marked(item, "question", said[Prompted(item.question, item.choices)]) for item in items]
    for item in with_options:
        shown, hidden = said[Prompted(item.question, item.choices)], said[Prompted("", item.choices)]
        difference = np.array(by_option(shown, item.choices)) - np.array(by_option(hidden, item.choices))
        found += [
            _likeliest(item, "calibrated", item.choices, difference),
            _marked(item, "choices", hidden),
            _recalled(item, said[Prompted(item.question)]),
        ]
    return found


def _marked(item: Item, asked: Asked, said: Sequence[str]) -> Answered:
    """Mark replies to an item as it is published."""
    hits = [marked(reply, item.answer_type, item.choices, item.answer) for reply in said]
    return _most(item, asked, said, hits)


def _recalled(item: Item, said: Sequence[str]) -> Answered:
    """Mark replies to an item whose options were not shown: they must say the gold option."""
    kind = "open" if item.answer_type == "choice" else item.answer_type
    return _most(item, "recall", said, [marked(reply, kind, (), item.answer) for reply in said])


def _most(item: Item, asked: Asked, said: Sequence[str], hits: Sequence[bool]) -> Answered:
    share = float(np.mean(hits))
    right = share > 0.5
    shown = next(reply for reply, hit in zip(said, hits, strict=True) if hit == right)
    return Answered(item.id, asked, shown, right, round(share, 4))


def _continued(run: Run, model: NamedModel, questions: Sequence[str]) -> Mapping[str, str]:
    """What a model that gives log-probabilities goes on with after questions alone."""
    if not questions:
        return {}
    if isinstance(model, ServedModel):
        return first_lines(run, model, questions)
    said = continue_prompts(run, model, [ask(question) for question in questions]).by_prompt()
    return {question: said[ask(question)] for question in questions}


@stage("blind-lines", version=1)
def continue_prompts(space: Workspace, model: NamedModel, prompts: Sequence[str]) -> Continued:
    """Let a local model go on after prompts."""
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
            found = lines(language_model(self.model), prompts)
        write_table(path, pa.table({"prompt": prompts, "line": found}))
