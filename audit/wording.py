"""What a model is asked, in words: the question, its options by letter, and how to answer.

Imports the standard library alone: `exports` writes this file's text into what it exports, so that a harness asks the
very same.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

SHORT = "Answer with one word or a short phrase."
LETTER = "Answer with the letter of the right option."
BLIND_PROMPT = "Guess the answer to the question that was asked about this image."
"""What a model without masks is asked where its question is masked."""


def lettered(question: str, choices: Sequence[str]) -> str:
    r"""The question, and its options by letter, one a line.

    Example:
        >>> lettered("Which colour? ", ["red", "blue"])
        'Which colour?\n(A) red\n(B) blue'
    """
    options = [f"({letter}) {choice}" for letter, choice in zip(ascii_uppercase, choices, strict=False)]
    return "\n".join([question.strip(), *options])


def worded(question: str, choices: Sequence[str], instruction: str | None = None) -> str:
    r"""The whole text of a user's turn.

    Args:
        question: The question.
        choices: Its options in published order; empty for none.
        instruction: How to answer; empty for nothing, None for the usual one.

    Example:
        >>> worded("Is it red?", [])
        'Is it red?\nAnswer with one word or a short phrase.'
    """
    if instruction is None:
        instruction = LETTER if choices else SHORT
    said = lettered(question, choices)
    return f"{said}\n{instruction}" if instruction else said
