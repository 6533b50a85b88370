"""Errors about a user's input: each names the place, the problem, what is allowed, and what to do."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable


class BadInput(ValueError):  # noqa: N818 - it is named after what the user has, not after what Python does
    """An input that cannot be used as it is.

    Its text is a sentence that names the place and the problem, a sentence of what is allowed, and an instruction.

    Example:
        >>> print(BadInput("questions.csv", 3, "the answer is empty", "text", "fill it in, or remove the row"))
        questions.csv, row 3: the answer is empty. Allowed: text. Fill it in, or remove the row.

    Attributes:
        file: The file, recipe field or option that holds the input.
        row: Row, key or field inside the file; None for the file as a whole.
        problem: What is wrong, with the value in question: a sentence without its full stop.
        allowed: What is allowed instead; empty if the problem states it.
        remedy: What the user can do: an instruction without its full stop that begins with a verb.
    """

    def __init__(self, file: object, row: object, problem: str, allowed: str, remedy: str) -> None:
        self.file, self.row, self.problem, self.allowed, self.remedy = str(file), row, problem, allowed, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        allowed = _sentence(f"allowed: {self.allowed}") if self.allowed else ""
        parts = (f"{self.where}: {_ended(self.problem)}", allowed, _sentence(self.remedy))
        return " ".join(part for part in parts if part)

    def __reduce__(self) -> tuple[object, ...]:
        # By default an exception pickles its message alone; this one must keep its fields between processes.
        return type(self), (self.file, self.row, self.problem, self.allowed, self.remedy)

    @property
    def where(self) -> str:
        """File and row, as text."""
        if self.row is None:
            return self.file
        return f"{self.file}, row {self.row}" if str(self.row).isdecimal() else f"{self.file}, {self.row}"


class Halted(Exception):  # noqa: N818 - nothing went wrong
    """Work that stopped as the user requested; it goes on if the same command is run again.

    Its text is a sentence without its full stop: why the work stopped, and how to go on.
    """


class Unscorable(BadInput):
    """A model cannot score an item; it may still score others."""


class Unsayable(Unscorable):
    """A model has no tokens for an answer, or its list of answers lacks it."""

    def __init__(self, answer: str, problem: str, remedy: str) -> None:
        self.answer = answer
        super().__init__("answer", None, problem, "", remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.answer, self.problem, self.remedy)


class MissingPackage(BadInput):
    """A feature needs a package that is not installed."""

    def __init__(self, feature: str, package: str, command: str) -> None:
        self.feature, self.package, self.command = feature, package, command
        problem = f"{feature} needs the package {package!r}, which is not installed"
        super().__init__(feature, None, problem, "", f"run: {command}")

    def __str__(self) -> str:
        return f"{_sentence(self.problem)} Run: {self.command}"  # no full stop: the command is copied

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.feature, self.package, self.command)


def misfit(value: str, reason: str) -> str:
    """Return the problem with a value that its type does not allow, from pydantic's reason.

    Example:
        >>> misfit("k = 0", "Input should be greater than 0")
        'k = 0 does not fit: input should be greater than 0'
    """
    plain = reason.removeprefix("Value error, ")
    return f"{textwrap.shorten(value, 60)} does not fit: {plain[:1].lower()}{plain[1:]}"


def short(value: object, most: int = 80) -> str:
    """Return a value as Python writes it, for messages; a long value is cut in its middle (`clipped`).

    Example:
        >>> short("yes"), short("x" * 998, 20)
        ("'yes'", "'xxxxxxxxxxxx ... xxxx' (1,000 characters)")
    """
    return clipped(repr(value), most)


def clipped(text: str, most: int = 400) -> str:
    """Cut a long text in its middle and add its length; both ends stay, since they identify the text.

    Example:
        >>> clipped("short"), clipped("x" * 1000, 20)
        ('short', 'xxxxxxxxxxxxx ... xxxxx (1,000 characters)')
    """
    if len(text) <= most:
        return text
    return f"{text[: most * 2 // 3]} ... {text[-(most // 4) :]} ({len(text):,} characters)"


def correction(name: str, names: Iterable[str], otherwise: str = "name one of these") -> str:
    """Return the remedy for an unknown name: the closest of the names, or `otherwise` if no name is close."""
    close = closest(name, names)
    return f"correct the name: did you mean {close!r}?" if close is not None else otherwise


def closest(name: str, names: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the name that the user probably meant; None if no name is similar enough.

    Example:
        >>> closest("balanecd", ["audited", "balanced"]), closest("x", ["audited"])
        ('balanced', None)
    """
    return next(iter(difflib.get_close_matches(name, list(names), 1, likeness)), None)


def _sentence(text: str) -> str:
    return _ended(text[:1].upper() + text[1:])


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
