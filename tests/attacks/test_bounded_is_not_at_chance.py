"""Claim: the word over a balanced set says what was proven.

Attack: read "certified" as "at chance". Both ceilings of a set are 50 %, and that was all that was certified; with many
answers a trained adversary can stand far above chance below such a ceiling (DAQUAR: 21.1 %, chance 6.8 %).

Before (ba22272): the certificate of the set below says "certified", and nothing beside it. Now: it is "bounded", by
50 %, with the best trained adversary (50 %) and chance (10 %) beside it; in the card, the report and the terminal too.
"""

from __future__ import annotations

from tests.attacks.blind import item_table
from twokeys.builder.certify.balanced import certify

ANSWERS = [f"thing {number}" for number in range(10)]


def test_the_best_adversary_and_chance_stand_beside_the_bound() -> None:
    """Two pictures a question, two questions a picture: each has two of ten answers, and one of them is known."""
    table = item_table(
        ((f"What is at {place}?", f"i{(place + step) % 10}", [], ANSWERS[(place + step) % 10])
         for place in range(10) for step in (0, 1)),
        "open",
    )  # fmt: skip
    images = [f"i{(place + 3 * step) % 10}" for place in range(10) for step in (0, 1)]
    table = table.assign(
        image_key=images, compared=table["answer"],
        **{"question.tfidf.refit.prediction": [ANSWERS[place] for place in range(10) for _ in (0, 1)]},
    )  # fmt: skip
    said = certify(table, 0.5, [], "")
    assert (said["verdict"], said["bound"], said["reasons"]) == ("bounded", 0.5, [])
    assert said["best_adversary"] == {
        "baseline": "question.tfidf", "view": "question", "accuracy": 0.5, "chance": 0.1, "new_questions": False,
    }  # fmt: skip
