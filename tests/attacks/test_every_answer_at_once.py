"""Claim: no predictor that sees only the image is right on more than the image ceiling, whatever it writes.

Attack: one reply for many answers. An item whose options are red and blue, and one whose options are green and yellow,
are both about one image; "red or green" mentions one option of each.

Before (ba22272): certified 50/50, and the listing reply is right on every item. Now: a reply gives one answer, and one
that merely mentions several gives none of them.
"""

from __future__ import annotations

from itertools import permutations

from tests.attacks.blind import best_replies, item_table
from twokeys.core.ceilings import ceilings

OPTIONS = (["red", "blue"], ["green", "yellow"])


def test_a_reply_that_lists_answers_is_right_on_no_more_than_the_ceiling() -> None:
    # Each question is asked of two images, and each image by both questions: a quad over four answers.
    table = item_table(
        (f"Which of {options}?", f"i{image}", options, options[(image + place) % 2])
        for image in range(8)
        for place, options in enumerate(OPTIONS)
    )
    words = [word for options in OPTIONS for word in options]
    lists = [joint.join(chosen) for joint in (" or ", ", ", " and ", ". ", "\n") for chosen in permutations(words, 2)]
    lists += [f"It is either {chosen}. The answer is one of them." for chosen in lists]
    lists += [", ".join(words), "A, B", "(A) red (B) yellow", *words, "A", "B"]
    found = ceilings(table)["image"]
    assert (found.right, found.items) == (8, 16)
    assert best_replies(table, "image_key", lists) <= found.right
