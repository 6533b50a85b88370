"""Progress of a verb: a bar for each stage on a terminal, and a line when a stage ends in a file or a pipe."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text

from twokeys.commands.tabled import console, print_sentence
from twokeys.commands.verbosity import Verbosity, verbosity
from twokeys.core.errors import BadInput
from twokeys.core.progress import silent

STAGES = {
    "rows": "reading official rows",
    "pictures": "decoding images",
    "items": "making items",
    "embed": "embedding",
    "feature-maps": "encoding images",
    "likelihoods": "scoring answers by a language model",
    "shares": "asking a language model",
    "blind": "asking models blind",
    "replies": "asking a vision-language model",
    "groups": "grouping items",
    "measure": "blind baselines",
    "filter": "rules",
    "reword": "paraphrases",
    "edits": "constructing partners",
    "retrieve": "finding partners among images",
    "fluency": "fluency of edits",
    "verify": "asking models about edits",
    "pair": "pairing",
    "choose": "partners that balance needs",
    "artefacts": "edit artefacts",
    "balance": "largest balanced set",
    "refit": "blind baselines on the balanced set",
    "panel": "adversaries",
    "audited": "audited tier",
    "controls": "planting cues",
    "control-problems": "problems with planted cues",
    "planted-pictures": "planting cues in images",
    "details": "images in detail",
    "publish": "writing the folder",
    "report": "writing the report",
    "model": "loading the model",
    "masks": "what masks give away",
    "looking": "learning to see",
}
"""Name of a stage, or its part before the first `-` -> label, for the verbs that measure and write."""
ASIDE_EVERY = 30.0
"""Seconds between two sentences about the same stage, if there are no bars."""
CHECKS = {
    "card, licence and citation": "writing them again, to compare",
    "report": "writing it again, to compare",
    "upload": "sending files, in bytes",
    "": "recounting",
}
"""Labels of the checks of `verify`, which `push` runs first; "" is the default."""
UNITS = {
    "measure": "fits",
    "refit": "fits",
    "panel": "fits",
    "answering": "items",
    "explaining": "items",
    "looking": "steps",
    "masks": "masks",
    "upload": "bytes",
}
"""Name of a stage -> its unit; the default unit is parts."""
SHORTEST = 0.05
"""Shortest time in seconds of a stage that gets a line."""
CONFIGS = {"": "comparing rows"}
"""Labels of the configs that `diff` compares."""


def described(stage: str, words: Mapping[str, str] = STAGES) -> str:
    """A stage in words.

    Args:
        stage: Its name.
        words: What the stages of a verb do. One name may mean two things: `report` is written by `build` and compared
            by `verify`.

    Example:
        >>> described("embed-question"), described("measure"), described("answering")
        ('embed-question: embedding', 'measure: blind baselines', 'answering')
        >>> described("audited"), described("audited", CONFIGS)
        ('audited: audited tier', 'audited: comparing rows')
    """
    does = words.get(stage) or words.get(stage.partition("-")[0]) or words.get("")
    return f"{stage}: {does}" if does else stage


def counted(stage: str, total: int) -> str:
    """How much there is of a stage, with its unit.

    Example:
        >>> counted("measure", 75), counted("embed-images", 1)
        ('75 fits', '1 part')
    """
    unit = UNITS.get(stage.partition("-")[0].partition(" ")[0], "parts")
    return f"{total:,} {unit[:-1] if total == 1 else unit}"


@dataclass
class Lines:
    """A line per stage when it ends, with what there was of it and its own seconds, without those of stages inside.

    Attributes:
        console: Where to write.
        words: What stages do.
        shortest: Seconds of a stage below which no line is written for it.
        told: When the last word was heard; what was done before a stage's first word belongs to it.
        ended: Seconds of all stages that have ended.
        open: Stage -> when it began, seconds of all that had ended then, and what was told last.
        aside_at: Stage -> when something was last said aside of it.
    """

    console: Console
    words: Mapping[str, str] = field(default_factory=lambda: STAGES)
    shortest: float = 0.0
    told: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    open: dict[str, tuple[float, float, int, int]] = field(default_factory=dict)
    aside_at: dict[str, float] = field(default_factory=dict)

    def aside(self, stage: str, text: str) -> None:
        """Take details of a running stage, which are printed from time to time."""
        now = time.monotonic()
        if now - self.aside_at.setdefault(stage, now) >= ASIDE_EVERY:
            self.aside_at[stage] = now
            self._print(f"{described(stage, self.words)}: {text}")

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take the progress of a stage."""
        now = time.monotonic()
        began, before, _, _ = self.open.get(stage, (self.told if done else now, self.ended, 0, 0))
        self.told = now
        if 0 < total <= done:
            seconds = now - began - (self.ended - before)
            self.ended += seconds
            self.open.pop(stage, None)
            if seconds >= self.shortest:
                self._print(
                    f"{described(stage, self.words)}{f' ({counted(stage, total)})' * (total > 1)}, {seconds:.1f} s"
                )
        else:
            self.open[stage] = began, before, done, total

    def note(self, text: str) -> None:
        """Print a sentence."""
        print_sentence(self.console, text)

    def close(self, how: str) -> None:
        """The stages that have begun and not ended."""
        for stage, (began, _, done, total) in self.open.items():
            part = f" ({done:,} of {counted(stage, total)})" if total else ""
            self._print(f"{described(stage, self.words)}{part}, {how} {time.monotonic() - began:.1f} s")

    def _print(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False)


