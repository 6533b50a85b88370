"""How long work tells how far it is: stages by name, each with a beginning and an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

Say = Callable[[str, int, int], None]
"""Told of progress: the stage, what is done of it, and what there is in all (0 as long as that is not known).

A stage has ended when it is told that all of it, and more than nothing, is done.
"""


def note(say: Say, text: str) -> None:
    """Tell a sentence, such as what long work will cost, if `say` has a method `note` to hear it."""
    hear = getattr(say, "note", None)
    if hear is not None:
        hear(text)


@dataclass
class Logged:
    """A `Say` that also writes a line for each stage that begins or ends, and for each sentence, into a file.

    Attributes:
        say: Told all the same.
        path: The file; lines are added to it, and it is made with the first one.
        began: Stages under way.
    """

    say: Say
    path: Path
    began: set[str] = field(default_factory=set)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear of progress."""
        ended = 0 < total <= done
        if ended or stage not in self.began:
            self._write(f"{stage}: {'ended' if ended else 'began'}{f', {total:,} in all' * (total > 1)}")
        (self.began.discard if ended else self.began.add)(stage)
        self.say(stage, done, total)

    def note(self, text: str) -> None:
        """Hear a sentence."""
        self._write(text)
        note(self.say, text)

    def _write(self, line: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")


def about(seconds: float) -> str:
    """A time that is estimated, in words.

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
    """Say nothing."""


@contextmanager
def step(say: Say, stage: str) -> Iterator[None]:
    """Tell the beginning and the end of a stage that is done in one go."""
    say(stage, 0, 0)
    yield
    say(stage, 1, 1)


def aside(say: Say, stage: str, text: str) -> None:
    """Tell what changes while a stage goes on, such as what it has cost, if `say` has a method `aside` to hear it."""
    hear = getattr(say, "aside", None)
    if hear is not None:
        hear(stage, text)
