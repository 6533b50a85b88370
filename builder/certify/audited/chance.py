"""Chance: what an answer scores that has nothing to do with its item, and what a guess scores.

Two levels, because an adversary can beat either. *Chance* is how often the very answers that it gave are right for
other items: the level of an adversary that knows how frequent answers are, and nothing of its item. *Guess* is one over
the number of answers that there are: the level of one that does not know that either. Of a set of which 85 % are
answered yes, who always says yes has no excess over chance, and 35 points over a guess. Who is right less often than
the same answers in any other order lies below chance, which is a cue turned round.
"""

from __future__ import annotations

import numpy as np

from twokeys.core.intervals.excess import Bools, Floats, Ints


def unrelated_chance(
    predicted: Ints, gold: Ints, cells: Ints, otherwise: Floats | float = 0.0, among: Bools | None = None
) -> Floats:
    """Chance of each answer to be right if it had nothing to do with its item.

    The chance level of an adversary that names answers: how often the answer that it names is the gold one among the
    *other* items of the cell. The most frequent answer's share is the right level for the best constant answer only.
    An adversary that knows nothing and varies its answers scores less than that, and would seem to be below chance;
    one that knows something could hide under it. Cells are (answer type, fold) pairs: on a balanced set whatever is
    most frequent outside a fold is less frequent inside it, which pushes every cross-fitted model below the overall
    rate although nothing can be learnt from it (five folds of 2,000 balanced items: -1.8 points for the constant).

    Args:
        predicted: (n,) code of the answer that was named.
        gold: (n,) code of the gold answer.
        cells: (n,) cell code; an item is compared with its cell alone.
        otherwise: Chance of an item that is alone in its cell.
        among: (n,) items whose golds are counted; all when None. The others get the chance that they would have there.

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

    These are its options; yes and no; or all answers that items of its kind have, two at least.

    Args:
        gold: (n,) codes of the gold answers.
        kinds: (n,) codes of source, split and answer type.
        options: (n,) number of options, 0 where the answer is named.
        two: (n,) whether the answers are yes and no.
        among: (n,) the set whose answers count.
    """
    kind = np.unique(kinds, return_inverse=True)[1].reshape(-1)
    pairs = np.unique(np.stack([kind, gold])[:, among], axis=1)
    distinct = np.bincount(pairs[0], minlength=int(kind.max(initial=-1)) + 1)[kind]
    named = np.where(two, 2, np.maximum(distinct, 2))
    return np.asarray(1 / np.where(options > 0, options, named), dtype=np.float64)
