"""A model behind a server of OpenAI's chat protocol: it can be evaluated by its replies, but not explained."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image

from twokeys.audit.models.hosts import Hosts
from twokeys.audit.models.model import Question
from twokeys.audit.served.asking import CHAT, named, strange
from twokeys.audit.served.replies import read_reply
from twokeys.audit.served.wire import Wire
from twokeys.audit.wording import worded
from twokeys.core.pictures.shown import upright
from twokeys.core.pictures.uris import data_uri

TOKENS, AT_ONCE = 32, 4


class Endpoint:
    """A served model.

    Args:
        address: `http://host/v1#model`.
        hosts: Hosts that the user named; the host of the address must be among them.
        instruction: How to answer, put after the question; None for the usual one.
        wait: Seconds before the second try; doubled each time.
    """

    several = True
    """The protocol takes several images in one turn; a server whose model takes one says so."""

    def __init__(self, address: str, hosts: Hosts, instruction: str | None = None, wait: float = 1.0) -> None:
        self.server, self.model = named("--model", address, hosts)
        self.instruction, self.wire = instruction, Wire(self.server, wait)

    @property
    def name(self) -> str:
        """The model's name and its server."""
        return f"{self.model}@{self.server.shown}"

    def reply(self, questions: Sequence[Question]) -> list[str]:
        """Ask, a few at a time, at temperature 0.

        Raises:
            BadInput: If the server cannot be reached, refuses, or sends no reply.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._reply, questions))

    def _reply(self, question: Question) -> str:
        content: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": _address(picture)}} for picture in question.pictures
        ]
        content.append({"type": "text", "text": worded(question.question, question.choices, self.instruction)})
        reply = self.wire.post(CHAT, {
            "model": self.model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": TOKENS,
            "temperature": 0,
        })  # fmt: skip
        try:
            return read_reply(reply)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            raise strange(self.server, CHAT, reply) from None


def _address(picture: Image.Image) -> str:
    """An image as it is shown, as a data URI."""
    png = io.BytesIO()
    upright(picture).save(png, "PNG")
    return data_uri(png.getvalue(), "image/png")
