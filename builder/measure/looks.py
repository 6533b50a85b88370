"""The looks of published text, as numbers: letter case, marks, spaces, digits and lengths, but no words.

Readers see text as it is published, with capitals and double marks, so nothing is cleaned here. Every feature is a
function of the text alone and, for an option, of its competitors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MARKS = ".,?!;:'\"-()/%$&\u2019"
"""Marks that are counted separately."""
_WORD = re.compile(r"\w+")
_BEFORE_MARK = re.compile(r"\s[.,?!;:]")
_AFTER_MARK = re.compile(r"[.,?!;:](?=\w)")
LOOKS = (
    "characters", "words", "mean length of words", "first word's length", "last word's length", "capitals",
    "words with a capital", "words with a capital after the first", "words in capitals", "first letter is a capital",
    "second word has a capital", "last word has a capital", "capitals inside of words", "digits", "words of digits",
    "marks", "double marks", "ends in a letter", "ends in a full stop", "ends in a question mark", "starts with a mark",
    "spaces", "double spaces", "other spaces", "space before a mark", "no space after a mark", "edge spaces",
    "not ASCII", "words that repeat", "characters are odd in number", "words are odd in number",
    *(f"count of {mark}" for mark in MARKS),
)  # fmt: skip


def text_looks(texts: Sequence[str]) -> Floats:
    """(n, len(`LOOKS`)) looks of each text."""
    return np.array([_looks(text) for text in texts], dtype=np.float32).reshape(len(texts), len(LOOKS))


def option_looks(options: Sequence[str]) -> Floats:
    """(n, 2 len(`LOOKS`) + 4) looks of each option, their differences from its competitors, and its place."""
    looks = text_looks(options)
    n = len(options)
    others = (looks.sum(axis=0) - looks) / max(n - 1, 1)
    place = np.arange(n)
    where = np.stack([place, n - place, place == n - 1, np.full(n, n)], axis=1).astype(np.float32)
    return np.concatenate([looks, looks - others, where], axis=1)


def _looks(text: str) -> tuple[float, ...]:
    words = _WORD.findall(text) or [""]
    capital = [any(letter.isupper() for letter in word) for word in words]
    marks = [letter for letter in text if not letter.isalnum() and not letter.isspace()]
    lengths = [len(word) for word in words]
    return (
        len(text),
        len(words),
        sum(lengths) / len(words),
        lengths[0],
        lengths[-1],
        sum(letter.isupper() for letter in text),
        sum(capital),
        sum(capital[1:]),
        sum(word.isupper() and len(word) > 1 for word in words),
        words[0][:1].isupper(),
        len(words) > 1 and capital[1],
        capital[-1],
        sum(letter.isupper() for word in words for letter in word[1:]),
        sum(letter.isdigit() for letter in text),
        sum(word.isdigit() for word in words),
        len(marks),
        sum(sign == following and not sign.isalnum() and not sign.isspace() for sign, following in pairwise(text)),
        text[-1:].isalnum(),
        text.endswith("."),
        text.endswith("?"),
        bool(text) and not text[0].isalnum(),
        sum(letter.isspace() for letter in text),
        text.count("  "),
        sum(letter.isspace() and letter != " " for letter in text),
        len(_BEFORE_MARK.findall(text)),
        len(_AFTER_MARK.findall(text)),
        text != text.strip(),
        sum(ord(letter) > 127 for letter in text),
        len(words) - len(set(words)),
        len(text) % 2,
        len(words) % 2,
        *(text.count(mark) for mark in MARKS),
    )
