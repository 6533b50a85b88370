"""The way to ask a served model: by log-probabilities if its server returns them, otherwise by replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from twokeys.audit.served.asking import CHAT, COMPLETIONS, Asker, supported
from twokeys.audit.served.likelihoods import MANY, WIDER, echo, next_tokens, read_echo, read_listed
from twokeys.audit.served.replies import read_reply, request
from twokeys.core.errors import BadInput, correction

Protocol = Literal["auto", "completions", "chat"]
Kind = Literal["echo", "listed", "replies"]
TRIED = "Question: Is grass green?\nShort answer:"
WORDS: dict[Kind, str] = {
    "echo": "log-probabilities of the answers, which the server repeats",
    "listed": "log-probabilities of the answers, followed token by token",
    "replies": "replies, read by the parser of answers",
}
"""Kind -> the way in words."""


def known_protocol(name: str | None) -> Protocol | None:
    """A protocol by its name; None for none.

    Raises:
        BadInput: When there is none of that name.
    """
    protocol: Protocol
    for protocol in get_args(Protocol):
        if name == protocol:
            return protocol
    if name is not None:
        names = get_args(Protocol)
        raise BadInput("--protocol", None, f"there is no protocol {name!r}", ", ".join(names), correction(name, names))
    return None


@dataclass(frozen=True)
class Manner:
    """The user's settings for asking served models.

    Attributes:
        protocol: `completions` and `chat` are OpenAI's; `auto` takes completions where they give log-probabilities.
        samples: Replies to every question: one at temperature 0, or so many at temperature 1.
        tokens: Tokens that a reply may have.
        at_once: Requests that may be under way at once; changes no result.
    """

    protocol: Protocol = "auto"
    samples: int = 1
    tokens: int = 32
    at_once: int = 4

    @property
    def key(self) -> str:
        """Everything on which results depend."""
        return f"{self.protocol} {self.samples} {self.tokens}"


@dataclass(frozen=True)
class Way:
    """How a server can be asked.

    Attributes:
        kind: By log-probabilities of one of two kinds, or by replies.
        path: `COMPLETIONS` or `CHAT`.
        wide: Of next tokens, how many can be listed where the usual number does not do; 0: no more.
    """

    kind: Kind
    path: str
    wide: int = 0

    @property
    def words(self) -> str:
        """The way in words."""
        return f"{self.path.strip('/')}: {WORDS[self.kind]}"


def way(asker: Asker, manner: Manner) -> Way:
    """Try what a server can do; what it said is kept like any reply.

    Raises:
        BadInput: When it can do nothing of what the manner allows.
    """
    if manner.protocol != "chat":
        if supported(asker, echo(TRIED, " yes"), read_echo(TRIED, " yes")) is not None:
            return Way("echo", COMPLETIONS)
        for many in (*WIDER, MANY):
            if supported(asker, next_tokens(TRIED, [" yes"], many), read_listed([" yes"])) is not None:
                return Way("listed", COMPLETIONS, many if many > MANY else 0)
    path = COMPLETIONS if manner.protocol == "completions" else CHAT
    if supported(asker, request(path, "Is grass green?", (), manner.tokens, None), read_reply) is None:
        problem = f"the server gives no {path.strip('/')}"
        remedy = "check the address and the model, or name another protocol"
        raise BadInput(asker.server.url, None, problem, "auto, completions or chat", remedy)
    return Way("replies", path)
