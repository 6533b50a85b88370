"""Places of options that mean something: letters, labels, and options that speak of other options.

Readers name options by letter, A for the first. An option that is itself a letter ("C"), or carries one ("Figure C",
"C) a cube"), stands at the place of that letter, or one letter would mean two options. An option that speaks of other
options or of their places ("B and D", "None of these"), or a question that does ("What is wrong with option B?"), keeps
the whole item in the order of its source. All other options are free: their order is chosen
(`twokeys.builder.read.option_order`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from string import ascii_uppercase
from typing import Literal

from twokeys.core.answers.labels import beside_letter, letters
from twokeys.core.answers.lookalikes import alike
from twokeys.core.answers.parsing import said
from twokeys.core.option_words import KINDS, ORDINAL, speaks_of_others

Freedom = Literal["free", "pinned", "source order"]
CLASH = "options that are letters, out of their places"
"""Begins what is found where no order of the options can be read."""

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
    """Say what decides the order of an item's options.

    Args:
        question: The published question.
        choices: Its options in the order of the source; two at least.

    Example:
        >>> freedom("Which one?", ["red", "blue"]), freedom("Which one?", ["E", "C", "A"])
        ('free', 'pinned')
        >>> freedom("Which one?", ["red", "blue", "None of these"])
        'source order'
    """
    return _freedom(question, tuple(sorted(choices)))


@lru_cache(2**16)
def _freedom(question: str, choices: tuple[str, ...]) -> Freedom:
    if _speaks(question, len(choices)) or any(_refers(option, len(choices)) for option in choices):
        return "source order"
    wanted = [place for place in map(_place, choices, [len(choices)] * len(choices)) if place is not None]
    if len(set(wanted)) < len(wanted):
        return "source order"
    return "pinned" if wanted else "free"


def pins(choices: Sequence[str]) -> dict[str, int]:
    """The options that are letters or carry one, and their places; asked where `freedom` says `pinned`.

    Example:
        >>> pins(["E", "C", "A"]), pins(["a cube", "Figure A"])
        ({'C': 2, 'A': 0}, {'Figure A': 0})
    """
    found = {option: _place(option, len(choices)) for option in choices}
    return {option: place for option, place in found.items() if place is not None}


def clash(question: str, choices: Sequence[str]) -> str | None:
    """Say what is wrong where an option that is a letter cannot stand at its own place; None where all is well.

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
    if (place := _letter(option, count)) is not None:
        return place
    found = _LABELLED.fullmatch(_plain(option))
    if found:
        return _within(next(filter(None, found.groups())), count)
    named = letters(said(option))
    return _within(named[0], count) if len(named) == 1 else None


def _letter(option: str, count: int) -> int | None:
    """The place of the letter that an option is."""
    if found := _ALONE.fullmatch(_plain(option)):
        return _within(found[1], count)
    inner = said(option)  # as a reply that says so is read
    named = letters(inner)
    return _within(named[0], count) if len(named) == 1 and not beside_letter(inner) else None


def _plain(text: str) -> str:
    """A text as it looks, without marks of Markdown and LaTeX, and without quotes around it."""
    return _MARKUP.sub("", alike(text, cased=False)).strip()


def _within(letter: str, count: int) -> int | None:
    place = ascii_uppercase.find(letter.upper())
    return place if 0 <= place < count else None


def _refers(option: str, count: int) -> bool:
    """Whether an option speaks of other options or of their places."""
    plain = _plain(option)
    return speaks_of_others(plain) or bool(_lists(count).search(plain))


@cache
def _lists(count: int) -> re.Pattern[str]:
    """Options by their letters, of `count` options: "A and B", "only C", "(A) or (D)", "A-C"."""
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


def _speaks(question: str, count: int) -> bool:
    """Whether a question speaks of options by their letters or places, or lists them itself."""
    return bool(_asked(count).search(_plain(question)))


@cache
def _asked(count: int) -> re.Pattern[str]:
    letter = rf"[A-{ascii_uppercase[count - 1]}]"
    kinds = r"(?:[Oo]ptions?|[Cc]hoices?|[Aa]nswers?|[Aa]lternatives?)"
    return re.compile(
        rf"\b{kinds}\s*:?\s*[(\[]?{letter}[)\]]?(?![\w'\u2019])"
        rf"|(?i:\b(?:{ORDINAL})\s+(?:two\s+|three\s+)?{KINDS}\b)|\b{kinds}\s+(?:number\s+|no\.?\s*|#)?\d"
        r"|(?<!\w)[(\[]?A[).\]:]\s.*(?<!\w)[(\[]?B[).\]:]\s|(?<!\w)[(\[]?a[)\]]\s.*(?<!\w)[(\[]?b[)\]]\s",
        re.DOTALL,
    )
