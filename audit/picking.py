"""Which of an item's options a reply picks, and what a reply to an item of a kind is read as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Literal, NamedTuple

from audit.answers import normalise
from audit.parsing import (
    bare,
    beside_letter,
    first_sentence,
    letters,
    number,
    quantity,
    refuses,
    said,
    stated,
    yes_or_no,
)

Kind = Literal["yes/no", "number", "open"]
How = Literal["empty", "option", "letter", "yes/no", "number", "text", "refusal", "ambiguous", "unreadable"]
SEPARATOR = "; "
"""Between the options of an answer that is several of them, in published order."""


class Parsed(NamedTuple):  # no dataclass: harnesses run exports as modules that Python has not registered
    """A reply, read.

    Attributes:
        answer: The option's text as given, or the answer in normal form; None where the reply gives none.
        refused: Whether the reply declines to answer.
        how: Which rule decided.
    """

    answer: str | None
    refused: bool
    how: How


def places(choices: Sequence[str], answer: str) -> tuple[int, ...]:
    """Places of the options that a gold answer is; none where it is not made of options.

    Example:
        >>> places(["red", "blue", "green"], "blue"), places(["red", "blue", "green"], "red; green")
        ((1,), (0, 2))
    """
    options = list(choices)
    if answer in options:
        return (options.index(answer),)
    parts = answer.split(SEPARATOR)
    return tuple(sorted({options.index(part) for part in parts})) if set(parts) <= set(options) else ()


def picked(reply: str, choices: Sequence[str]) -> tuple[tuple[int, ...], How]:
    """Places of the options that a reply picks, and by which rule: none where it picks none, or could mean several.

    Published texts come first, then cleaned ones, then letters, then what says the same in other words: so options that
    are letters themselves, or that clean alike (`-2` and `2`), are told apart.

    Example:
        >>> picked("(B)", ["red", "blue"]), picked("Blue.", ["red", "blue"]), picked("B-", ["B+", "B-"])
        (((1,), 'letter'), ((1,), 'option'), ((1,), 'option'))
    """
    whole, inner = " ".join(reply.split()), said(reply)
    for text in (whole, stated(reply), inner):
        if exact := places(choices, text):
            return exact, "option"
    plain = [normalise(choice) for choice in choices]
    for text in (normalise(whole), normalise(stated(reply)), normalise(inner), bare(inner)):
        if same := [place for place, choice in enumerate(plain) if choice == text]:
            return ((same[0],), "option") if len(same) == 1 else ((), "ambiguous")
    if named := letters(inner):
        return _by_letter(named, inner, choices, plain)
    parts = {normalise(part) for part in inner.split(SEPARATOR.strip())}
    if len(parts) > 1 and all(plain.count(part) == 1 for part in parts):
        return tuple(sorted(plain.index(part) for part in parts)), "option"
    alike = [place for place, choice in enumerate(choices) if says(inner, choice)]
    return ((alike[0],), "option") if len(alike) == 1 else ((), "ambiguous" if alike else "unreadable")


def _by_letter(
    named: tuple[str, ...], inner: str, choices: Sequence[str], plain: list[str]
) -> tuple[tuple[int, ...], How]:
    """Options by letters; none where another option's text stands beside the letter, or all options are listed."""
    found = tuple(ascii_uppercase.index(letter) for letter in named)
    if found[-1] >= len(choices):
        return (), "unreadable"
    if rest := beside_letter(inner) if len(found) == 1 else "":
        told = normalise(first_sentence(rest))
        listed = any(
            re.search(rf"\b{ascii_uppercase[place]}[)\]}}.:]\s*{re.escape(choice)}", rest, re.IGNORECASE)
            for place, choice in enumerate(choices)
            if place != found[0]
        )
        if listed or (told in plain and told != plain[found[0]]):
            return (), "ambiguous"
    return found, "letter"


def says(inner: str, answer: str) -> bool:
    """Whether what a reply says and an answer are yes or no alike, or one number in units that do not differ.

    Example:
        >>> says("2", "2 feet"), says("2 m", "2 feet"), says("Yes", "True")
        (True, False, True)
    """
    if word := yes_or_no(answer):
        return yes_or_no(inner) == word
    here, there = quantity(bare(inner)), quantity(bare(answer))
    if here is None or there is None or here[0] != there[0]:
        return False
    return not here[1] or there[1] <= here[1]


def parse(reply: str, kind: Kind = "open", choices: Sequence[str] = ()) -> Parsed:
    """Read a reply to an item of a kind.

    Args:
        reply: What the model wrote, without its prompt.
        kind: What is asked for; ignored where there are options.
        choices: The options in the order in which they were lettered from A on.

    Example:
        >>> parse("The answer is (B).", choices=["red", "blue"])
        Parsed(answer='blue', refused=False, how='letter')
    """
    inner, how = said(reply), "unreadable"
    if choices:
        found, how = picked(reply, choices)
        if found:
            return Parsed(SEPARATOR.join(choices[place] for place in found), False, how)
    elif kind == "yes/no" and (word := yes_or_no(inner)):
        return Parsed(word, False, "yes/no")
    elif kind == "number" and (one := number(bare(inner))):
        return Parsed(one, False, "number")
    if not any(letter.isalnum() for letter in reply):
        return Parsed(None, False, "empty")
    if refuses(reply):
        return Parsed(None, True, "refusal")
    if choices or kind != "open":
        return Parsed(None, False, how)
    return Parsed(bare(inner), False, "text")