class Clock(ProgressColumn):
    """Time since a stage began and, if its progress is reported, an estimate of the remaining time."""

    def render(self, task: Task) -> Text:
        """Render both times."""
        spent = _clock(task.finished_time if task.finished else task.elapsed)
        remaining = "" if task.finished or task.time_remaining is None else f", {_clock(task.time_remaining)} left"
        return Text(f"{spent}{remaining}")


def _clock(seconds: float | None) -> str:
    minutes, rest = divmod(int(seconds or 0), 60)
    return f"{minutes}:{rest:02d}"


@dataclass
class Bars:
    """A bar for each stage."""

    bars: Progress
    words: Mapping[str, str] = field(default_factory=lambda: STAGES)
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def aside(self, stage: str, text: str) -> None:
        """Take details of a running stage, which are shown beside its bar."""
        if stage in self.tasks:
            self.bars.update(self.tasks[stage], description=text)

    def note(self, text: str) -> None:
        """Print a sentence above the bars."""
        self.bars.console.print(Text(text))

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take the progress of a stage."""
        parts = f"{done:,} of {counted(stage, total)}" if total > 1 else ""
        if stage not in self.tasks:
            self.tasks[stage] = self.bars.add_task(described(stage, self.words), total=total or None, parts=parts)
        self.bars.update(self.tasks[stage], completed=done, total=total or None, parts=parts)
        if 0 < total <= done:
            del self.tasks[stage]  # a later stage of the same name gets a new bar


@contextmanager
def progress(
    words: Mapping[str, str] = STAGES, in_pipes: Verbosity = Verbosity.USUAL
) -> Iterator[Callable[[str, int, int], None]]:
    """Hear of stages and show them on stderr, whatever stdout is; a quiet verb shows none.

    Args:
        words: What the stages of the verb do.
        in_pipes: How much must be asked for before a line is written for a stage if stderr is no terminal.
    """
    # Encoders come from packages or from a cache: libraries must not show bars of their own.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    err = console(stderr=True)
    terminal = err.is_terminal and not err.is_dumb_terminal
    if verbosity() < (Verbosity.USUAL if terminal else in_pipes):
        yield silent
        return
    if not terminal:
        lines = Lines(err, words, 0.0 if verbosity() is Verbosity.VERBOSE else SHORTEST)
        try:
            yield lines
        except BadInput:
            raise  # its message says everything
        except BaseException:
            lines.close("broken off after")
            raise
        lines.close("ended after")
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=12),
        TextColumn("{task.fields[parts]}"),
        Clock(),
    )
    # Bars are overwritten, so that no bar may be wider than the terminal.
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars, words)
