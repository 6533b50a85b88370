"""Asking a served model: every request once, a few at a time, each reply kept before it is counted as done."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from twokeys.audit.models.hosts import Hosts, Server
from twokeys.audit.served.kept import Facts, Kept, facts, place
from twokeys.audit.served.spending import Spending, Tokens, expected
from twokeys.audit.served.wire import Refused, Wire
from twokeys.core.errors import BadInput, clipped
from twokeys.core.items import canonical_json, digest
from twokeys.core.progress import Say, aside, note

T = TypeVar("T")
R = TypeVar("R")
COMPLETIONS, CHAT = "/completions", "/chat/completions"
OLDER, NEWER = "max_tokens", "max_completion_tokens"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
UNKNOWN = (400, 404, 405, 410, 415, 422, 501)
"""Statuses of servers that do not know a request."""
READ_AGAIN = 3
"""Times that a request is sent whose answer is JSON of another form than the protocol's."""


class Unreadable(ValueError):  # noqa: N818 - it is named after the answer
    """An answer of another form than the protocol's."""


@dataclass(frozen=True)
class Ask:
    """A request.

    Attributes:
        path: `COMPLETIONS` or `CHAT`.
        body: The body of the request, without the model's name.
        prompt: The text that the model reads, for what is expected of tokens.
        most: Tokens that it may reply.
        purpose: What is read off the answer beside the text: requests that differ in it are kept apart.
    """

    path: str
    body: dict[str, Any]
    prompt: str
    most: int
    purpose: str = ""


def named(where: str, address: str, hosts: Hosts) -> tuple[Server, str]:
    """Server and model of an address.

    Raises:
        BadInput: When the user named no such host, or the address names no model.
    """
    server, model = hosts.require(where, address), address.partition("#")[2]
    if not model:
        remedy = "add the model after #, as in http://localhost:8000/v1#my-model"
        raise BadInput(where, None, f"{address!r} names no model", "an address and a model", remedy)
    return server, model


def strange(server: Server, path: str, body: Any) -> BadInput:
    """The error for an answer that does not have the protocol's form."""
    problem = f"the server sent {clipped(canonical_json(_plain(body)), 200)}"
    allowed = "an answer in the form of OpenAI's protocol"
    return BadInput(f"{server.url}{path}", None, problem, allowed, "check the address")


