"""How likely a served model finds answers after a prompt: sums of log-probabilities over the answers' tokens, in nats.

Two ways, whichever the server has. Some repeat the prompt with the log-probability of each of its tokens (`echo`): an
answer is then scored by one request that ends with it. Others list the likeliest next tokens: an answer is then
followed token by token, each time by the longest listed token with which the rest of it begins; a word that is no token
is followed in all its cuts, and the likeliest counts. Answers that begin alike share their requests. A token that is
not listed is at most as likely as the list's last, and bounds the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from twokeys.audit.served.asking import COMPLETIONS, Ask, Asker, Unreadable, text
from twokeys.core.items import digest

MANY, WIDE, FEWEST = 1_000, 20_000, 50
"""Next tokens that are asked for, as many where an answer does not go on with a whole word among them, and the fewest
with which answers can be followed."""
LETTERS = 2
"""Letters of a part of a word, at least, that is followed beside the longest."""
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


def followed(asker: Asker, prompt: str, answers: Sequence[str], wide: int = WIDE) -> list[Scored]:
    """Score answers token by token; answers that begin alike share requests.

    Args:
        asker: Asks the model.
        prompt: What the answers follow.
        answers: The answers.
        wide: Tokens that are listed where the usual number does not hold the whole word that comes next; 0: no more.
    """
    found: dict[str, float] = {}
    at_most: dict[str, float] = {}

    def follow(before: str, total: float, rest: dict[str, str]) -> None:
        """Score what is left of some answers, `rest`: what is left -> the answer."""
        whole = prompt + before
        first = _ask(asker, whole, sorted(rest), MANY)
        unsure = [left for left in sorted(rest) if _inside_word(left, _longest(left, first))]
        more = _ask(asker, whole, unsure, wide) if unsure and wide else first
        onward: dict[str, dict[str, str]] = {}
        for left, answer in rest.items():
            listed = more if left in unsure else first
            token = _longest(left, listed)
            if not token or _inside_word(left, token):  # a longer token would be as likely as what is left, at most
                at_most[answer] = max(total + listed["rest"], at_most.get(answer, -math.inf))
            for start in _starts(left, token, listed):
                if start == left:
                    found[answer] = max(total + listed["tokens"][start], found.get(answer, -math.inf))
                else:
                    onward.setdefault(start, {})[left[len(start) :]] = answer
        for token, further in onward.items():
            logs = first["tokens"].get(token, more["tokens"].get(token))
            follow(before + token, total + logs, further)

    follow("", 0.0, {answer: answer for answer in answers if answer})
    return [_scored(answer, found, at_most) for answer in answers]


def _scored(answer: str, found: Mapping[str, float], at_most: Mapping[str, float]) -> Scored:
    """The log-likelihood of the tokens that were followed, or the bound of those that are not listed."""
    value, bound = found.get(answer, -math.inf if answer else 0.0), at_most.get(answer, -math.inf)
    return Scored(max(value, bound), bound > value)


def _ask(asker: Asker, prompt: str, wanted: Sequence[str], many: int) -> dict[str, Any]:
    listed: dict[str, Any] = asker.one(next_tokens(prompt, wanted, many), read_listed(wanted))
    return listed


def _longest(left: str, listed: dict[str, Any]) -> str:
    return max((one for one in listed["tokens"] if left.startswith(one)), key=len, default="")


def _starts(left: str, token: str, listed: dict[str, Any]) -> list[str]:
    """Tokens with which an answer may go on: the longest, and of a word in parts shorter ones too.

    A model may cut the word elsewhere: ` te` and `al`, though there is ` tea`.
    """
    if not token or not _inside_word(left, token):
        return [token] if token else []
    shorter = [one for one in listed["tokens"] if left.startswith(one) and len(one.strip()) >= LETTERS]
    return sorted({token, *shorter})


def _inside_word(left: str, token: str) -> bool:
    """Whether a token ends before the first word does: a longer one may be there that is not listed."""
    return token != left and (not token.strip() or (token[-1].isalnum() and left[len(token)].isalnum()))


def next_tokens(prompt: str, wanted: Sequence[str], many: int = MANY) -> Ask:
    """The request for the likeliest next tokens, of which those are kept with which one of some texts begins."""
    body = {"prompt": prompt, "max_tokens": 1, "temperature": 0, "logprobs": many}
    return Ask(COMPLETIONS, body, prompt, 1, f"listed {digest(*wanted)}")


def read_echo(prompt: str, answer: str) -> Callable[[Any], float]:
    """What reads the log-likelihood of an answer off a repeated prompt."""

    def read(found: Any) -> float:
        logs = found["choices"][0]["logprobs"]
        tokens = [text(token) for token in logs["tokens"]]
        offsets, values = logs["text_offset"], logs["token_logprobs"]
        if not text(found["choices"][0]["text"]).startswith(prompt + answer) or len(offsets) != len(tokens) != 0:
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

    def read(found: Any) -> dict[str, Any]:
        logs = found["choices"][0]["logprobs"]
        every: dict[str, float] = {}
        left = 1.0
        for token, value in _top(logs):
            log = _log(value)
            left -= math.exp(log)
            every[token] = max(log, every.get(token, LEAST))
        if len(every) < FEWEST:
            raise Unreadable(f"{len(every)} tokens are listed")
        least = min(every.values())
        rest = min(least, math.log(left)) if left > 0 else least
        if len(every) < MANY and left < NOTHING:  # shorter than what was asked for: the whole vocabulary
            rest = LEAST
        return {"tokens": {one: log for one, log in every.items() if one and _begins(one, wanted)}, "rest": rest}

    return read


def _begins(token: str, wanted: Sequence[str]) -> bool:
    return any(one.startswith(token) for one in wanted)


def _top(logs: Any) -> list[tuple[str, Any]]:
    """Listed next tokens with their log-probabilities, in the form of completions or in that of chats."""
    if "content" in logs:
        top = logs["content"][0]["top_logprobs"]
        return [(_token(one), one["logprob"]) for one in top]
    return [(text(token), value) for token, value in logs["top_logprobs"][0].items()]


def _token(one: Any) -> str:
    """The text of a token; empty where its bytes are a part of a letter."""
    if not isinstance(one.get("bytes"), list):
        return text(one["token"])
    try:
        return bytes(one["bytes"]).decode()
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
