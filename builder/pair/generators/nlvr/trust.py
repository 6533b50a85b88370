"""Which statements are understood, and how they were meant: those on which some reading fits every gold answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from twokeys.builder.pair.generators.nlvr.meaning import Reading
from twokeys.builder.pair.generators.nlvr.scene import Scene, read_scene
from twokeys.builder.pair.generators.nlvr.spelling import plain
from twokeys.builder.pair.generators.nlvr.statement import parse

TRUE, FALSE = "true", "false"


def scene_of(meta: Any) -> Scene | None:
    """The scene in an item's `meta`; None where there is none."""
    fields = json.loads(meta) if isinstance(meta, str) and meta else {}
    return read_scene(fields.get("structured_rep")) if isinstance(fields, dict) else None


class Trust:
    """The readings that each statement of a corpus may have.

    A reading stays when it gives the gold answer at every use of the statement, in all sources and splits. A statement
    that no reading saves is disputed: its meaning is not known well enough to say what a change does to it.
    """

    def __init__(self, statements: Mapping[str, Sequence[Reading]]) -> None:
        self._readings = dict(statements)
        self._reworded: dict[tuple[str, str | None], tuple[Reading, ...]] = {}

    @classmethod
    def learn(cls, items: pd.DataFrame) -> Trust:
        """Compare every reading of every statement with the gold answers.

        Args:
            items: The whole item table: `question`, `answer`, `meta`.
        """
        uses: dict[str, list[tuple[Scene | None, bool]]] = {}
        for question, answer, meta in zip(items["question"], items["answer"], items["meta"], strict=True):
            uses.setdefault(plain(question), []).append((scene_of(meta), answer == TRUE))
        return cls({text: tuple(_fitting(text, seen)) for text, seen in uses.items()})

    def readings(self, statement: str, as_in: str | None = None) -> tuple[Reading, ...]:
        """Readings that a statement may have; none where it is disputed or not understood.

        Args:
            statement: The statement.
            as_in: For a reworded statement that the corpus does not know: the statement it was made from. Whoever meant
                "two" exactly there means it exactly here; where the original says nothing, every reading counts.
        """
        if (statement, as_in) not in self._reworded:
            self._reworded[statement, as_in] = self._possible(statement, as_in)
        return self._reworded[statement, as_in]

    def _possible(self, statement: str, as_in: str | None) -> tuple[Reading, ...]:
        readings = self._readings.get(plain(statement))
        if readings is not None:
            return tuple(readings)
        parsed, like = parse(statement), self.readings(as_in) if as_in is not None else ()
        if parsed is None or not like:
            return ()
        return tuple(reading for reading in parsed.readings() if any(_agree(reading, other) for other in like))

    def truth(self, statement: str, scene: Scene, as_in: str | None = None) -> bool | None:
        """Whether a statement holds of a scene; None unless all its readings say the same."""
        parsed = parse(statement)
        truths = {parsed.truth(scene, reading) for reading in self.readings(statement, as_in)} if parsed else set()
        return truths.pop() if len(truths) == 1 else None


def _fitting(text: str, uses: list[tuple[Scene | None, bool]]) -> Iterator[Reading]:
    parsed = parse(text)
    if parsed is None:
        return
    for reading in parsed.readings():
        if all(scene is not None and parsed.truth(scene, reading) == gold for scene, gold in uses):
            yield reading


def _agree(reading: Reading, other: Reading) -> bool:
    return all(other[name] == value for name, value in reading.items() if name in other)
