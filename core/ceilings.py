"""Ceilings: the best accuracy that any function of one view can reach on a set. A count, not an experiment.

**The theorem, over replies.** Let a predictor f see only the key k(i) of item i and write any reply f(k(i)). The reply
is right on i if `twokeys.core.answers.marking.right` accepts it; that function reads texts, letters and numbers. Every
item i has a set of colours C(i) (`twokeys.core.colours`) such that every reply that is right on i has its colour in
C(i). The colour is a function of the reply and the key alone:

- the key is the image, or holds no options: the colour of a reply is its token,
  `twokeys.core.answers.parsing.token(reply)`, a function of the reply alone. `right(reply, i)` implies `token(reply) in
  accepted(i)`, and C(i) = accepted(i): the token of the gold and, if the item has options, of the gold's letter;
- the key is the question with its options: all items of the key have the same options in the same order, and a reply
  picks at most one of them, by text or by letter (`twokeys.core.answers.picking.picked`, a function of the reply and
  the options). `right(reply, i)` implies that it is the gold, and C(i) holds the gold option alone; without options,
  C(i) holds the token of the gold as above.

Group the items by key. Inside a group f writes the same reply, which has one colour c. So f is right on at most
n(key, c) items of the group: the items with c in C(i). That is at most the maximum over colours. Summed over groups,
the accuracy of f is at most

    ceiling = sum over keys of max over colours of n(key, colour) / n.                                           (QED)

The proof assumes nothing about f: it may be any model, trained on anything, even on the labels of the set. A predictor
that draws at random is a mixture of such functions and obeys the same bound in expectation. A predictor reaches the
bound if all items of each key's most frequent colour accept a common reply, such as a letter, an option or a text.

A predictor that sees less than the key (a paraphrase cluster, a smaller image) is a function of the key, so the
ceiling holds for it too. A predictor that sees more (bytes that the key ignores) is not. Therefore keys are made of
exactly the published text and pixels.

**Joint views.** The same count with question and image as one key must give 100 %. Less means that the same question
about the same image has golds of different colours, so that both keys together do not determine the answer. Between
one view and both lie *coarse joint views*: the image with the question's first two words, and the question with the
image's mean colour. Their ceilings are stated, not bounded: on a set that is balanced in each view, a predictor that
sees one view and a little of the other can still beat chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.colours import NONE, Colours, colours, golds
from twokeys.core.views import Bounded

Codes = NDArray[np.integer]
BLIND = ("question", "image")
"""Views of one side of an item: their ceilings are bounded."""
TYPE_WORDS = 2
"""Number of first words of a question that make its type."""


@dataclass(frozen=True)
class Ceiling:
    """A ceiling as a count.

    Attributes:
        right: Items that the best function of the view gets right.
        items: Items in the set.
        keys: Distinct keys of the view.
    """

    right: int
    items: int
    keys: int

    @property
    def share(self) -> float:
        """The ceiling as accuracy; NaN on an empty set."""
        return self.right / self.items if self.items else float("nan")


def codes(values: pd.Series[str]) -> Codes:
    """Number the distinct values of a column from 0 in order of first appearance."""
    numbers: Codes = pd.factorize(values)[0]
    return numbers


def most_frequent(keys: Codes, answers: Codes) -> Codes:
    """Count the most frequent colour of each key.

    Args:
        keys: (n,) key codes from 0.
        answers: (n,) or (n, k) colours from 0 of each item, all different; `NONE` fills up items with fewer than k.

    Returns:
        (number of keys,) size of the largest class of items with a colour in common at each key.
    """
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    item, place = np.nonzero(answers.reshape(len(keys), -1) != NONE)
    colour = answers.reshape(len(keys), -1)[item, place]
    names = int(colour.max()) + 1
    pairs, counts = np.unique(keys[item].astype(np.int64) * names + colour, return_counts=True)
    largest = np.zeros(int(keys.max()) + 1, dtype=np.int64)
    np.maximum.at(largest, pairs // names, counts)
    return largest


def ceiling(keys: Codes, answers: Codes) -> Ceiling:
    """Count the ceiling of one view, from keys and colours as `most_frequent` takes them.

    Example:
        >>> ceiling(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]))
        Ceiling(right=3, items=4, keys=2)
    """
    largest = most_frequent(keys, answers)
    return Ceiling(int(largest.sum()), len(keys), int((largest > 0).sum()))


def ceilings(items: pd.DataFrame) -> dict[str, Ceiling]:
    """Ceilings of the views `question`, `image` and `both` on an item table.

    Example:
        >>> items = {"question_key": ["q", "q", "r"], "image_key": ["x", "y", "x"], "answer": ["yes", "no", "no"]}
        >>> table = pd.DataFrame(items | {"choices": [[]] * 3, "answer_type": "yes/no"})
        >>> {view: f"{ceiling.right} of {ceiling.items}" for view, ceiling in ceilings(table).items()}
        {'question': '2 of 3', 'image': '2 of 3', 'both': '3 of 3'}
    """
    return _ceilings(items, colours(items))


def _ceilings(items: pd.DataFrame, coloured: Colours) -> dict[str, Ceiling]:
    question, image = (codes(items[f"{view}_key"]) for view in BLIND)
    return {
        "question": ceiling(question, coloured.question),
        "image": ceiling(image, coloured.image),
        "both": ceiling(_joint(question, image), golds(items)),
    }


def all_ceilings(items: pd.DataFrame) -> dict[Bounded, Ceiling]:
    """Ceilings of all views, coarse joint views included; without the image's colour if some image is only a name.

    Args:
        items: Item table with `question` and `image_colour` too.
    """
    coloured = colours(items)
    counted = {**_ceilings(items, coloured), **_coarse(items, coloured)}
    return {view: counted[view] for view in get_args(Bounded) if view in counted}


def _coarse(items: pd.DataFrame, coloured: Colours) -> dict[str, Ceiling]:
    question, image = (codes(items[f"{view}_key"]) for view in BLIND)
    coarse = {"image + question type": ceiling(_joint(image, codes(question_type(items["question"]))), coloured.image)}
    if items["image_colour"].notna().all():
        coarse["question + image colour"] = ceiling(_joint(question, codes(items["image_colour"])), coloured.question)
    return coarse


def question_type(questions: pd.Series[str]) -> pd.Series[str]:
    """The first two words of each question, lower-cased.

    Example:
        >>> question_type(pd.Series(["Is there a dog?", "Why?"])).tolist()
        ['is there', 'why?']
    """
    return questions.map(lambda text: " ".join(str(text).lower().split()[:TYPE_WORDS])).astype(object)


def _joint(first: Codes, second: Codes) -> Codes:
    """Number the distinct pairs of two codes."""
    pairs = first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second
    numbers: Codes = np.unique(pairs, return_inverse=True)[1]
    return numbers