class Asker:
    """One served model, and what it replied before.

    Args:
        server: The server, which the user named.
        model: The model, as the server calls it.
        folder: The run folder, in which replies are kept.
        spending: What the command may spend.
        at_once: Requests that may be under way at once.
        wire: The connection; a usual one when None.
    """

    def __init__(
        self, server: Server, model: str, folder: Path, spending: Spending, at_once: int = 4, wire: Wire | None = None
    ) -> None:
        self.server, self.model, self.spending, self.at_once = server, model, spending, at_once
        self.wire = wire or Wire(server)
        self.renamed: dict[str, str] = {}
        """Parameters that this server knows by another name."""
        self.kept = Kept(place(folder, model, server.url))

    def known(self, ask: Ask) -> bool:
        """Whether a request was replied to before."""
        return self.kept.get(self.id(ask)) is not None

    def one(self, ask: Ask, read: Callable[[Any], Any]) -> Any:
        """Ask, unless it was replied to before.

        Args:
            ask: The request.
            read: Reads off the server's answer what is kept of it, as JSON values; raises `Unreadable`, or any error of
                a look-up, where the answer has not the protocol's form.

        Raises:
            BadInput: When the server cannot be reached, refuses, or does not speak the protocol.
            Halted: When the budget is spent.
        """
        identity = self.id(ask)
        if (reply := self.kept.get(identity)) is not None:
            return reply
        for attempt in range(READ_AGAIN):
            body = self._sent(ask)
            try:
                reply = read(body)
                if reply is None:
                    raise Unreadable("nothing was read")
                break
            except (Unreadable, KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
                if attempt == READ_AGAIN - 1:
                    raise strange(self.server, ask.path, body) from error
        spent = Tokens.of(body, ask.prompt, str(reply))
        self.kept.add(identity, {"reply": reply, "tokens": [spent.prompt, spent.reply], "by": _signed(body)})
        return reply

    def over(self, function: Callable[[T], R], things: Sequence[T], say: Say, stage: str) -> list[R]:
        """Call a function that asks for every one of some things, a few at a time.

        What is under way when one call fails is finished, since it is paid for, and kept.

        Args:
            function: Asks by `one`, any number of times.
            things: What it is called with.
            say: Told how far the work is, and what was spent.
            stage: What the work is called there.
        """
        done, reported = 0, 0.0
        with ThreadPoolExecutor(self.at_once) as pool:
            futures = [pool.submit(function, thing) for thing in things]
            try:
                waiting = set(futures)
                while waiting:
                    ended, waiting = wait(waiting, timeout=0.5, return_when=FIRST_EXCEPTION)
                    for future in ended:
                        future.result()
                    done = sum(future.done() for future in futures)
                    if time.monotonic() - reported > 1:
                        reported = time.monotonic()
                        aside(say, stage, f"{self.model}: {self.spending.told}")
                        if done < len(things):
                            say(stage, done, len(things))
            except BaseException:
                self.wire.stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            finally:
                pool.shutdown(wait=True)
                self.wire.stopped.clear()
                self.kept.close()
        return [future.result() for future in futures]

    def foretell(self, asks: Sequence[Ask], say: Say, least: bool = False) -> None:
        """Say what is still to be asked, and what that will cost, before anything is sent.

        Args:
            asks: The requests.
            say: Told in words.
            least: Whether more requests may follow from the replies.
        """
        new = [ask for ask in asks if not self.known(ask)]
        prompt, reply = sum(expected(ask.prompt) for ask in new), sum(ask.most for ask in new)
        cost = self.spending.cost(prompt, reply)
        there = f"; {len(asks) - len(new):,} replies are there" if len(asks) > len(new) else ""
        count = f"{'at least ' if least else ''}{len(new):,} requests"
        note(say, f"{self.model} at {self.server.shown}: {count}, {'' if least else 'about '}{cost}{there}")

    @property
    def facts(self) -> Facts:
        """Facts about the model from its replies."""
        return facts(self.kept.path, self.model, self.server.url)

    def _sent(self, ask: Ask) -> Any:
        """Send, and count what it costs."""
        reserved = Tokens(expected(ask.prompt), ask.most)
        self.spending.reserve(reserved)
        spent: Tokens | None = None
        try:
            body = self._posted(ask)
            spent = Tokens.of(body, ask.prompt, "")
        finally:
            self.spending.settle(reserved, spent)
        return body

    def _posted(self, ask: Ask) -> Any:
        """Send; and once more where the server says that it knows a parameter by its newer name."""
        body = {self.renamed.get(name, name): value for name, value in ask.body.items()}
        try:
            return self.wire.post(ask.path, {"model": self.model, **body}, self.spending.sent)
        except Refused as error:
            if error.status != 400 or self.renamed or NEWER not in error.problem or OLDER not in body:
                raise
            self.renamed = {OLDER: NEWER}
        return self._posted(ask)

    def id(self, ask: Ask) -> str:
        """The identity of a request."""
        return digest("ask", self.server.url, self.model, ask.path, canonical_json(ask.body), ask.purpose)


def supported(asker: Asker, ask: Ask, read: Callable[[Any], Any]) -> Any | None:
    """What a server answers to a request that it may not know; None where it does not, which is kept like a reply.

    Raises:
        BadInput: When the server cannot be reached, or wants another key.
    """
    unknown = f"unknown {asker.id(ask)}"
    if asker.kept.get(unknown) is not None:
        return None
    try:
        return asker.one(ask, read)
    except BadInput as error:
        other_form = isinstance(error.__cause__, ValueError | LookupError | TypeError | AttributeError)
        if not other_form and not (isinstance(error, Refused) and error.status in UNKNOWN):
            raise
    asker.kept.add(unknown, {"reply": False, "tokens": [0, 0], "by": ""})
    return None


def text(value: Any) -> str:
    """A text of a server's answer, without what is no Unicode and what would move a terminal's cursor.

    Raises:
        Unreadable: When it is none.
    """
    if not isinstance(value, str):
        raise Unreadable("no text")
    plain = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return CONTROL.sub(" ", plain)


def _signed(body: Any) -> str:
    """The server's name of the model."""
    named = [body.get(name) for name in ("model", "system_fingerprint")] if isinstance(body, dict) else []
    # A file's name without its folders: where it lies on the server is nobody's business.
    return " ".join(text(each).replace("\\", "/").rpartition("/")[2][:80] for each in named if isinstance(each, str))


def _plain(value: Any) -> Any:
    """A value that JSON can hold: any other value becomes a text."""
    return str(value) if not isinstance(value, str) else text(value)
