"""What a question by COCO instances asks, as claims on how many objects of some categories an image shows.

What the annotations tell of a number is an interval: at least so many, at most so many. A claim about an interval is
true, false, or untold if it is true of some numbers in the interval and not of others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
"""(n,) a number for each image."""
Truth = NDArray[np.int8]
"""(n,) for each image `TRUE`, `FALSE` or `UNTOLD`."""
TRUE, FALSE, UNTOLD = 1, 0, -1
MANY = 1 << 40
"""An upper bound that says nothing."""
Bounds = Callable[[str], tuple[Numbers, Numbers]]
"""Gives what the annotations tell of a category: how many are there at least, and at most."""
Range = tuple[int, int]
"""From one number to another, both included."""
Tells = Literal["count", "existence", "presence"]


@dataclass(frozen=True)
class Noun:
    """A word for things, and what COCO's categories tell of them.

    Attributes:
        labels: Categories whose objects the word names; their counts add up.
        tells: `count`: every object of the word is one annotation. `existence`: annotations say whether there is one,
            not how many (a bunch of bananas is one annotation, or several). `presence`: an annotated object is one, but
            other things bear the word too, so absence is untold (a coffee table is no dining table).
        also: Categories whose objects may bear the word too: a motorcycle is a bike for some people.
        unless: Categories beside which an annotated object may be something else: COCO calls monitors `tv`, and desks
            `dining table`.
    """

    labels: tuple[str, ...]
    tells: Tells = "count"
    also: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def bounds(self, counts: Bounds) -> tuple[Numbers, Numbers]:
        """How many things that bear the word an image shows at least, and at most."""
        sides = [counts(label) for label in self.labels]
        low = np.sum([side[0] for side in sides], axis=0)
        high = np.sum([*(side[1] for side in sides), *(counts(label)[1] for label in self.also)], axis=0)
        for label in self.unless:
            low = np.where(counts(label)[1] > 0, 0, low)
        if self.tells == "existence":
            high = np.where(high > 0, MANY, 0)
        elif self.tells == "presence":
            high = np.full_like(high, MANY)
        if self.tells != "count":
            low = np.minimum(low, 2)
        return low, np.minimum(high, MANY)

    def nouns(self) -> tuple[Noun, ...]:
        """Itself."""
        return (self,)


@dataclass(frozen=True)
class Number:
    """How many there are, for some numbers true and for some false; of the others English does not say.

    "Are there dogs?" is true of two or more, false of none, and may be answered either way if there is one.

    Attributes:
        noun: What is counted.
        true: Numbers for which the claim is true.
        false: Numbers for which it is false.
    """

    noun: Noun
    true: Range
    false: tuple[Range, ...]

    def truth(self, counts: Bounds) -> Truth:
        """Whether the claim is true of each image."""
        low, high = self.noun.bounds(counts)
        cases = [(self.true, TRUE), *((numbers, FALSE) for numbers in self.false)]
        out = np.full(low.shape, UNTOLD, np.int8)
        for (first, last), value in cases:
            out[(low >= first) & (high <= last)] = value
        return out

    def nouns(self) -> tuple[Noun, ...]:
        """What the claim is about."""
        return (self.noun,)


@dataclass(frozen=True)
class Compared:
    """There are more of one thing than of another, or as many.

    Attributes:
        left: One thing.
        right: The other.
        how: `more` of the left one, or `same`.
    """

    left: Noun
    right: Noun
    how: Literal["more", "same"]

    def truth(self, counts: Bounds) -> Truth:
        """Whether the claim is true of each image."""
        (low, high), (other_low, other_high) = self.left.bounds(counts), self.right.bounds(counts)
        more, fewer = low > other_high, high < other_low
        if self.how == "more":
            return _decided(more, high <= other_low)
        return _decided((low == high) & (other_low == other_high) & (low == other_low), more | fewer)

    def nouns(self) -> tuple[Noun, ...]:
        """What the claim is about."""
        return (self.left, self.right)


@dataclass(frozen=True)
class Joined:
    """Several claims: all of them, or at least one.

    Attributes:
        claims: The claims.
        how: `and`, or `or`.
    """

    claims: tuple[Claim, ...]
    how: Literal["and", "or"]

    def truth(self, counts: Bounds) -> Truth:
        """Whether the claim is true of each image."""
        parts = [claim.truth(counts) for claim in self.claims]
        of_all, of_one = (TRUE, FALSE) if self.how == "and" else (FALSE, TRUE)
        every = reduce(np.logical_and, [part == of_all for part in parts])
        some = reduce(np.logical_or, [part == of_one for part in parts])
        return np.select([every, some], [of_all, of_one], UNTOLD).astype(np.int8)

    def nouns(self) -> tuple[Noun, ...]:
        """What the claims are about."""
        return tuple(dict.fromkeys(noun for claim in self.claims for noun in claim.nouns()))


@dataclass(frozen=True)
class Denied:
    """A claim is false.

    Attributes:
        claim: The claim.
    """

    claim: Claim

    def truth(self, counts: Bounds) -> Truth:
        """Whether the denial is true of each image."""
        truth = self.claim.truth(counts)
        return np.where(truth == UNTOLD, UNTOLD, 1 - truth).astype(np.int8)

    def nouns(self) -> tuple[Noun, ...]:
        """What the claim is about."""
        return self.claim.nouns()


Claim = Number | Compared | Joined | Denied


@dataclass(frozen=True)
class Whether:
    """A question that is answered by yes or no, or a statement that is true or false.

    Attributes:
        claim: What is asked.
        no: The answer if the claim is false; empty if the options have none.
        yes: The answer if it is true; likewise.
    """

    claim: Claim
    no: str = "no"
    yes: str = "yes"

    def answers(self, counts: Bounds) -> tuple[Numbers, tuple[str, ...]]:
        """(n,) the place of each image's answer, negative if it is untold; and the answers by place."""
        texts = (self.no, self.yes)
        codes = self.claim.truth(counts).astype(np.int64)
        for code in (FALSE, TRUE):
            if not texts[code]:
                codes[codes == code] = UNTOLD
        return codes, texts

    def nouns(self) -> tuple[Noun, ...]:
        """What the question is about."""
        return self.claim.nouns()


