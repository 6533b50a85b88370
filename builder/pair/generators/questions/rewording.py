"""A question in other words, and what follows for its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

OTHER = {"yes": "no", "no": "yes", "true": "false", "false": "true"}
"""The other answer of a question that has two."""
_LETTERS = re.compile(r"[AEFHILMNORSX](?![a-z])")
"""Abbreviations that are read letter by letter and begin with a vowel's sound, such as MRI and X-ray."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands in the corpus.

    Attributes:
        question: Its text.
        answer: Its gold answer.
        choices: Its options; empty where there are none.
    """

    question: str
    answer: str
    choices: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the answer affirms what is asked."""
        return self.answer in ("yes", "true")


@dataclass(frozen=True, slots=True)
class Rewording:
    """A question in other words.

    Attributes:
        question: The new question.
        answer: Its answer.
        certain: Whether the answer follows; else only a model that sees the picture can say.
        note: How it follows.
    """

    question: str
    answer: str
    certain: bool
    note: str


def flip(item: Asked, question: str, certain: bool, note: str) -> Rewording:
    """The new question with the other one of the two answers."""
    return Rewording(question, OTHER[item.answer], certain, note)


def replaced(text: str, start: int, end: int, new: str) -> str:
    """Put a phrase in place of another; the first letter of the text stays a capital, and `a` before it stays right.

    Example:
        >>> replaced("Is this a CT?", 10, 12, "MRI"), replaced("Is it an owl?", 9, 12, "cat")
        ('Is this an MRI?', 'Is it a cat?')
    """
    if start == 0 and text[:1].isupper():
        new = new[:1].upper() + new[1:]
    before = re.sub(r"\b([Aa])n?( )$", lambda match: match[1] + ("n" if vowel(new) else "") + match[2], text[:start])
    return before + new + text[end:]


def uncapitalised(text: str) -> str:
    """A phrase as it stands inside a question: its first word in small letters, unless that is written in capitals.

    Example:
        >>> uncapitalised("The GB"), uncapitalised("IT department"), uncapitalised("It")
        ('the GB', 'IT department', 'it')
    """
    first, space, rest = text.partition(" ")
    return (first if first.isupper() and len(first) > 1 else first.lower()) + space + rest


def vowel(word: str) -> bool:
    """Whether `an` stands before a word.

    Example:
        >>> [vowel(word) for word in ("MRI", "owl", "CT", "unicorn", "hour", "AP film", "one")]
        [True, True, False, False, True, True, False]
    """
    first = re.split(r"[ -]", word)[0]
    if first.isupper() and len(first) < 4:
        return bool(_LETTERS.match(word))
    return bool(re.match(r"(?!uni|use|usu|eu|one\b|once|uro)[aeiou]|hour|honest|heir", word, re.IGNORECASE))


def cased(new: str, old: str) -> str:
    """Write a phrase as another is written: all capitals where that is an abbreviation, else as it is.

    Example:
        >>> cased("mri", "CT"), cased("blue", "red")
        ('MRI', 'blue')
    """
    return new.upper() if old.isupper() and len(old) > 1 else new
