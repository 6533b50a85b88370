"""Chance: the accuracy of answers that are unrelated to their items, and the accuracy of a guess.

There are two levels, because an adversary can beat either. *Chance* is how often the adversary's answers are right for
other items: the level of an adversary that uses the frequencies of answers and nothing of its item. *Guess* is one over
the number of possible answers: the level of an adversary that does not even use the frequencies. If 85 % of a set are
answered yes, an adversary that always answers yes has no excess over chance, and 35 points over a guess. An adversary
that is right less often than its answers in random order lies below chance, which is an inverse cue.
"""

from __future__ import annotations

import numpy as np

from twokeys.core.intervals.excess import Bools, Floats, Ints


def unrelated_chance(
    predicted: Ints, gold: Ints, cells: Ints, otherwise: Floats | float = 0.0, among: Bools | None = None
) -> Floats:
    """Chance of each answer to be right if it is unrelated to its item.

    This is the chance level of an adversary that names answers: how often its answer is the gold among the *other*
    items of the cell. The share of the most frequent answer would be the right level only for the best constant
    answer. An adversary without a cue that varies its answers scores less than that, and would seem to be below
    chance; an adversary with a cue could hide below it. Cells are (answer type, fold) pairs: on a balanced set the
    most frequent answer outside a fold is less frequent inside it. That pushes every cross-fitted model below the
    overall rate, although nothing can be learnt from it (five folds of 2,000 balanced items: -1.8 points for the
    constant).

    Args:
        predicted: (n,) code of the predicted answer.
        gold: (n,) code of the gold answer.
        cells: (n,) cell code; an item is compared only with other items of its cell.
        otherwise: Chance of an item that is alone in its cell.
        among: (n,) items whose golds are counted; all if None. Other items get the chance that they would have there.

    Returns:
        (n,) chances in [0, 1]; in every cell with several items the mean excess over them is 0 for a constant answer.
    """
    among = np.ones(len(gold), dtype=bool) if among is None else among
    answers = int(max(predicted.max(initial=0), gold.max(initial=0))) + 1
    cell = np.unique(cells, return_inverse=True)[1].reshape(-1)
    rows, where = np.unique(np.concatenate([cell * answers + gold, cell * answers + predicted]), return_inverse=True)
    counts = np.bincount(where[: len(gold)][among], minlength=len(rows))
    same = counts[where[len(gold) :]] - (among & (predicted == gold))
    others = np.bincount(cell[among], minlength=int(cell.max(initial=0)) + 1)[cell] - among
    return np.where(others > 0, same / np.maximum(others, 1), otherwise)


def guess(gold: Ints, kinds: Ints, options: Ints, two: Bools, among: Bools) -> Floats:
    """How often a guess is right: one over the number of answers that an item may have.

    The possible answers are the item's options; yes and no; or all answers of items of its kind, at least two.

    Args:
        gold: (n,) codes of the gold answers.
        kinds: (n,) codes of source, split and answer type.
        options: (n,) number of options, 0 for items without options.
        two: (n,) whether the answers are yes and no.
        among: (n,) the set whose answers count.
    """
    kind = np.unique(kinds, return_inverse=True)[1].reshape(-1)
    pairs = np.unique(np.stack([kind, gold])[:, among], axis=1)
    distinct = np.bincount(pairs[0], minlength=int(kind.max(initial=-1)) + 1)[kind]
    named = np.where(two, 2, np.maximum(distinct, 2))
    return np.asarray(1 / np.where(options > 0, options, named), dtype=np.float64)
