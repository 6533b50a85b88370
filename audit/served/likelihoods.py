"""How likely a served model finds answers after a prompt: sums of log-probabilities over the answers' tokens, in nats.

Two ways, whichever the server has. Some repeat the prompt with the log-probability of each of its tokens (`echo`): an
answer is then scored by one request that ends with it. Others list the likeliest next tokens: an answer is then
followed token by token, each time by the longest listed token with which the rest of it begins; a word that is no token
is followed in its cuts, the likeliest first, and the likeliest counts. Answers that begin alike share their requests.
A token that is not listed is at most as likely as the list's last, and bounds the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from heapq import heappop, heappush
from typing import Any, NamedTuple

from twokeys.audit.served.asking import COMPLETIONS, Ask, Asker, Unreadable, text
from twokeys.core.items import digest

MANY, FEWEST = 1_000, 50
"""Next tokens that are asked for, and the fewest with which answers can be followed."""
WIDER = (300_000, 20_000)
"""Next tokens that are asked for where an answer does not go on with a whole word among `MANY`: the first number that
the server takes. The larger one is a whole vocabulary."""
NOTHING = 1e-5
"""Probability that may be lost when those of a whole vocabulary are added up."""
LEAST = -1e4
"""No log-probability is taken for less; servers write it in several ways."""


class Scored(NamedTuple):
    """The score of an answer.

    Attributes:
        value: Its log-likelihood.
        bounded: Whether that is an upper bound only.
    """

    value: float
    bounded: bool


def echoed(asker: Asker, prompt: str, answers: Sequence[str]) -> list[Scored]:
    """Score answers by one request each, which the server repeats."""
    return [Scored(float(asker.one(echo(prompt, answer), read_echo(prompt, answer))), False) for answer in answers]


def echo(prompt: str, answer: str) -> Ask:
    """The request that scores one answer."""
    body = {"prompt": prompt + answer, "max_tokens": 1, "temperature": 0, "logprobs": 1, "echo": True}
    return Ask(COMPLETIONS, body, prompt + answer, 1, f"after {len(prompt)}")


def followed(asker: Asker, prompt: str, answers: Sequence[str], wide: int = 0) -> list[Scored]:
    """Score answers token by token; answers that begin alike share requests.

    Args:
        asker: Asks the model.
        prompt: What the answers follow.
        answers: The answers.
        wide: Tokens that are listed where the usual number does not hold the whole word that comes next; 0: no more.
    """

    @cache
    def listed(before: str, many: int) -> dict[str, Any]:
        onward = sorted({answer[len(before) :] for answer in answers if answer.startswith(before)} - {""})
        listed: dict[str, Any] = asker.one(next_tokens(prompt + before, onward, many), read_listed(onward))
        return listed

    return [likeliest_cut(answer, listed, wide) for answer in answers]


def likeliest_cut(answer: str, listed: Callable[[str, int], dict[str, Any]], wide: int) -> Scored:
    """The log-likelihood of an answer in the likeliest of its cuts into tokens.

    The likeliest beginning is always followed next (Dijkstra's way: what follows only lowers a log-likelihood), so the
    first cut that reaches the end is the likeliest one.

    Args:
        answer: The answer.
        listed: Gives the tokens that are listed after a beginning, at most so many.
        wide: As `followed`.
    """
    bound = -math.inf
    waiting, seen = [(0.0, "")], set()
    while waiting:
        cost, before = heappop(waiting)
        if before == answer:
            return Scored(max(-cost, bound), bound > -cost)
        if before in seen:
            continue
        seen.add(before)
        rest = answer[len(before) :]
        here = listed(before, MANY)
        if wide and _inside_word(rest, _longest(rest, here)):
            here = listed(before, wide)
        token = _longest(rest, here)
        if not token or _inside_word(rest, token):  # a longer token would be as likely as what is left, at most
            bound = max(bound, here["rest"] - cost)
        for start in _starts(rest, token, here):
            heappush(waiting, (cost - here["tokens"][start], before + start))
    return Scored(bound, True)


def _longest(rest: str, listed: dict[str, Any]) -> str:
    return max((token for token in listed["tokens"] if rest.startswith(token)), key=len, default="")


def _starts(rest: str, token: str, listed: dict[str, Any]) -> list[str]:
    """Tokens with which an answer may go on: the longest, and of a word in parts shorter ones too.

    A model may cut the word elsewhere: ` te` and `al`, though there is ` tea`; ` ob`, `t` and `use`, though there is
    `tu`.
    """
    if not token or not _inside_word(rest, token):
        return [token] if token else []
    return [each for each in listed["tokens"] if rest.startswith(each) and (each.strip() or each == token)]


def _inside_word(rest: str, token: str) -> bool:
    """Whether a token ends before the first word does: a longer one may be there that is not listed."""
    return token != rest and (not token.strip() or (token[-1].isalnum() and rest[len(token)].isalnum()))


def next_tokens(prompt: str, wanted: Sequence[str], many: int = MANY) -> Ask:
    """The request for the likeliest next tokens, of which those are kept with which one of some texts begins."""
    body = {"prompt": prompt, "max_tokens": 1, "temperature": 0, "logprobs": many}
    return Ask(COMPLETIONS, body, prompt, 1, f"listed {digest(*wanted)}")


def read_echo(prompt: str, answer: str) -> Callable[[Any], float]:
    """What reads the log-likelihood of an answer off a repeated prompt."""

    def read(body: Any) -> float:
        logs = body["choices"][0]["logprobs"]
        tokens = [text(token) for token in logs["tokens"]]
        offsets, values = logs["text_offset"], logs["token_logprobs"]
        if not text(body["choices"][0]["text"]).startswith(prompt + answer) or len(offsets) != len(tokens) != 0:
            raise Unreadable("the prompt is not repeated")
        first = int(offsets[0])
        spans = [
            (int(start) - first, int(start) - first + len(token)) for start, token in zip(offsets, tokens, strict=True)
        ]
        end = len(prompt) + len(answer)
        inside = [at for at, (start, stop) in enumerate(spans) if stop > len(prompt) and start < end]
        if not inside:
            raise Unreadable("no token of the answer")
        return sum(_log(values[at]) for at in inside)

    return read


def read_listed(wanted: Sequence[str]) -> Callable[[Any], dict[str, Any]]:
    """What reads a list of next tokens: those with which one of some texts begins, and what is left for all others."""

    def read(body: Any) -> dict[str, Any]:
        logs = body["choices"][0]["logprobs"]
        every: dict[str, float] = {}
        remaining = 1.0
        for token, value in _top(logs):
            log = _log(value)
            remaining -= math.exp(log)
            every[token] = max(log, every.get(token, LEAST))
        if len(every) < FEWEST:
            raise Unreadable(f"{len(every)} tokens are listed")
        least = min(every.values())
        rest = min(least, math.log(remaining)) if remaining > 0 else least
        if len(every) < MANY and remaining < NOTHING:  # shorter than what was asked for: the whole vocabulary
            rest = LEAST
        return {"tokens": {each: log for each, log in every.items() if each and _begins(each, wanted)}, "rest": rest}

    return read


def _begins(token: str, wanted: Sequence[str]) -> bool:
    return any(text.startswith(token) for text in wanted)


def _top(logs: Any) -> list[tuple[str, Any]]:
    """Listed next tokens with their log-probabilities, in the form of completions or in that of chats."""
    if "content" in logs:
        top = logs["content"][0]["top_logprobs"]
        return [(_token(entry), entry["logprob"]) for entry in top]
    return [(text(token), value) for token, value in logs["top_logprobs"][0].items()]


def _token(entry: Any) -> str:
    """The text of a token; empty where its bytes are a part of a letter."""
    if not isinstance(entry.get("bytes"), list):
        return text(entry["token"])
    try:
        return bytes(entry["bytes"]).decode()
    except UnicodeDecodeError:
        return ""


def _log(value: Any) -> float:
    """A log-probability.

    Raises:
        Unreadable: When it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value > 1e-3:
        raise Unreadable("no log-probability")
    return max(float(value), LEAST)
