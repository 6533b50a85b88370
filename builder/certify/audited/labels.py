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
    """Predictions of an adversary.

    Attributes:
        name: Full name of the adversary; its first part is the view.
        codes: (n,) codes of the predicted answers; any number if the adversary does not apply.
        confidence: (n,) probability of the prediction.
        applies: (n,) items that the adversary can answer.
        on_removed: Whether the adversary was fitted on the removed items, not on the set.
    """

    name: str
    codes: Ints
    confidence: Floats
    applies: Bools
    on_removed: bool = False


@dataclass(frozen=True, eq=False)
class Labels:
    """The gold of every item, and its possible answers.

    Attributes:
        given: (n,) position of the gold option, or code of the answer if the item has no options.
        options: (n,) number of options, 0 for items without options.
        first: (n,) position in `codes` of each item's first option.
        codes: Answer codes of all options, item by item.
        texts: Answer code -> answer.
        kind: (n,) code of the source, split, answer type and categories, as far as these are separate strata.
        two: (n,) whether the possible answers are yes and no.
        group: (n,) code of the group.
        alike: (n,) code of the options' content: equal options are renamed alike.
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
        """Read the labels of an item table.

        Args:
            items: Item table.
            apart: Columns whose values are strata.
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
        """(n,) answer codes of labels."""
        codes = given.copy()
        with_options = self.options > 0
        codes[with_options] = self.codes[self.first[with_options] + given[with_options]]
        return codes

    def guess(self, gold: Ints, among: Bools) -> Floats:
        """(n,) how often a guess is right, see `twokeys.builder.certify.audited.chance.guess`."""
        return guess(gold, self.kind, self.options, self.two, among)

    def exchange(self, among: Bools) -> tuple[Ints, Exchange]:
        """Return the positions of some items, and how their labels may change places."""
        inside = np.flatnonzero(among)
        return inside, exchange(self.kind[inside], self.group[inside], self.options[inside], self.alike[inside])

    def permuted(self, among: Bools, seed: int, run: int) -> Ints:
        """(n,) labels, with the labels of some items permuted among these items.

        Labels stay within their kind, and options are renamed, for every view: an adversary that sees the image alone
        also answers with the item's options, or with answers of its type.
        """
        inside, moves = self.exchange(among)
        given = self.given.copy()
        given[inside] = moves.draw(self.given[inside], seed, run)
        return given

    def scored(self, predicted: Predicted, given: Ints, fold: Ints, among: Bools) -> Answers:
        """Compare the predictions of an adversary with labels.

        Args:
            predicted: The predictions.
            given: (n,) the labels.
            fold: (n,) the folds.
            among: (n,) the set on which chance is counted.
        """
        gold, applies = self.gold(given), predicted.applies
        named, counted = np.where(applies, predicted.codes, 0), among & applies
        # If an item is the only one of its kind in a fold, it is compared with items of the other folds.
        elsewhere = unrelated_chance(named, gold, self.kind, among=counted)
        cell = self.kind * (int(fold.max(initial=0)) + 1) + fold
        chance = unrelated_chance(named, gold, cell, elsewhere, counted)
        chance = np.where(self.options > 0, 1 / np.maximum(self.options, 1), chance)
        right, guess = applies & (predicted.codes == gold), self.guess(gold, among)
        return Answers(predicted.name, right, predicted.confidence, applies, chance, guess, predicted.on_removed)
