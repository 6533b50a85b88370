"""Colours: the answers that are right on an item, at its question and at its image.

A predictor of one view gives one reply for each key of the view, and a reply is read as one answer
(`twokeys.core.answers.parsing.token`, a function of the reply alone). So if one reply can be right on two items, the
items must share a colour:

- at a **question** all items have the same options in the same order. A reply picks at most one of them, and an item's
  colour is its gold option, written as a letter. Without options it is the token of the gold;
- at an **image** the predictor sees no options, but a reply can be right on an item in two ways: by the option's text
  and by its letter. So an item has both colours: the token of its gold and, if it has options, of the gold's letter.

`Yes` and `yes`, or `3` and `three`, have one token, and so one colour. Golds with one normal form have one colour even
if their tokens differ (`E. coli` is read as the letter E, `E coli` as a text); else they would be each other's
counterfactuals. Merging colours does not weaken the bound: the colour of a reply is the colour of its token.
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
"""Fills the places of items that have fewer colours than others."""


@dataclass(frozen=True)
class Colours:
    """Colours of a table's items, as codes from 0 in sorted order.

    Attributes:
        question: (n,) colour at the question.
        image: (n, k) colours at the image, all different, the token of the gold first; `NONE` fills up if there are
            fewer.
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
            as rows of a published config do, the tokens are taken from there. So a part of a published config gets
            the same colours as the whole.

    Example:
        >>> table = {"choices": [["Yes", "No"], []], "answer": ["Yes", "yes"], "answer_type": ["choice", "yes/no"]}
        >>> coloured = colours(pd.DataFrame(table))
        >>> coloured.question.tolist(), coloured.image.tolist()
        ([0, 1], [[1, 0], [1, -1]])
    """
    tokens = list(map(tuple, items["accepted"])) if "accepted" in items else accepted_tokens(items)
    most = max(map(len, tokens), default=1)
    flat = pd.factorize(np.array([token for of_item in tokens for token in of_item], dtype=object), sort=True)[0]
    sizes = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    image = np.full((len(tokens), most), NONE, dtype=np.int64)
    image[np.arange(most) < sizes[:, None]] = flat
    # The last token is the letter of the gold option, or the token of the gold if there are no options.
    picked = pd.factorize(np.array([of_item[-1] for of_item in tokens], dtype=object), sort=True)[0]
    return Colours(picked.astype(np.int64), image)


def _merged(tokens: Sequence[str], golds: Sequence[str]) -> dict[str, str]:
    """Map tokens of golds with one normal form, which are one colour, to the first of these tokens.

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
    """Return the different tokens that each item accepts: the token of its gold, then the token of its letter.

    Tokens of golds with one normal form are replaced by the first of them.

    Example:
        >>> table = {"choices": [["Yes", "No"], []], "answer": ["No", "no"], "answer_type": ["choice", "yes/no"]}
        >>> accepted_tokens(pd.DataFrame(table))
        [('no', 'letter B'), ('no',)]
    """
    of_case: dict[tuple[str, tuple[str, ...], str], tuple[str, ...]] = {}
    tokens = []
    for kind, choices, answer in zip(items["answer_type"], items["choices"], items["answer"], strict=True):
        case = str(kind), tuple(choices), str(answer)
        if case not in of_case:
            of_case[case] = tuple(dict.fromkeys(accepted(*case)))
        tokens.append(of_case[case])
    merged = _merged([of_item[0] for of_item in tokens], [normalise(str(answer)) for answer in items["answer"]])
    if not merged:
        return tokens
    return [tuple(dict.fromkeys(merged.get(token, token) for token in of_item)) for of_item in tokens]


def with_accepted(items: pd.DataFrame) -> pd.DataFrame:
    """Add the published column `accepted`, from which any reader can count the ceilings.

    At an image all tokens of an item are its colours; at a question only the last token is.
    """
    return items.assign(accepted=pd.Series(accepted_tokens(items), index=items.index, dtype=object))


def golds(items: pd.DataFrame) -> Ints:
    """(n,) compared form of each gold, as codes from 0 in sorted order: both keys together must determine it.

    These codes are finer than tokens. `3 m` and `3 cm` both have the token `3`, since the reply `3` is right on some
    items, but no reply is right for both golds.

    Args:
        items: Table with `choices`, `answer` and `answer_type`.
    """
    columns = zip(items["answer_type"], items["choices"], items["answer"], strict=True)
    forms = [compared(str(kind), tuple(choices), str(answer)) for kind, choices, answer in columns]
    return pd.factorize(np.array(forms, dtype=object), sort=True)[0].astype(np.int64)


def contradicted(items: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the same question about the same image has another gold, so that both keys do not determine the answer.

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
