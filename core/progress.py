"""Report the progress of long work: stages by name, each with a beginning and an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

Say = Callable[[str, int, int], None]
"""Called with progress: the stage, the amount done, and the total (0 until the total is available).

A stage has ended if the amount done equals the total and the total is greater than 0.
"""


def note(say: Say, text: str) -> None:
    """Report a sentence, such as the expected cost of long work, if `say` has a method `note`."""
    report = getattr(say, "note", None)
    if report is not None:
        report(text)


@dataclass
class Logged:
    """A `Say` that also writes a line for each stage that begins or ends, and for each sentence, into a file.

    Attributes:
        say: Called with everything, too.
        path: The file; lines are appended, and the first line creates it.
        began: Stages that have begun and not ended.
    """

    say: Say
    path: Path
    began: set[str] = field(default_factory=set)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report progress."""
        ended = 0 < total <= done
        if ended or stage not in self.began:
            self._write(f"{stage}: {'ended' if ended else 'began'}{f', {total:,} in all' * (total > 1)}")
        (self.began.discard if ended else self.began.add)(stage)
        self.say(stage, done, total)

    def note(self, text: str) -> None:
        """Report a sentence."""
        self._write(text)
        note(self.say, text)

    def _write(self, line: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")


def about(seconds: float) -> str:
    """Return an estimated time in words.

    Example:
        >>> about(0.3), about(44), about(400), about(9000)
        ('less than 1 s', 'about 44 s', 'about 7 min', 'about 2.5 h')
    """
    if seconds < 1:
        return "less than 1 s"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""


@contextmanager
def step(say: Say, stage: str) -> Iterator[None]:
    """Report the beginning and the end of a stage that is done in one step."""
    say(stage, 0, 0)
    yield
    say(stage, 1, 1)


def aside(say: Say, stage: str, text: str) -> None:
    """Report something that changes during a stage, such as its cost so far, if `say` has a method `aside`."""
    report = getattr(say, "aside", None)
    if report is not None:
        report(stage, text)
