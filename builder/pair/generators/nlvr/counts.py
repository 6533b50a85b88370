"""How many are enough: the words for numbers and bounds in NLVR's statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lark import Token, Transformer

from twokeys.builder.pair.generators.nlvr.spelling import number


@dataclass(frozen=True)
class Enough:
    """Whether so many are enough.

    Attributes:
        test: Of the count and of how many there are in all.
        bare: What the test is where a bare number means exactly so many; None for words that leave no choice.
    """

    test: Callable[[int, int], bool]
    bare: Callable[[int, int], bool] | None = None

    def __call__(self, count: int, of: int, exact: int = 0) -> bool:
        """Whether they are, where a bare number is read as at least (0) or exactly (1) so many."""
        return self.bare(count, of) if exact and self.bare is not None else self.test(count, of)


class Counts(Transformer[Token, Any]):
    """The part of the meaning that is about numbers."""

    def at_least(self, parts: list[Any]) -> Enough:
        """At least n."""
        n = number(parts[0])
        return Enough(lambda count, of: count >= n)

    def at_most(self, parts: list[Any]) -> Enough:
        """At most n."""
        n = number(parts[0])
        return Enough(lambda count, of: count <= n)

    def more_than(self, parts: list[Any]) -> Enough:
        """More than n."""
        n = number(parts[0])
        return Enough(lambda count, of: count > n)

    def exactly(self, parts: list[Any]) -> Enough:
        """Exactly n, no more and no less."""
        n = number(parts[0])
        return Enough(lambda count, of: count == n)

    def bare(self, parts: list[Any]) -> Enough:
        """A number without a word for how it is meant."""
        n = number(parts[0])

        return Enough(lambda count, of: count >= n, lambda count, of: count == n)

    def none(self, parts: list[Any]) -> Enough:
        """None."""
        return Enough(lambda count, of: count == 0)

    def some(self, parts: list[Any]) -> Enough:
        """One or more."""
        return Enough(lambda count, of: count > 0)

    def the(self, parts: list[Any]) -> Enough:
        """The one that is such: there is one, and some or all of them will do."""
        return Enough(lambda count, of: count > 0, lambda count, of: 0 < count == of)
