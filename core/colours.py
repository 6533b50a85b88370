"""Colours: what a reply must give to be right on an item, at its question and at its image.

A predictor of one view gives one reply for each key of it, and a reply is read as one answer
(`twokeys.core.answers.parsing.token`, a function of the reply alone). So items that the same reply can be right on must
have a colour in common:

- at a **question** all items have the same options in the same order. A reply picks at most one of them, and an item's
  colour is its gold option, written as a letter; without options it is the token of its gold;
- at an **image** no option is seen, and a reply may yet be right on an item in two ways: by the option's text and by
  its letter. An item has both colours there: the token of its gold and, where it has options, that of its letter.

`Yes` and `yes`, or `3` and `three`, are one token, and so one colour. Golds that are compared as one answer are one
colour too, where their tokens differ (`E. coli` is read as the letter E, `E coli` as a text): else they would be each
other's counterfactuals. Colours that are merged bound no less: the colour of a reply is that of its token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.answers.marking import accepted
from twokeys.core.answers.normal import compared, normalise

Ints = NDArray[np.int64]
NONE = -1
"""Stands where an item has fewer colours than others."""


@dataclass(frozen=True)
class Colours:
    """Colours of a table's items, as codes from 0 in sorted order.

    Attributes:
        question: (n,) colour at the question.
        image: (n, k) colours at the image, all different, the token of the gold first; `NONE` where there are fewer.
    """

    question: Ints
    image: Ints

    @property
    def text(self) -> Ints:
        """(n,) the token of each item's gold."""
        return self.image[:, 0]


def colours(items: pd.DataFrame) -> Colours:
    """Colour a table.

    Args:
        items: Table with `choices` (in published order), `answer` and `answer_type`. If it has the column `accepted`,
            as rows of a published config do, tokens are those: so a part of the rows is coloured as the whole is.

    Example:
        >>> table = {"choices": [["Yes", "No"], []], "answer": ["Yes", "yes"], "answer_type": ["choice", "yes/no"]}
        >>> found = colours(pd.DataFrame(table))
        >>> found.question.tolist(), found.image.tolist()
        ([0, 1], [[1, 0], [1, -1]])
    """
    tokens = list(map(tuple, items["accepted"])) if "accepted" in items else accepted_tokens(items)
    most = max(map(len, tokens), default=1)
    flat = pd.factorize(np.array([token for of in tokens for token in of], dtype=object), sort=True)[0]
    sizes = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    image = np.full((len(tokens), most), NONE, dtype=np.int64)
    image[np.arange(most) < sizes[:, None]] = flat
    # Among options a reply picks a place; without any it is a token.
    picked = pd.factorize(np.array([of[-1] for of in tokens], dtype=object), sort=True)[0]
    return Colours(picked.astype(np.int64), image)


def _merged(tokens: Sequence[str], golds: Sequence[str]) -> dict[str, str]:
    """Tokens that are one colour, since golds in one normal form have them -> the first of these tokens.

    Args:
        tokens: Token of each gold.
        golds: Normal form of each gold.
    """
    above: dict[str, str] = {}

    def top(token: str) -> str:
        while token in above:
            token = above[token]
        return token

    first: dict[str, str] = {}
    for token, gold in set(zip(tokens, golds, strict=True)):
        here, there = sorted((top(token), top(first.setdefault(gold, token))))
        if here != there:
            above[there] = here
    return {token: top(token) for token in above}


def accepted_tokens(items: pd.DataFrame) -> list[tuple[str, ...]]:
    """The different tokens of replies that each item accepts: that of its gold, and then that of its letter.

    Tokens of golds of the table that are compared as one answer are written as one, the first of them.

    Example:
        >>> table = {"choices": [["Yes", "No"], []], "answer": ["No", "no"], "answer_type": ["choice", "yes/no"]}
        >>> accepted_tokens(pd.DataFrame(table))
        [('no', 'letter B'), ('no',)]
    """
    known: dict[tuple[str, tuple[str, ...], str], tuple[str, ...]] = {}
    found = []
    for kind, choices, answer in zip(items["answer_type"], items["choices"], items["answer"], strict=True):
        case = str(kind), tuple(choices), str(answer)
        if case not in known:
            known[case] = tuple(dict.fromkeys(accepted(*case)))
        found.append(known[case])
    one = _merged([of[0] for of in found], [normalise(str(answer)) for answer in items["answer"]])
    return [tuple(dict.fromkeys(one.get(token, token) for token in of)) for of in found] if one else found


def with_accepted(items: pd.DataFrame) -> pd.DataFrame:
    """A table with the published column `accepted`, by which anybody can count ceilings.

    At an image all tokens of an item count, at a question the last.
    """
    return items.assign(accepted=pd.Series(accepted_tokens(items), index=items.index, dtype=object))


def golds(items: pd.DataFrame) -> Ints:
    """(n,) what each gold is compared as, as codes from 0 in sorted order: both keys together must tell it.

    Finer than tokens: `3 m` and `3 cm` have the token `3`, since for some items the reply `3` is right, and no reply is
    right for both.

    Args:
        items: Table with `choices`, `answer` and `answer_type`.
    """
    columns = zip(items["answer_type"], items["choices"], items["answer"], strict=True)
    found = [compared(str(kind), tuple(choices), str(answer)) for kind, choices, answer in columns]
    return pd.factorize(np.array(found, dtype=object), sort=True)[0].astype(np.int64)


def contradicted(items: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the same question about the same image has another gold: both keys do not tell the answer.

    Args:
        items: Item table, as for `colours`, with `question_key` and `image_key`.
    """
    table = pd.DataFrame(
        {
            "question": items["question_key"].to_numpy(),
            "image": items["image_key"].to_numpy(),
            "gold": golds(items),
        }
    )
    return (table.groupby(["question", "image"])["gold"].transform("nunique") > 1).to_numpy(dtype=bool)
