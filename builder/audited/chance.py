"""Chance of an answer that has nothing to do with its item: the level from which an adversary's excess is counted."""

from __future__ import annotations

import numpy as np

from builder.audited.statistics import Bools, Floats, Ints


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
