"""Replies of a served model to questions without the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twokeys.audit.served.asking import CHAT, Ask, text
from twokeys.audit.wording import worded

VERSION = 1
"""Raised whenever a prompt changes: replies to other prompts are other replies."""
BLIND = "The image is not shown. Guess the most likely answer."
"""Instruction before every question; without it, models decline to answer."""
NOTHING = "The image and the question are not shown. Guess which answer is the right one."
"""Replacement of a hidden question."""
TAIL = "\nAnswer:"


def prompt(question: str, choices: Sequence[str]) -> str:
    r"""What a model is asked without the image; without the question too, where that is empty.

    Example:
        >>> prompt("", ["red", "blue"]).splitlines()[1:]
        ['(A) red', '(B) blue', 'Answer with the letter of the right option.']
    """
    return worded(f"{BLIND}\n{question}" if question else NOTHING, choices)


def request(path: str, question: str, choices: Sequence[str], most: int, sample: int | None) -> Ask:
    """The request for a reply.

    Args:
        path: `COMPLETIONS` or `CHAT`.
        question: The question; empty if it is hidden.
        choices: Its options.
        most: Tokens that may be replied.
        sample: Number of the sample, drawn at temperature 1; None for the likeliest reply.
    """
    text = prompt(question, choices)
    drawn: dict[str, Any] = {"temperature": 0} if sample is None else {"temperature": 1, "seed": sample}
    if path == CHAT:
        body = {"messages": [{"role": "user", "content": text}], "max_tokens": most, **drawn}
    else:
        body = {"prompt": text + TAIL, "max_tokens": most, "stop": ["\n"], **drawn}
    return Ask(path, body, text, most)


def read_reply(body: Any) -> str:
    """The text of a reply."""
    choice = body["choices"][0]
    reply = choice["text"] if "text" in choice else choice["message"]["content"] or ""
    return text(reply).strip()
