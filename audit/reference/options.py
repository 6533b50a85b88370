"""Options for easy-VQA's questions: drawn anew whenever a question is asked, so that no letter goes with an answer."""

from __future__ import annotations

import torch
from torch import Tensor

from twokeys.audit.reference.vocabulary import ANSWERS, COLOURS, SHAPES

COUNTS = (2, 3, 4, 6, 8)
"""How many options questions have."""
POOL = (*ANSWERS, "something")
"""What options are drawn from; the last is a word that the vocabulary lacks, and is never the answer."""
KIND = torch.tensor([2 if word in COLOURS else 1 if word in SHAPES else 0 if word in ANSWERS else 3 for word in POOL])
"""Which kind of question each of the pool answers."""


def drawn(answers: Tensor, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw options: the answer, others of its kind as far as there are, then any, in random order.

    Args:
        answers: (items,) places in `ANSWERS`.
        count: How many options each item gets.
        rng: Where chance comes from.

    Returns:
        (items, count) places in `POOL`, and (items,) which of them is the answer.

    Example:
        >>> options, right = drawn(torch.tensor([0, 5]), 2, torch.Generator().manual_seed(0))
        >>> sorted(POOL[at] for at in options[0]), POOL[options[1, right[1]]]
        (['no', 'yes'], 'black')
    """
    chance = torch.rand((len(answers), len(POOL)), generator=rng)
    chance += (KIND[answers][:, None] == KIND[None]).float()
    chance.scatter_(1, answers[:, None], 3.0)
    best = chance.topk(count, dim=1).indices  # the answer stands first
    order = torch.rand((len(answers), count), generator=rng).argsort(dim=1)
    return best.gather(1, order), (order == 0).int().argmax(dim=1)
