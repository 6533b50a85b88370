"""The minimal-pair lexicon: one-phrase substitutions that flip answers, learned from the corpus itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Substitution:
    """A phrase that may stand in for another, and how often that flipped the answer about one and the same image.

    Attributes:
        before: The phrase in the question as asked; lower-case words with single spaces.
        after: The phrase that replaces it.
        support: Pairs of annotated items of one image whose questions differ by this substitution alone.
        flips: Those of them whose answers differ.
        low: Lower end of the Wilson interval of `flips / support`.
    """

    before: str
    after: str
    support: int
    flips: int
    low: float

    @property
    def confidence(self) -> float:
        """Share of pairs whose answers differ."""
        return self.flips / self.support
