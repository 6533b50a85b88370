"""Served language models for the blind baselines: log-likelihoods, or shares of replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twokeys.audit.models.hosts import server
from twokeys.audit.served.asking import COMPLETIONS, Ask, Asker, named
from twokeys.audit.served.likelihoods import Scored, echo, echoed, followed, next_tokens
from twokeys.audit.served.replies import VERSION as REPLIES
from twokeys.audit.served.replies import read_reply, request
from twokeys.audit.served.ways import Manner, Way, way
from twokeys.builder.measure.language.prompts import VERSION, ask, continuation
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.answers.parsing import token
from twokeys.core.answers.picking import picked

Floats = NDArray[np.float32]
LINE = 16
"""Most tokens of the line with which a model continues."""
SPREAD = 0.5
"""Pseudo-count of replies, spread evenly over the answers of a question, so that no answer is impossible."""


@dataclass(frozen=True)
class ServedModel(NamedModel):
    """A served model by its name in the recipe.

    Attributes:
        manner: How the user wants the model to be asked.
    """

    manner: Manner = field(default_factory=Manner)


class Prompted(NamedTuple):
    """A question to a model.

    Attributes:
        question: The question; empty if it is hidden.
        choices: The options in the prompt.
    """

    question: str
    choices: tuple[str, ...] = ()


def served_model(address: str, manner: Manner) -> ServedModel:
    """Return a served model with its identity: its server, and how it is asked."""
    where = server("recipe", address)
    key = f"{address.partition('#')[2]} at {where.url} ({manner.key}, prompts {VERSION}.{REPLIES})"
    return ServedModel(address, key, manner)


def asker(run: Run, model: ServedModel) -> Asker:
    """Return the object that asks the model and keeps its replies in the run folder.

    Raises:
        BadInput: When the user did not name its host.
    """
    return Asker(*named("recipe, encoders", model.name, run.hosts), run.folder, run.spending, model.manner.at_once)


def scores(run: Run, model: ServedModel, answers: Mapping[str, Sequence[str]], stage: str) -> dict[str, list[Scored]]:
    """Return log-likelihoods of answers after questions, which may include the empty question.

    Args:
        run: The current build.
        model: The model.
        answers: Question -> the answers to score.
        stage: Name of the work in progress reports.

    Raises:
        BadInput: When the server cannot be asked.
        Halted: When the budget is spent.
    """
    asking = asker(run, model)
    how = way(asking, model.manner)
    questions = sorted(answers)
    if how.kind == "replies":
        replied = replies(run, model, [Prompted(question) for question in questions], stage)
        return {
            question: [Scored(value, False) for value in by_token(replied[Prompted(question)], answers[question])]
            for question in questions
        }
    texts = {question: [continuation(answer) for answer in answers[question]] for question in questions}
    score = echoed if how.kind == "echo" else partial(followed, wide=how.wide)
    if how.kind == "echo":
        asks = [echo(ask(question), text) for question in questions for text in texts[question]]
    else:
        asks = [next_tokens(ask(question), sorted(set(texts[question]))) for question in questions]
    asking.foretell(asks, run.say, least=how.kind == "listed")
    scored = asking.over(lambda question: score(asking, ask(question), texts[question]), questions, run.say, stage)
    return dict(zip(questions, scored, strict=True))


def replies(run: Run, model: ServedModel, cases: Sequence[Prompted], stage: str) -> dict[Prompted, list[str]]:
    """Return the model's replies to questions: one reply to each, or as many samples as `manner` requests.

    Raises:
        BadInput: When the server cannot be asked.
        Halted: When the budget is spent.
    """
    asking = asker(run, model)
    how, manner = way(asking, model.manner), model.manner
    path = how.path
    numbers = [None] if manner.samples == 1 else range(1, manner.samples + 1)
    unique = sorted(set(cases))
    asks = [request(path, *case, manner.tokens, number) for case in unique for number in numbers]
    asking.foretell(asks, run.say)
    in_order = iter(asking.over(partial(_reply, asking), asks, run.say, stage))
    return {case: [next(in_order) for _ in numbers] for case in unique}


def first_lines(run: Run, model: ServedModel, questions: Sequence[str]) -> dict[str, str]:
    """Return the first line with which a model that gives log-probabilities continues questions alone.

    Raises:
        BadInput: When the server cannot be asked.
        Halted: When the budget is spent.
    """
    asking = asker(run, model)
    asks = [
        Ask(COMPLETIONS, {"prompt": prompt, "max_tokens": LINE, "temperature": 0, "stop": ["\n"]}, prompt, LINE)
        for prompt in map(ask, questions)
    ]
    asking.foretell(asks, run.say)
    return dict(zip(questions, asking.over(partial(_reply, asking), asks, run.say, "blind"), strict=True))


def way_of(run: Run, model: ServedModel) -> Way:
    """Return the way in which the model is asked."""
    return way(asker(run, model), model.manner)


def by_token(replied: Sequence[str], answers: Sequence[str]) -> list[float]:
    """Return log-shares of answers among the replies to a question; each answer is read from the reply alone.

    Example:
        >>> [round(share, 2) for share in by_token(["Yes.", "It is blue"], ["yes", "no"])]
        [-0.18, -1.79]
    """
    tokens = [token(answer) for answer in answers]
    given = map(token, replied)
    return _log_shares([tokens.index(each) for each in given if each in tokens], len(answers))


def by_option(replied: Sequence[str], choices: Sequence[str]) -> list[float]:
    """Return log-shares of options among the replies to a question that shows them."""
    places = [picked(reply, choices)[0] for reply in replied]
    return _log_shares([place for place in places if place is not None], len(choices))


def _log_shares(places: Sequence[int], number: int) -> list[float]:
    counts = np.bincount(np.array(places, dtype=np.int64), minlength=number) + SPREAD / max(number, 1)
    shares: list[float] = np.log(counts / (len(places) + SPREAD)).tolist()
    return shares


def _reply(asking: Asker, asked: Ask) -> str:
    return str(asking.one(asked, read_reply))