@dataclass(frozen=True)
class HowMany:
    """A question that is answered by a number.

    Attributes:
        noun: What is counted.
        options: (number, text) of each option that is a number; None if any number may be the answer.
    """

    noun: Noun
    options: tuple[tuple[int, str], ...] | None = None

    def answers(self, counts: Bounds) -> tuple[Numbers, tuple[str, ...]]:
        """As `Whether.answers`."""
        low, high = self.noun.bounds(counts)
        certain = low == high
        options = self.options
        if options is None:
            options = tuple((int(number), str(number)) for number in np.unique(low[certain]))
        codes = np.full(low.shape, UNTOLD, np.int64)
        for code, (number, _) in enumerate(options):
            codes[certain & (low == number)] = code
        return codes, tuple(text for _, text in options)

    def nouns(self) -> tuple[Noun, ...]:
        """What the question is about."""
        return (self.noun,)


@dataclass(frozen=True)
class Which:
    """A question that names several answers, of which one is right.

    Attributes:
        claims: What each answer says.
        texts: The answers.
    """

    claims: tuple[Claim, ...]
    texts: tuple[str, ...]

    def answers(self, counts: Bounds) -> tuple[Numbers, tuple[str, ...]]:
        """As `Whether.answers`; told if one claim is true and all others are false."""
        truths = np.stack([claim.truth(counts) for claim in self.claims])
        single = ((truths == TRUE).sum(axis=0) == 1) & ((truths == FALSE).sum(axis=0) == len(truths) - 1)
        return np.where(single, truths.argmax(axis=0), UNTOLD).astype(np.int64), self.texts

    def nouns(self) -> tuple[Noun, ...]:
        """What the question is about."""
        return tuple(dict.fromkeys(noun for claim in self.claims for noun in claim.nouns()))


Asked = Whether | HowMany | Which


def _decided(true: NDArray[np.bool_], false: NDArray[np.bool_]) -> Truth:
    return np.select([true, false], [TRUE, FALSE], UNTOLD).astype(np.int8)
