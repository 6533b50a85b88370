"""Answers as the VQA v2 evaluation compares them: case, punctuation, number words, articles, contractions.

Source of the procedure: Antol et al. 2015 (arXiv 1505.00468) and the evaluation that visualqa.org documents.
"""

from __future__ import annotations

import itertools
import re

ARTICLES = frozenset({"a", "an", "the"})
NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
} | {"none": "0"}
PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'

_CONTRACTED = [
    "ain't",
    "aren't",
    "can't",
    "could've",
    "couldn't",
    "couldn't've",
    "didn't",
    "doesn't",
    "don't",
    "hadn't",
    "hadn't've",
    "hasn't",
    "haven't",
    "he'd",
    "he'd've",
    "he's",
    "how'd",
    "how'll",
    "how's",
    "I'd've",
    "I'm",
    "I've",
    "isn't",
    "it'd",
    "it'd've",
    "it'll",
    "let's",
    "ma'am",
    "mightn't",
    "mightn't've",
    "might've",
    "mustn't",
    "must've",
    "needn't",
    "not've",
    "o'clock",
    "oughtn't",
    "shan't",
    "she'd've",
    "she's",
    "should've",
    "shouldn't",
    "shouldn't've",
    "somebody'd",
    "somebody'd've",
    "somebody'll",
    "somebody's",
    "someone'd",
    "someone'd've",
    "someone'll",
    "someone's",
    "something'd",
    "something'd've",
    "something'll",
    "that's",
    "there'd",
    "there'd've",
    "there're",
    "there's",
    "they'd",
    "they'd've",
    "they'll",
    "they're",
    "they've",
    "'twas",
    "wasn't",
    "we'd've",
    "we've",
    "weren't",
    "what'll",
    "what're",
    "what's",
    "what've",
    "when's",
    "where'd",
    "where's",
    "where've",
    "who'd",
    "who'd've",
    "who'll",
    "who's",
    "who've",
    "why'll",
    "why're",
    "why's",
    "won't",
    "would've",
    "wouldn't",
    "wouldn't've",
    "y'all",
    "y'all'll",
    "y'all'd've",
    "you'd",
    "you'd've",
    "you'll",
    "you're",
    "you've",
]

_COMMA_IN_NUMBER = re.compile(r"(\d)(,)(\d)")
_PERIOD = re.compile(r"\.(?!\d)")


def _misspellings() -> dict[str, str]:
    """Every contraction with one or more of its apostrophes left out -> the contraction."""
    found: dict[str, str] = {}
    for word in _CONTRACTED:
        places = [index for index, letter in enumerate(word) if letter == "'"]
        for size in range(1, len(places) + 1):
            for gone in itertools.combinations(places, size):
                found["".join(letter for index, letter in enumerate(word) if index not in gone)] = word
    return found


CONTRACTIONS = _misspellings()


def normalise(answer: str) -> str:
    """Return the form in which two answers are compared, and published.

    Example:
        >>> normalise("The  Two dogs."), normalise("dont know"), normalise("1,000"), normalise("X-Ray")
        ('2 dogs', "don't know", '1000', 'x ray')
    """
    # The evaluation makes tabs and line ends spaces; here all white space is one, or a second pass would differ.
    text = " ".join(answer.split())
    joined = _COMMA_IN_NUMBER.search(text) is not None
    plain = text
    for mark in PUNCTUATION:
        # A mark beside a space goes; one that stands only inside words separates them.
        beside_space = f"{mark} " in text or f" {mark}" in text
        plain = plain.replace(mark, "" if beside_space or joined else " ")
    plain = _PERIOD.sub("", plain)
    words = [NUMBER_WORDS.get(word, word) for word in plain.lower().split()]
    kept = [CONTRACTIONS.get(word, word) for word in words if word not in ARTICLES]
    # An answer that is nothing but an article or a mark ("A", "?") stays what it was: it must not vanish.
    return " ".join(kept) or text.lower()
