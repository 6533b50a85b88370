"""Labels: the gold answers of items as numbers that a permutation can move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from builder.audited.bounds import Answers, Bools, Floats, Ints
from builder.audited.chance import unrelated_chance
from builder.audited.exchange import Exchange, exchange


@dataclass(frozen=True, eq=False)
class Golds:
    """Labels of the two sides; they say the same unless they were permuted.

    Attributes:
        asked: (n,) for views that see the question or its options: codes of answers, or positions of gold options.
        seen: (n,) for the view that sees the picture: codes of answers.
    """

    asked: Ints
    seen: Ints


@dataclass(frozen=True, eq=False)
class Labels:
    """What the gold of every item is, and what else could be.

    Attributes:
        given: (n,) code of the answer where it is named; position of the gold option where one is drawn.
        options: (n,) number of options, 0 where the answer is named.
        first: (n,) where an item's options begin in `codes`.
        codes: Answer codes of all options, item by item.
        texts: Answer code -> answer.
        kind: (n,) code of the answer type.
        group: (n,) code of the group.
        alike: (n,) code of the options' content: equal ones are renamed alike.
    """

    given: Ints
    options: Ints
    first: Ints
    codes: Ints
    texts: tuple[str, ...]
    kind: Ints
    group: Ints
    alike: Ints

    @classmethod
    def of(cls, items: pd.DataFrame) -> Labels:
        """Read them off an item table."""
        options = items["choices"].map(len).to_numpy(dtype=np.int64)
        flat = [choice for choices in items["choices"] for choice in choices]
        texts = sorted({*flat, *items["compared"]})
        code = {text: number for number, text in enumerate(texts)}
        given = [
            list(choices).index(answer) if len(choices) else code[answer]
            for choices, answer in zip(items["choices"], items["compared"], strict=True)
        ]
        kind, group, alike = (
            pd.factorize(column, sort=True)[0].astype(np.int64)
            for column in (items["answer_type"], items["group"], items["choices"].map("\n".join))
        )
        return cls(
            given=np.array(given, dtype=np.int64),
            options=options,
            first=np.cumsum(options) - options,
            codes=np.array([code[choice] for choice in flat], dtype=np.int64),
            texts=tuple(texts),
            kind=kind,
            group=group,
            alike=alike,
        )

    def gold(self, given: Ints) -> Ints:
        """(n,) answer codes that labels stand for."""
        found = given.copy()
        drawn = self.options > 0
        found[drawn] = self.codes[self.first[drawn] + given[drawn]]
        return found

    def of_view(self, name: str, golds: Golds) -> Ints:
        """(n,) answer codes that an adversary of that name is to find."""
        return golds.seen if name.startswith("image.") else self.gold(golds.asked)

    def exchange(self, among: Bools) -> tuple[Ints, Exchange]:
        """How the labels of some items may change places: their positions, and an exchange over these."""
        inside = np.flatnonzero(among)
        return inside, exchange(self.kind[inside], self.group[inside], self.options[inside], self.alike[inside])

    def real(self) -> Golds:
        """The labels as they are."""
        return Golds(self.given, self.gold(self.given))

    def permuted(self, among: Bools, seed: int, run: int) -> Golds:
        """Labels of which those of some items are permuted among themselves, for either side by its own exchange.

        Who sees the picture alone may know from it what is asked and which options there are, so its labels move over
        all answer types and options.
        """
        inside, moves = self.exchange(among)
        asked = self.given.copy()
        asked[inside] = moves.draw(self.given[inside], seed, run)
        seen = self.gold(self.given)
        over_all = exchange(np.zeros(len(inside), dtype=np.int64), self.group[inside])
        seen[inside] = over_all.draw(seen[inside], seed, run)
        return Golds(asked, seen)


def judged(
    name: str,
    said: Ints,
    gold: Ints,
    confidence: Floats,
    applies: Bools,
    labels: Labels,
    fold: Ints,
    among: Bools,
    on_removed: bool = False,
) -> Answers:
    """Set what an adversary said beside the labels.

    Args:
        name: Its full name; its first part is the view.
        said: (n,) answer codes, anything where it does not apply.
        gold: (n,) codes of the gold answers.
        confidence: (n,) probability of what was said.
        applies: (n,) items that it was asked about.
        labels: What the labels stand for.
        fold: (n,) its folds.
        among: (n,) the set on which it is judged, from which chance is counted.
        on_removed: Whether it was fitted on what that set leaves out.
    """
    sees_picture_alone = name.startswith("image.")
    # Who sees the picture alone does not know the answer type, nor the options.
    kind = np.zeros_like(labels.kind) if sees_picture_alone else labels.kind
    cell = kind * (int(fold.max(initial=0)) + 1) + fold
    # The only item of its answer type in a fold is compared with those of the other folds.
    of_type = unrelated_chance(np.where(applies, said, 0), gold, kind, among=among & applies)
    named = unrelated_chance(np.where(applies, said, 0), gold, cell, of_type, among & applies)
    draws = (labels.options > 0) & (not sees_picture_alone)
    chance = np.where(draws, 1 / np.maximum(labels.options, 1), named)
    return Answers(name, applies & (said == gold), confidence, applies, chance, on_removed)
