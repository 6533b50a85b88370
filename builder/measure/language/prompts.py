"""Prompts for language models: a plain text, after which the text of an answer is the natural continuation.

There is no chat template: small models follow templates badly, and the likelihood of a text does not need one.
"""

from __future__ import annotations

from collections.abc import Sequence

VERSION = 1
"""Increased whenever a prompt changes, since it changes all measurements."""
TAIL = "\nShort answer:"
"""End of every prompt, so that an answer follows the same last words after any question."""


def ask(question: str, options: Sequence[str] = ()) -> str:
    r"""Make the prompt of a question; the empty question gives a prompt for the prior of answers.

    Example:
        >>> ask("Is it red?"), ask("")
        ('Question: Is it red?\nShort answer:', 'Question: \nShort answer:')
        >>> ask("Which colour?", ["red", "blue"])
        'Question: Which colour?\nOptions: red; blue\nShort answer:'
    """
    listed = f"\nOptions: {'; '.join(options)}" if options else ""
    return f"Question: {question}{listed}{TAIL}"


def continuation(answer: str) -> str:
    """Return the text of an answer as the continuation of a prompt."""
    return f" {answer}"
