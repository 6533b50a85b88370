"""The stage that asks a language model every question of a corpus once, in shards, and the matrices made of it."""

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
"""Most answers to a question in an entry of a shard; more answers are several entries."""
CHARACTERS = 40_000
"""Characters of a shard: about ten seconds on a core with a small model, so that a killed build loses little."""


@dataclass(frozen=True, eq=False)
class Likelihoods(Parts):
    """Log-likelihoods of answers after questions."""

    def by_question(self) -> dict[str, Floats]:
        """Question -> log-likelihoods of its answers, in the order in which they were requested."""
        parts = [pq.read_table(part) for part in self.parts]
        rows = [(row["question"], row["values"]) for part in parts for row in part.to_pylist()]
        return {
            question: np.concatenate([np.array(values, dtype=np.float32) for _, values in same])
            for question, same in groupby(rows, key=lambda row: row[0])
        }


@dataclass(frozen=True)
class AnswersWanted:
    """Requested likelihoods.

    Attributes:
        answers: Question -> the answers to score after it.
    """

    answers: Mapping[str, Sequence[str]]

    @property
    def key(self) -> str:
        """Hash of questions, answers and prompts, and of the sizes of shards: parts of other sizes are useless."""
        distinct = sorted({tuple(answers) for answers in self.answers.values()})
        lists = {answers: str(number) for number, answers in enumerate(distinct)}
        questions = [f"{lists[tuple(self.answers[question])]} {question}" for question in sorted(self.answers)]
        contents = digest(*questions, "", *(digest(*answers) for answers in lists))
        return digest(contents, str(VERSION), str(ANSWERS), str(CHARACTERS))


@stage("likelihoods", version=2)
def likelihoods(space: Workspace, model: NamedModel, asked: AnswersWanted) -> Likelihoods:
    """Score answers after questions by a language model."""
    if isinstance(model, ServedModel):
        scored = scores(space.run, model, asked.answers, space.name)
        questions = sorted(scored)
        _write(space, questions, [[score.value for score in scored[question]] for question in questions])
        return Likelihoods()
    needs = needs_of_language(model.name)
    space.parts(partial(_score, model.name, needs), _shards(asked.answers), needs)
    return Likelihoods()


@stage("shares", version=1)
def shares(space: Workspace, model: ServedModel, cases: Sequence[Prompted]) -> Likelihoods:
    """Compute log-shares of options among the replies of a served model that sees all options."""
    replied = replies(space.run, model, cases, space.name)
    _write(space, [case_key(*case) for case in cases], [by_option(replied[case], case.choices) for case in cases])
    return Likelihoods()


def case_key(question: str, choices: Sequence[str]) -> str:
    """Return a key of a question with its options."""
    return canonical_json([question, *choices])


OF_QUESTIONS, OF_CHOICES = likelihoods.named("likelihoods-question"), likelihoods.named("likelihoods-choices")


def of_answers(
    run: Run, model: NamedModel, every: Iterable[str], vocabulary: Iterable[str], questions: Sequence[str],
    candidates: Sequence[str],
) -> Floats:  # fmt: skip
    """Return log-likelihoods of candidate answers after questions, then after the empty question.

    The most frequent answers of the corpus are scored after all its questions at once. Parts of the corpus reuse these
    scores; only answers that are frequent in a part alone are scored again.

    Args:
        run: The current build.
        model: The language model.
        every: All questions of the corpus.
        vocabulary: The most frequent answers of the corpus.
        questions: (u,) requested questions.
        candidates: (c,) requested answers.

    Returns:
        (u, 2 c).
    """
    frequent = sorted(set(vocabulary))
    more = sorted(set(candidates) - set(frequent))
    column: dict[str, Floats] = {}
    for answers, asked in ((frequent, [*every, *questions, ""]), (more, [*questions, ""])):
        if answers:
            scored = OF_QUESTIONS(run, model, AnswersWanted(dict.fromkeys(asked, answers))).by_question()
            values = np.stack([scored[question] for question in [*questions, ""]])
            column |= {answer: values[:, place] for place, answer in enumerate(answers)}
    whole = np.stack([column[answer] for answer in candidates], axis=1)
    return np.concatenate([whole[:-1], np.broadcast_to(whole[-1:], whole[:-1].shape)], axis=1)


def of_options(
    run: Run, model: NamedModel, every: Iterable[tuple[str, str]], options: Sequence[tuple[str, str]]
) -> Floats:
    """Return log-likelihoods of options after their question, then after the empty question.

    If the view hides the question, both are the same: the option alone.

    Args:
        run: The current build.
        model: The language model.
        every: All (question, option) pairs of the corpus.
        options: (u,) requested pairs.

    Returns:
        (u, 2).
    """
    pairs = sorted({*every, *options})
    alone = sorted({option for _, option in pairs})
    prior = OF_CHOICES(run, model, AnswersWanted({"": alone})).by_question()[""]
    empty = dict(zip(alone, prior.tolist(), strict=True))
    by_question = groupby(pairs, key=lambda pair: pair[0])
    options_of = {question: [option for _, option in same] for question, same in by_question if question}
    after = {("", option): value for option, value in empty.items()}
    if options_of:
        scored = OF_QUESTIONS(run, model, AnswersWanted(options_of)).by_question()
        after |= {
            (question, option): value
            for question, texts in options_of.items()
            for option, value in zip(texts, scored[question].tolist(), strict=True)
        }
    return np.array([(after[pair], empty[pair[1]]) for pair in options], dtype=np.float32)


def of_cases(run: Run, model: ServedModel, every: Iterable[Prompted], cases: Sequence[tuple[Prompted, str]]) -> Floats:
    """Return log-shares of options among replies to all options of their item, with the question and without.

    Args:
        run: The current build.
        model: A served model that gives only replies.
        every: All questions of the corpus with their options.
        cases: (u,) requested options, each with its question and all options.

    Returns:
        (u, 2).
    """
    shown = {*every, *(case for case, _ in cases)}
    both = sorted(shown | {Prompted("", case.choices) for case in shown})
    shares_of = shares(run, model, both).by_question()

    def share(question: str, case: Prompted, option: str) -> float:
        return float(shares_of[case_key(question, case.choices)][case.choices.index(option)])

    rows = [(share(case.question, case, option), share("", case, option)) for case, option in cases]
    return np.array(rows, dtype=np.float32)


def needs_of_language(model: str) -> Needs:
    """Return the needs of a shard that runs a language model, given by its name in a recipe."""
    ready(model)  # conversion happens here, once, not in every worker
    return needs_of(size(model))


def _write(space: Workspace, questions: Sequence[str], values: Sequence[Sequence[float]]) -> None:
    """Write the results of a served model as a single part."""
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
    """Cut entries, in their order, into shards that are full once they hold a number of characters.

    Args:
        entries: The entries.
        lengths: Characters of each entry.
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
        scored = log_likelihoods(language_model(model), prompts, answers)
    values = pa.array([row.tolist() for row in scored], type=pa.list_(pa.float32()))
    write_table(path, pa.table({"question": [question for question, _ in shard], "values": values}))
