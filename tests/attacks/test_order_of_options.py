"""Claim: no function of the image alone beats one half, whatever it replies, and few items have to go for that.

Attack: options are in the order of a hash, and "B" from the image alone needs no option. On quads that are balanced by
texts both questions of an image have their gold at the same letter about half of the time.

Before (ba22272): 60 quads of two-option items are published whole, all 240, and a letter by image is right on 170 of
them (70.8 %). Now: the order of options is chosen; a letter by image is right on 120 and all 240 items stay. With the
order of a hash, letters that are bounded leave 140.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from string import ascii_uppercase

import pandas as pd

from tests.attacks.reading import Asked, read_rows
from twokeys.builder.balance.select import select
from twokeys.builder.recipe import Balance
from twokeys.core.answers.marking import right
from twokeys.core.items import hashed_order


def quads() -> list[Asked]:
    """60 quads: two questions of their own about two images, options given in one order by the source."""
    golds = ("circle", "square")
    return [
        (f"{name} {quad}?", list(golds), 2 * quad + image, golds[number ^ image])
        for quad in range(60)
        for number, name in enumerate(("first", "second"))
        for image in (0, 1)
    ]


def by_letter(items: pd.DataFrame) -> int:
    """Items that the best letter of each image is right on."""
    found: Counter[str] = Counter()
    for _, part in items.groupby("image_key"):
        scores = [
            sum(right(letter, "choice", list(o), a) for o, a in zip(part["choices"], part["answer"], strict=True))
            for letter in ascii_uppercase[:2]
        ]
        found["right"] += max(scores)
    return found["right"]


def test_letters_by_image_are_bounded_and_cost_no_item(tmp_path: Path) -> None:
    items, _ = read_rows(tmp_path, quads())
    assert 2 * by_letter(items) == len(items) == 240
    assert len(select(items, Balance(within=[])).kept) == 240
    hashed = items.assign(
        choices=[hashed_order(q, list(o)) for q, o in zip(items["question"], items["choices"], strict=True)]
    )
    assert by_letter(hashed) == 170
    assert len(select(hashed, Balance(within=[])).kept) == 140
