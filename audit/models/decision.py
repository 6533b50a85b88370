"""The decision token of a reply: the token that says yes or no, names the option, or begins the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twokeys.audit.models.model import Question
from twokeys.core.answers.normal import normalise
from twokeys.core.answers.picking import Kind, parse


def decision(
    reply: Sequence[int], decode: Callable[[Sequence[int]], str], question: Question
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Cut a reply after its decision token.

    Args:
        reply: Token ids of the model's reply.
        decode: Token ids to text.
        question: The item that it answers.

    Returns:
        The reply's tokens up to the decision token, and its place among them. A reply that cannot be read is decided by
        its first token.
    """
    kind: Kind = question.kind if question.kind in ("yes/no", "number") else "open"  # type: ignore[assignment]
    whole = parse(decode(reply), kind, question.choices)
    if whole.answer is not None and (question.choices or kind != "open"):
        for end in range(1, len(reply) + 1):
            if normalise(decode(reply[end - 1 : end])) and parse(decode(reply[:end]), kind, question.choices) == whole:
                return tuple(reply[:end]), (end - 1,)
    first = next((at for at, token in enumerate(reply) if decode([token]).strip()), 0)
    return tuple(reply[: first + 1]), (first,)
