"""The game of one model on one item: players are image patches and question tokens.

The value of a coalition is the probability of one answer token with everything outside the coalition masked. That token
belongs to the game, so image, text and joint metrics of an item cannot disagree about it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Value = Callable[[Bools], Floats]
"""(n, players) coalitions, True where a player is kept -> (n,) values."""


class Game:
    """A value function that is asked for each coalition once.

    Attributes:
        patches: Number of image players; they come first.
        tokens: Number of text players.
        passes: Coalitions that the value function was asked for: the cost in forward passes.
        seconds: Wall-clock seconds spent in the value function.
        asked: Coalitions that the game was asked for since `bill`, known ones too: what an empty cache would have cost.
    """

    def __init__(self, value: Value, patches: int, tokens: int, batch: int = 64) -> None:
        if min(patches, tokens) < 0 or batch < 1:
            raise ValueError(f"a game needs players and a batch of at least 1, not {patches=}, {tokens=}, {batch=}")
        self.patches, self.tokens, self.batch = patches, tokens, batch
        self.passes, self.seconds = 0, 0.0
        self._value = value
        self._known: dict[bytes, float] = {}
        self._asked: set[bytes] = set()

    @property
    def asked(self) -> int:
        """Distinct coalitions since `bill`."""
        return len(self._asked)

    @property
    def players(self) -> int:
        """Number of players."""
        return self.patches + self.tokens

    @property
    def image(self) -> Bools:
        """The coalition of all patches, (players,)."""
        return np.arange(self.players) < self.patches

    def __call__(self, coalitions: Bools) -> Floats:
        """Return the values of coalitions, (n, players) -> (n,), evaluating those that are new in batches.

        Raises:
            ValueError: When coalitions do not fit, or the value function does not return one finite number each.
        """
        if coalitions.ndim != 2 or coalitions.shape[1] != self.players or coalitions.dtype != np.bool_:
            given = f"{coalitions.dtype} {coalitions.shape}"
            raise ValueError(f"the coalitions are {given}, and must be bool (n, {self.players})")
        names = [row.tobytes() for row in np.packbits(coalitions, axis=1)]
        self._asked.update(names)
        first = {name: row for row, name in enumerate(names) if name not in self._known}
        new = list(first.items())
        for start in range(0, len(new), self.batch):
            part = new[start : start + self.batch]
            values = self._ask(coalitions[[row for _, row in part]])
            self._known.update(zip([name for name, _ in part], values.tolist(), strict=True))
        return np.array([self._known[name] for name in names], dtype=np.float64)

    def foresee(self, ask: Callable[[], object]) -> None:
        """Evaluate in one request all that `ask` will ask for, so that a model gets large batches.

        Args:
            ask: Is called once with all values 0, to see which coalitions it wants; these must not depend on values.
        """
        wanted: list[Bools] = []

        def note(coalitions: Bools) -> Floats:
            wanted.append(coalitions)
            return np.zeros(len(coalitions))

        value, known, asked = self._value, dict(self._known), set(self._asked)
        passes, seconds = self.passes, self.seconds
        self._value = note
        try:
            ask()
        finally:
            self._value, self._known, self.passes, self.seconds = value, known, passes, seconds
        if wanted:
            self(np.concatenate(wanted))
        self._asked = asked

    def bill(self) -> None:
        """Begin to count `asked` anew; known values stay known."""
        self._asked.clear()

    def known(self) -> tuple[NDArray[np.uint8], Floats]:
        """All known values: coalitions as packed bits, (n, bytes), and their values, (n,)."""
        rows = np.frombuffer(b"".join(self._known), dtype=np.uint8)
        return rows.reshape(len(self._known), -1), np.array(list(self._known.values()), dtype=np.float64)

    def learn(self, coalitions: NDArray[np.uint8], values: Floats) -> None:
        """Take over what `known` returned for a game of the same players."""
        wanted = (len(values), (self.players + 7) // 8)
        if coalitions.shape != wanted:
            raise ValueError(f"the coalitions have the shape {coalitions.shape}, and must have {wanted}")
        self._known.update(zip([row.tobytes() for row in coalitions], values.tolist(), strict=True))

    def forget(self) -> None:
        """Drop all known values and counts, so that what follows pays its own cost."""
        self._known.clear()
        self._asked.clear()
        self.passes, self.seconds = 0, 0.0

    def _ask(self, coalitions: Bools) -> Floats:
        began = time.perf_counter()
        values = np.asarray(self._value(coalitions), dtype=np.float64)
        self.seconds += time.perf_counter() - began
        self.passes += len(coalitions)
        if values.shape != (len(coalitions),) or not np.isfinite(values).all():
            raise ValueError(f"the value function returned {values.shape}, not ({len(coalitions)},), all finite")
        return values
