"""The stage that asks a language model: every question of a corpus once, in shards, and what baselines read of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.builder.measure.language.loading import language_model, ready, size
from twokeys.builder.measure.language.prompts import VERSION, ask
from twokeys.builder.measure.language.served import Prompted, ServedModel, by_option, replies, scores
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.room import needs_of, threads_for
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.items import canonical_json, digest

Floats = NDArray[np.float32]
Entry = tuple[str, list[str]]
T = TypeVar("T")
ANSWERS = 1024
"""Answers to one question in one entry of a shard; more of them are several entries."""
CHARACTERS = 40_000
"""Text per shard: some ten seconds on a core with a small model, so that little is lost with a killed build."""


@dataclass(frozen=True, eq=False)
class Likelihoods(Parts):
    """Log-likelihoods of answers after questions."""

    def by_question(self) -> dict[str, Floats]:
        """Log-likelihoods by question, in the order in which the answers were asked for."""
        parts = [pq.read_table(part) for part in self.parts]
        rows = [(row["question"], row["values"]) for part in parts for row in part.to_pylist()]
        return {
            question: np.concatenate([np.array(values, dtype=np.float32) for _, values in same])
            for question, same in groupby(rows, key=lambda row: row[0])
        }


@dataclass(frozen=True)
class AnswersWanted:
    """What is asked.

    Attributes:
        answers: Question -> the answers whose likelihood after it is wanted.
    """

    answers: Mapping[str, Sequence[str]]

    @property
    def key(self) -> str:
        """Hash of questions and answers, of the prompts, and of how they are cut: parts cut otherwise are of no use."""
        lists = {
            answers: str(number) for number, answers in enumerate(sorted({tuple(a) for a in self.answers.values()}))
        }
        questions = [f"{lists[tuple(self.answers[question])]} {question}" for question in sorted(self.answers)]
        contents = digest(*questions, "", *(digest(*answers) for answers in lists))
        return digest(contents, str(VERSION), str(ANSWERS), str(CHARACTERS))


@stage("likelihoods", version=2)
def likelihoods(space: Workspace, model: NamedModel, asked: AnswersWanted) -> Likelihoods:
    """Score answers after questions by a language model."""
    if isinstance(model, ServedModel):
        found = scores(space.run, model, asked.answers, space.name)
        questions = sorted(found)
        _write(space, questions, [[one.value for one in found[question]] for question in questions])
        return Likelihoods()
    needs = needs_of_language(model.name)
    space.parts(partial(_score, model.name, needs), _shards(asked.answers), needs)
    return Likelihoods()


@stage("shares", version=1)
def shares(space: Workspace, model: ServedModel, cases: Sequence[Prompted]) -> Likelihoods:
    """Log-shares of options among the replies of a served model that is shown all of them."""
    found = replies(space.run, model, cases, space.name)
    _write(space, [case_key(*case) for case in cases], [by_option(found[case], case.choices) for case in cases])
    return Likelihoods()


def case_key(question: str, choices: Sequence[str]) -> str:
    """What tells a question with its options from others."""
    return canonical_json([question, *choices])


OF_QUESTIONS, OF_CHOICES = likelihoods.named("likelihoods-question"), likelihoods.named("likelihoods-choices")


def of_answers(
    run: Run, model: NamedModel, every: Iterable[str], vocabulary: Iterable[str], questions: Sequence[str],
    candidates: Sequence[str],
) -> Floats:  # fmt: skip
    """Log-likelihoods of candidate answers after questions, then after the empty question.

    Every question of the corpus is asked for its most frequent answers at once. A part of the corpus is then read off
    that; only answers that are frequent in the part alone are asked for again.

    Args:
        run: The build under way.
        model: The language model.
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
            found = OF_QUESTIONS(run, model, AnswersWanted(asked)).by_question()
            values = np.stack([found[question] for question in [*questions, ""]])
            column |= {answer: values[:, place] for place, answer in enumerate(answers)}
    whole = np.stack([column[answer] for answer in candidates], axis=1)
    return np.concatenate([whole[:-1], np.broadcast_to(whole[-1:], whole[:-1].shape)], axis=1)


