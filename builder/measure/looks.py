"""The looks of published text, as numbers: letter case, marks, spaces, digits, lengths. No word is known by name.

Readers see text as it is published, capitals and double marks included, so nothing is cleaned here. Every feature is a
function of the text alone; of an option, of its rivals too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MARKS = ".,?!;:'\"-()/%$&\u2019"
"""Marks that are counted one by one."""
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
    """Looks of each text, (n, len(`LOOKS`))."""
    return np.array([_looks(text) for text in texts], dtype=np.float32).reshape(len(texts), len(LOOKS))


def option_looks(options: Sequence[str]) -> Floats:
    """Looks of each option, how it differs from its rivals, and its place, (n, 2 len(`LOOKS`) + 4)."""
    own = text_looks(options)
    n = len(options)
    others = (own.sum(axis=0) - own) / max(n - 1, 1)
    place = np.arange(n)
    where = np.stack([place, n - place, place == n - 1, np.full(n, n)], axis=1).astype(np.float32)
    return np.concatenate([own, own - others, where], axis=1)


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
        sum(one == other and not one.isalnum() and not one.isspace() for one, other in pairwise(text)),
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
