"""Options whose place carries meaning: letters, labels, and options that refer to other options.

Readers name options by letter, A for the first. An option that is a letter ("C") or carries a letter ("Figure C",
"C) a cube") must stand at the place of that letter, or one letter would mean two options. If an option refers to other
options or to their places ("B and D", "None of these"), or the question does ("What is wrong with option B?"), all
options of the item keep the order of the source. The order of all other options is free:
`twokeys.builder.read.option_order` chooses it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from string import ascii_uppercase
from typing import Literal

from twokeys.core.answers.labels import beside_letter, letters
from twokeys.core.answers.lookalikes import alike
from twokeys.core.answers.parsing import answer_part
from twokeys.core.option_words import KINDS, ORDINAL, speaks_of_others

Freedom = Literal["free", "pinned", "source order"]
CLASH = "options that are letters, out of their places"
"""Beginning of the problem with options for which no order works."""

_MARKUP = re.compile(
    r"[*_`$#\"\u201c\u201d{}]+|\\(?:boxed|text|textbf|textrm|mbox|mathrm|mathbf|rm)\b|^['\u2018]|['\u2019]$"
)
_ALONE = re.compile(
    r"(?:the\s+)?(?:(?:correct|right|best)\s+)?(?:(?:option|choice|answer|letter|alternative)\s*(?:is|:)?\s*)?"
    r"[(\[]?\s*([A-Z])\s*[)\]]?[.:,;!]?",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:the\s+)?(?:[^\W\d_][\w-]*\s+){1,3}[(\[]?([A-Z])[)\]]?\.?"  # Figure C
    r"|(?:[(\[]([A-Z])[)\]]|([A-Z])[).:])\s*\S.*"  # C) a cube
)


def freedom(question: str, choices: Sequence[str]) -> Freedom:
    """Return what decides the order of an item's options.

    Args:
        question: The published question.
        choices: The item's options in the order of the source; at least two.

    Example:
        >>> freedom("Which one?", ["red", "blue"]), freedom("Which one?", ["E", "C", "A"])
        ('free', 'pinned')
        >>> freedom("Which one?", ["red", "blue", "None of these"])
        'source order'
    """
    return _freedom(question, tuple(sorted(choices)))


@lru_cache(2**16)
def _freedom(question: str, choices: tuple[str, ...]) -> Freedom:
    if _asks_about_options(question, len(choices)) or any(_refers(option, len(choices)) for option in choices):
        return "source order"
    places = [_place(choice, len(choices)) for choice in choices]
    wanted = [place for place in places if place is not None]
    if len(set(wanted)) < len(wanted):
        return "source order"
    return "pinned" if wanted else "free"


def pins(choices: Sequence[str]) -> dict[str, int]:
    """Return options that are or carry letters, and their places; callers use it if `freedom` is `pinned`.

    Example:
        >>> pins(["E", "C", "A"]), pins(["a cube", "Figure A"])
        ({'C': 2, 'A': 0}, {'Figure A': 0})
    """
    places = {option: _place(option, len(choices)) for option in choices}
    return {option: place for option, place in places.items() if place is not None}


def clash(question: str, choices: Sequence[str]) -> str | None:
    """Return the problem if an option that is a letter cannot stand at the letter's place, else None.

    Example:
        >>> clash("Which one?", ["A", "a", "red"])
        "options that are letters, out of their places: ['A', 'a', 'red']"
        >>> clash("Which one?", ["A", "B", "A and B"]) is None
        True
    """
    if freedom(question, choices) != "source order":
        return None
    letters = [_letter(option, len(choices)) for option in choices]
    if all(letter in (None, place) for place, letter in enumerate(letters)):
        return None
    return f"{CLASH}: {list(choices)}"


def _place(option: str, count: int) -> int | None:
    """Return the place that an option demands, as a letter or by a label; None if it demands none."""
    if (place := _letter(option, count)) is not None:
        return place
    labelled = _LABELLED.fullmatch(_plain(option))
    if labelled:
        return _within(next(filter(None, labelled.groups())), count)
    named = letters(answer_part(option))
    return _within(named[0], count) if len(named) == 1 else None


def _letter(option: str, count: int) -> int | None:
    """Return the place of the letter that an option is; None if it is no letter."""
    if alone := _ALONE.fullmatch(_plain(option)):
        return _within(alone[1], count)
    inner = answer_part(option)  # a reply with this text would be read in the same way
    named = letters(inner)
    return _within(named[0], count) if len(named) == 1 and not beside_letter(inner) else None


def _plain(text: str) -> str:
    """Return a text as it looks, without marks of Markdown and LaTeX, and without quotes around it."""
    return _MARKUP.sub("", alike(text, cased=False)).strip()


def _within(letter: str, count: int) -> int | None:
    place = ascii_uppercase.find(letter.upper())
    return place if 0 <= place < count else None


def _refers(option: str, count: int) -> bool:
    """Whether an option refers to other options or to their places."""
    plain = _plain(option)
    return speaks_of_others(plain) or bool(_lists(count).search(plain))


@cache
def _lists(count: int) -> re.Pattern[str]:
    """Pattern of references to some of `count` options by letter: "A and B", "only C", "(A) or (D)", "A-C"."""
    last = ascii_uppercase[count - 1]
    upper, either = rf"[(\[]?[A-{last}][)\]]?", rf"[(\[]?[A-{last}a-{last.lower()}][)\]]?"
    words = r"(?:,\s*)?\b(?:and|or|nor|but not|und|oder|et|ou|y|и|или)\b|,|&|和|或|及|与|、"
    others = r"\s+(?:e|en|o|of|i|a|ve|veya|oraz|lub|और|या|و|أو)\s+|\s*(?:と|または|及び|과|와|이나)\s*"
    alone = r"(?:仅|僅|只有|только|nur|seulement|solo|sólo|solamente|apenas|somente|alleen|soltanto|केवल|فقط)"
    russian, arabic = "[ABVАБВГДЕ]", "[أابجد]"
    return re.compile(
        rf"(?<![\w'\u2019]){either}\s*(?:{words})\s*(?:not\s+|only\s+)?{either}(?![\w'\u2019])"
        rf"|(?<![\w'\u2019]){upper}\s*(?:/|\+|-|\u2013|\u2014|to\b|through\b)\s*{upper}(?![\w'\u2019])"
        rf"|\b(?:[Oo]nly|[Jj]ust|[Nn]ot|[Ee]xcept|[Aa]ll but|[Ss]ame as)\s+(?:{KINDS}\s+)?{upper}(?![\w'\u2019])"
        rf"|(?<![\w'\u2019]){upper}(?:{others}){upper}(?![\w'\u2019])|\b{alone}\s*{upper}(?![\w'\u2019])"
        rf"|(?<!\w){upper}(?:のみ|だけ|만)|(?<!\w){russian}\s*(?:и|или|,)\s*{russian}(?!\w)"
        rf"|(?<!\w){arabic}\s*(?:و|أو)\s*{arabic}(?!\w)"
        rf"|(?<![\w'\u2019]){upper}\s+(?:only|alone)\b|.[(\[][A-{last}][)\]]|\b{KINDS}\s+{upper}(?![\w'\u2019])"
    )


def _asks_about_options(question: str, count: int) -> bool:
    """Whether a question refers to options by their letters or places, or lists the options itself."""
    return bool(_references(count).search(_plain(question)))


@cache
def _references(count: int) -> re.Pattern[str]:
    """Pattern of a question's references to some of `count` options."""
    letter = rf"[A-{ascii_uppercase[count - 1]}]"
    kinds = r"(?:[Oo]ptions?|[Cc]hoices?|[Aa]nswers?|[Aa]lternatives?)"
    return re.compile(
        rf"\b{kinds}\s*:?\s*[(\[]?{letter}[)\]]?(?![\w'\u2019])"
        rf"|(?i:\b(?:{ORDINAL})\s+(?:two\s+|three\s+)?{KINDS}\b)|\b{kinds}\s+(?:number\s+|no\.?\s*|#)?\d"
        r"|(?<!\w)[(\[]?A[).\]:]\s.*(?<!\w)[(\[]?B[).\]:]\s|(?<!\w)[(\[]?a[)\]]\s.*(?<!\w)[(\[]?b[)\]]\s",
        re.DOTALL,
    )