def of_options(
    run: Run, model: NamedModel, every: Iterable[tuple[str, str]], options: Sequence[tuple[str, str]]
) -> Floats:
    """Log-likelihood of options after their question, then after the empty question.

    Where the view hides the question both are the same: the option by itself.

    Args:
        run: The build under way.
        model: The language model.
        every: All (question, option) pairs of the corpus.
        options: (u,) the pairs wanted.

    Returns:
        (u, 2).
    """
    pairs = sorted({*every, *options})
    alone = sorted({option for _, option in pairs})
    prior = OF_CHOICES(run, model, AnswersWanted({"": alone})).by_question()[""]
    empty = dict(zip(alone, prior.tolist(), strict=True))
    asked = {question: [o for _, o in same] for question, same in groupby(pairs, key=lambda pair: pair[0]) if question}
    after = {("", option): value for option, value in empty.items()}
    if asked:
        found = OF_QUESTIONS(run, model, AnswersWanted(asked)).by_question()
        after |= {
            (question, option): value
            for question, texts in asked.items()
            for option, value in zip(texts, found[question].tolist(), strict=True)
        }
    return np.array([(after[pair], empty[pair[1]]) for pair in options], dtype=np.float32)


def of_cases(run: Run, model: ServedModel, every: Iterable[Prompted], cases: Sequence[tuple[Prompted, str]]) -> Floats:
    """Log-shares of options among replies that were shown all options of their item, with the question and without.

    Args:
        run: The build under way.
        model: A served model that gives replies alone.
        every: All questions of the corpus with their options.
        cases: (u,) the options wanted, each with the question and the options that it stands among.

    Returns:
        (u, 2).
    """
    shown = {*every, *(case for case, _ in cases)}
    both = sorted(shown | {Prompted("", case.choices) for case in shown})
    found = shares(run, model, both).by_question()
    return np.array(
        [
            [found[case_key(question, case.choices)][case.choices.index(option)] for question in (case.question, "")]
            for case, option in cases
        ],
        dtype=np.float32,
    )


def needs_of_language(model: str) -> Needs:
    """What a shard needs that runs a language model, given by its name in a recipe."""
    ready(model)  # converted here, once, not by every worker
    return needs_of(size(model))


def _write(space: Workspace, questions: Sequence[str], values: Sequence[Sequence[float]]) -> None:
    """Write what was asked of a server as one part."""
    numbers = pa.array(values, type=pa.list_(pa.float32()))
    write_table(space.folder / "part-00000.parquet", pa.table({"question": list(questions), "values": numbers}))


def _shards(asked: Mapping[str, Sequence[str]]) -> list[list[Entry]]:
    entries = [
        (question, list(asked[question][start : start + ANSWERS]))
        for question in sorted(asked)
        for start in range(0, len(asked[question]), ANSWERS)
    ]
    return cut(entries, [len(question) + sum(map(len, part)) for question, part in entries], CHARACTERS)


def cut(entries: Sequence[T], lengths: Sequence[int], room: int) -> list[list[T]]:
    """Cut entries, in their order, into shards that are full once they hold so much text.

    Args:
        entries: What is cut.
        lengths: Characters of each.
        room: Characters after which a shard takes no further entry.

    Example:
        >>> cut(["abc", "de", "f"], [3, 2, 1], 4)
        [['abc', 'de'], ['f']]
    """
    shards: list[list[T]] = []
    held = room
    for entry, length in zip(entries, lengths, strict=True):
        if held >= room:
            shards.append([])
            held = 0
        shards[-1].append(entry)
        held += length
    return shards


def _score(model: str, needs: Needs, shard: list[Entry], path: Path) -> None:
    from twokeys.builder.measure.language.likelihoods import log_likelihoods

    with threads_for(needs):
        prompts, answers = [ask(question) for question, _ in shard], [texts for _, texts in shard]
        found = log_likelihoods(language_model(model), prompts, answers)
    values = pa.array([row.tolist() for row in found], type=pa.list_(pa.float32()))
    write_table(path, pa.table({"question": [question for question, _ in shard], "values": values}))
