"""How a language model is asked: one plain prompt, after which an answer's text is the natural continuation.

Plain text, no chat template: small models follow templates badly, and the likelihood of a text does not need one.
"""

from __future__ import annotations

from collections.abc import Sequence

VERSION = 1
"""Raised whenever a prompt changes: measurements by other prompts are other measurements."""
TAIL = "\nShort answer:"
"""What every prompt ends with, so that an answer meets the same last words whatever was asked."""


def ask(question: str, options: Sequence[str] = ()) -> str:
    r"""Make the prompt of a question; the empty question asks for nothing but an answer.

    Example:
        >>> ask("Is it red?"), ask("")
        ('Question: Is it red?\nShort answer:', 'Question: \nShort answer:')
        >>> ask("Which colour?", ["red", "blue"])
        'Question: Which colour?\nOptions: red; blue\nShort answer:'
    """
    listed = f"\nOptions: {'; '.join(options)}" if options else ""
    return f"Question: {question}{listed}{TAIL}"


def said(answer: str) -> str:
    """How an answer continues a prompt."""
    return f" {answer}"
