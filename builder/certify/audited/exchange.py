"""Exchange: which labels may change places if a view is unrelated to the answer.

A permutation test needs a null hypothesis under which the permuted labels are as likely as the real labels. Here it is:
*the view is unrelated to the answer*. Three facts hold even then, and the permutation must preserve them.

- **Strata.** The answer type decides which answers are possible, and the question reveals it. Labels stay within their
  stratum, so every stratum keeps its multiset of labels, and with it its chance level.
- **Groups.** Items of a group resemble each other in content (therefore they share a fold), and their labels may depend
  on each other: partners have opposite labels, questions about one image have consistent labels. Moving labels one by
  one would destroy that dependence, and the null distribution would belong to another, easier design. So the labels of
  a group within a stratum, a *block*, move together and in order, to a block of the same size. Blocks are exchangeable
  if groups are independent and groups of one size are alike. Dependence between the strata of a group is lost. If a
  size has only few blocks, its labels would hardly move; the items of such blocks are exchanged one by one within the
  stratum, which is exact only if their labels do not depend on each other.
- **Options.** The gold option of one item is no option of another item, so in multiple choice nothing moves between
  items. Under the null each option is equally likely to be gold, so a random permutation renames the positions of a
  question's options. Items of a group with the same options share the permutation, so that partners with different
  answers still have different answers.

The view `image` does not show the options, so labels are answers like any other: it passes no options here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twokeys.core.intervals.excess import Ints


@dataclass(frozen=True, eq=False)
class Exchange:
    """How to permute the labels of one view.

    Attributes:
        blocks: Classes of exchangeable blocks: each (b, s), a row being the positions of one block's s items.
        options: Units of multiple choice by number of options: (options, positions (m,), unit of each (m,)).
    """

    blocks: tuple[Ints, ...]
    options: tuple[tuple[int, Ints, Ints], ...]

    def draw(self, labels: Ints, seed: int, run: int) -> Ints:
        """Permute labels, (n,): answer codes or positions of the gold option, as a function of (seed, run) alone."""
        rng = np.random.default_rng([seed, run])
        permuted = labels.copy()
        for block in self.blocks:
            permuted[block] = labels[rng.permutation(block)]
        for number, position, unit in self.options:
            names = rng.permuted(np.tile(np.arange(number), (int(unit.max()) + 1, 1)), axis=1)
            permuted[position] = names[unit, labels[position]]
        return permuted


def exchange(
    strata: Ints, groups: Ints, options: Ints | None = None, choices: Ints | None = None, fewest: int = 5
) -> Exchange:
    """Determine which labels can be exchanged.

    Args:
        strata: (n,) code of the answer type.
        groups: (n,) code of the group.
        options: (n,) number of options, 0 for items without options; None if no item has options.
        choices: (n,) code of the options' content, so that equal options are renamed alike; None if all differ.
        fewest: Fewest blocks of one size in a stratum that move as blocks.
    """
    n = len(strata)
    options = np.zeros(n, dtype=np.int64) if options is None else options
    choices = np.arange(n) if choices is None else choices
    named, drawn = np.flatnonzero(options == 0), np.flatnonzero(options > 0)

    # Rows of a block side by side, in their original order.
    order = named[np.lexsort((named, groups[named], strata[named]))]
    key = np.stack([strata[order], groups[order]])
    start = np.flatnonzero((np.diff(key, axis=1, prepend=key[:, :1] - 1) != 0).any(axis=0))
    size = np.diff(start, append=len(order))
    classes: list[Ints] = []
    single: list[Ints] = []
    for stratum in np.unique(strata[named]):
        inside = strata[order[start]] == stratum
        rest = [np.zeros(0, dtype=np.int64)]
        for length in np.unique(size[inside]):
            begins = start[inside & (size == length)]
            block = order[begins[:, None] + np.arange(length)]
            if len(block) >= fewest:
                classes.append(block)
            else:
                rest.append(block.ravel())
        single.append(np.sort(np.concatenate(rest)))
    loose = [items[:, None] for items in single if len(items)]

    unit = np.unique(np.stack([groups[drawn], choices[drawn]]), axis=1, return_inverse=True)[1].reshape(-1)
    renamed = []
    for number in np.unique(options[drawn]):
        inside = options[drawn] == number
        renamed.append((int(number), drawn[inside], np.unique(unit[inside], return_inverse=True)[1]))
    return Exchange((*classes, *loose), tuple(renamed))
