"""What a statement of NLVR says of a scene: parsed by a grammar, evaluated in every way that people might mean it.

"There are two black blocks" may or may not exclude three; a block "over" another may or may not be right above it. Such
choices are `Reading`s. Which of them a statement's writer meant is seen from the gold answers of the corpus
(`twokeys.builder.pair.generators.nlvr.trust`); where several fit, an answer is known only if all of them give it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from importlib import resources

from lark import Lark
from lark.exceptions import LarkError

from twokeys.builder.pair.generators.nlvr.meaning import DIMENSIONS, Meaning, Reading, Truth, UnclearError
from twokeys.builder.pair.generators.nlvr.scene import Scene
from twokeys.builder.pair.generators.nlvr.spelling import plain


class Statement:
    """A parsed statement.

    Attributes:
        dimensions: Dimensions of `twokeys.builder.pair.generators.nlvr.meaning.DIMENSIONS` that its truth may depend
            on.
    """

    def __init__(self, truth: Truth, dimensions: frozenset[str]) -> None:
        self._truth = truth
        self.dimensions = dimensions

    def readings(self) -> Iterator[Reading]:
        """All ways to read it."""
        names = sorted(self.dimensions)
        for values in itertools.product(*(DIMENSIONS[name] for name in names)):
            yield dict(zip(names, values, strict=True))

    def truth(self, scene: Scene, reading: Reading) -> bool | None:
        """Whether it holds; None where it does not apply."""
        try:
            return self._truth(scene, reading)
        except UnclearError:
            return None


@cache
def parse(statement: str) -> Statement | None:
    """Parse a statement; None where the grammar does not cover it."""
    try:
        tree = _grammar().parse(plain(statement))
    except LarkError:
        return None
    meaning = Meaning()
    truth = meaning.transform(tree)
    return Statement(truth, frozenset(meaning.used))


@cache
def _grammar() -> Lark:
    text = (
        resources.files("twokeys.builder.pair.generators.nlvr").joinpath("statements.lark").read_text(encoding="utf-8")
    )
    return Lark(text, parser="earley", lexer="dynamic", maybe_placeholders=False)
