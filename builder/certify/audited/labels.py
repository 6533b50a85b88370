"""Labels: the gold answers of items as numbers that a permutation can move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.bounds import Answers, Bools, Floats, Ints
from twokeys.builder.certify.audited.chance import guess, unrelated_chance
from twokeys.builder.certify.audited.exchange import Exchange, exchange
from twokeys.builder.certify.audited.strata import kinds
from twokeys.core.strata import STRATA


@dataclass(frozen=True, eq=False)
class Predicted:
    """What an adversary predicted.

    Attributes:
        name: Its full name; its first part is the view.
        codes: (n,) answer codes, anything where it does not apply.
        confidence: (n,) probability of what was predicted.
        applies: (n,) items that it was asked about.
        on_removed: Whether it was fitted on what the set that it is judged on leaves out.
    """

    name: str
    codes: Ints
    confidence: Floats
    applies: Bools
    on_removed: bool = False


@dataclass(frozen=True, eq=False)
class Labels:
    """What the gold of every item is, and what else could be.

    Attributes:
        given: (n,) code of the answer where it is named; position of the gold option where one is drawn.
        options: (n,) number of options, 0 where the answer is named.
        first: (n,) where an item's options begin in `codes`.
        codes: Answer codes of all options, item by item.
        texts: Answer code -> answer.
        kind: (n,) code of the source, split, answer type and categories, as far as these are judged apart.
        two: (n,) whether there are two answers, yes and no.
        group: (n,) code of the group.
        alike: (n,) code of the options' content: equal ones are renamed alike.
    """

    given: Ints
    options: Ints
    first: Ints
    codes: Ints
    texts: tuple[str, ...]
    kind: Ints
    two: Bools
    group: Ints
    alike: Ints

    @classmethod
    def of(cls, items: pd.DataFrame, apart: Sequence[str] = STRATA) -> Labels:
        """Read them off an item table.

        Args:
            items: Item table.
            apart: Columns whose values are judged by themselves.
        """
        options = items["choices"].map(len).to_numpy(dtype=np.int64)
        flat = [choice for choices in items["choices"] for choice in choices]
        texts = sorted({*flat, *items["compared"]})
        code = {text: number for number, text in enumerate(texts)}
        given = [
            list(choices).index(answer) if len(choices) else code[answer]
            for choices, answer in zip(items["choices"], items["compared"], strict=True)
        ]
        group, alike = (
            pd.factorize(column, sort=True)[0].astype(np.int64)
            for column in (items["group"], items["choices"].map("\n".join))
        )
        return cls(
            given=np.array(given, dtype=np.int64),
            options=options,
            first=np.cumsum(options) - options,
            codes=np.array([code[choice] for choice in flat], dtype=np.int64),
            texts=tuple(texts),
            kind=kinds(items, apart),
            two=(items["answer_type"] == "yes/no").to_numpy(),
            group=group,
            alike=alike,
        )

    def gold(self, given: Ints) -> Ints:
        """(n,) answer codes that labels stand for."""
        found = given.copy()
        drawn = self.options > 0
        found[drawn] = self.codes[self.first[drawn] + given[drawn]]
        return found

    def guess(self, gold: Ints, among: Bools) -> Floats:
        """(n,) how often a guess is right, see `twokeys.builder.certify.audited.chance.guess`."""
        return guess(gold, self.kind, self.options, self.two, among)

    def exchange(self, among: Bools) -> tuple[Ints, Exchange]:
        """How the labels of some items may change places: their positions, and an exchange over these."""
        inside = np.flatnonzero(among)
        return inside, exchange(self.kind[inside], self.group[inside], self.options[inside], self.alike[inside])

    def permuted(self, among: Bools, seed: int, run: int) -> Ints:
        """(n,) labels of which those of some items are permuted among themselves.

        Labels stay within their kind, and options are renamed, for every view: who sees the image alone is held to
        the options, or the answers of the type, as well.
        """
        inside, moves = self.exchange(among)
        given = self.given.copy()
        given[inside] = moves.draw(self.given[inside], seed, run)
        return given

    def judged(self, predicted: Predicted, given: Ints, fold: Ints, among: Bools) -> Answers:
        """Set what an adversary predicted beside labels.

        Args:
            predicted: What it predicted.
            given: (n,) the labels.
            fold: (n,) its folds.
            among: (n,) the set on which it is judged, from which chance is counted.
        """
        gold, applies = self.gold(given), predicted.applies
        named, counted = np.where(applies, predicted.codes, 0), among & applies
        # The only item of its kind in a fold is compared with those of the other folds.
        elsewhere = unrelated_chance(named, gold, self.kind, among=counted)
        own = self.kind * (int(fold.max(initial=0)) + 1) + fold
        chance = unrelated_chance(named, gold, own, elsewhere, counted)
        chance = np.where(self.options > 0, 1 / np.maximum(self.options, 1), chance)
        right, guess = applies & (predicted.codes == gold), self.guess(gold, among)
        return Answers(predicted.name, right, predicted.confidence, applies, chance, guess, predicted.on_removed)
