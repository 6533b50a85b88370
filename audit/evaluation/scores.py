"""Scores beside exact match, for items that several people answered: VQA accuracy, and ANLS for texts in documents.

Both take the whole reply, as the evaluations that they are of do, and no bound of this benchmark speaks of them: the
ceilings bound exact match (`twokeys.core.answers.marking`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from twokeys.core.answers.normal import ARTICLES, CONTRACTIONS, SMALL

ENOUGH = 3
"""People who must have given an answer for it to count in full."""
NEAR = 0.5
"""Similarity below which ANLS counts nothing."""

_WORDS = {word: str(number) for word, number in SMALL.items() if number <= 10} | {"none": "0"}
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_COMMA = re.compile(r"(\d)(,)(\d)")
_PERIOD = re.compile(r"\.(?!\d)")


def vqa_accuracy(reply: str, answers: Sequence[str]) -> float:
    """How many people gave the reply, three being enough: min(n / 3, 1), averaged over leaving each of them out.

    Antol et al. 2015 (arXiv 1505.00468), as the evaluation that visualqa.org documents computes it. It normalises
    answers only where people disagree; here that is always done, which differs where all gave one answer.

    Example:
        >>> vqa_accuracy("Two", ["2"] * 2 + ["3"] * 8), vqa_accuracy("2", ["2"] * 4 + ["3"] * 6)
        (0.6, 1.0)
    """
    given, said = [official(answer) for answer in answers], official(reply)
    found = [min(sum(one == said for one in given[:own] + given[own + 1 :]) / ENOUGH, 1) for own in range(len(given))]
    return round(sum(found) / len(found), 9)


def official(answer: str) -> str:
    """An answer as the VQA evaluation compares it: without punctuation, articles and case, contractions written out.

    Example:
        >>> official("The  Two dogs."), official("dont know"), official("1,000"), official("-5"), official("C++")
        ('2 dogs', "don't know", '1000', '5', 'c')
    """
    text = " ".join(answer.split())
    joined = _COMMA.search(text) is not None
    plain = text
    for mark in _PUNCTUATION:
        # A mark beside a space goes; one that stands only inside words separates them.
        beside_space = f"{mark} " in text or f" {mark}" in text
        plain = plain.replace(mark, "" if beside_space or joined else " ")
    words = [_WORDS.get(word, word) for word in _PERIOD.sub("", plain).lower().split()]
    return " ".join(CONTRACTIONS.get(word, word) for word in words if word not in ARTICLES)


def anls(reply: str, answers: Sequence[str]) -> float:
    """Similarity of a reply to the nearest answer, nothing below one half (Biten et al. 2019, arXiv 1905.13648).

    Example:
        >>> anls("Coca cola", ["coca-cola"]), anls("Pepsi", ["coca-cola"])
        (0.888889, 0.0)
    """
    text = " ".join(reply.lower().split())
    near = max(_similarity(text, " ".join(answer.lower().split())) for answer in answers)
    return round(near, 6) if near >= NEAR else 0.0


def _similarity(first: str, other: str) -> float:
    """1 - edit distance over the length of the longer text."""
    most = max(len(first), len(other))
    if abs(len(first) - len(other)) > (1 - NEAR) * most:
        return 0.0  # each character more is an edit: no need to look at long replies
    row = list(range(len(other) + 1))
    for place, letter in enumerate(first, start=1):
        diagonal, row[0] = row[0], place
        for at, their in enumerate(other, start=1):
            diagonal, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, diagonal + (letter != their))
    return 1 - row[-1] / most if most else 1.0


def second_scores(reply: str, answers: Sequence[str], asked: Sequence[str]) -> dict[str, float]:
    """Scores of a reply beside exact match, by name: VQA accuracy, and those that the benchmark asks for.

    Args:
        reply: What the model wrote.
        answers: What people answered; where it is empty there is no second score.
        asked: `anls`, or nothing.

    Example:
        >>> second_scores("red", ["red", "red", "pink"], []), second_scores("red", [], [])
        ({'vqa_accuracy': 0.444444444}, {})
    """
    if not len(answers):
        return {}
    found = {"vqa_accuracy": vqa_accuracy(reply, answers)}
    return found | ({"anls": anls(reply, answers)} if "anls" in asked else {})
