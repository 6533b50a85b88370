"""Letters of options, in the ways in which replies write them: `B`, `(b)`, `b) blue`, `B - blue`, `Option B`, `Ⓑ`.

A small letter before a word is an article or a name, not a label: `a dog` stays text. A letter alone is a label, small
or capital, and so is a letter with a mark that labels have.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from twokeys.core.answers.lookalikes import TWINS

_LEAD = re.compile(
    r"(?:(?:well|so|okay|ok|sure|hmm|therefore|thus|hence|given (?:the|this) (?:image|picture|photo)"
    r"|(?:most )?(?:probably|definitely|likely|certainly|clearly|surely|obviously)(?= \S|, )|i (?:think|believe|guess)"
    r"|i (?:can |could )?see|i count|i(?: woul|')d say"
    r"|in my opinion|in (?:the|this) (?:image|picture|photo)"
    r"|(?:it|this|that) (?:looks|seems|appears|would be|must be|should be|might be|may be|could be)(?: like| to be)?"
    r"|they (?:look|seem|appear)(?: like| to be)?|there (?:seems?|appears?) to be"
    r"|the (?:statement|claim|sentence|description|caption|assertion) is"
    r"|(?:it|this|that|there|he|she)(?: is|'s| was)|(?:they|these|those|there)(?: are|'re| were))"
    r"(?:\s*[,:]\s*|\s+)(?:that\s+)?)+",
    re.IGNORECASE,
)
_KIND = r"(?:(?:the )?(?:correct |right |best )?(?:option|choice|letter|alternative|answer)s?:? )"
_OPEN, _SHUT = r"[(\[{<\u3010\u300a]", r"[)\]}>\u3011\u300b]"
_QUOTE = "[\"']?"
_ALONE = re.compile(
    rf"{_KIND}?(?:{_OPEN}\s*){{0,2}}{_QUOTE}([A-Za-z]){_QUOTE}(?:\s*{_SHUT}){{0,2}}\s*[.:,;!]?",
    re.IGNORECASE | re.ASCII,
)
_FORMS = "|".join((
    rf"{_OPEN}\s*([A-Za-z])\s*{_SHUT}",  # (B), [b]
    r"([A-Z])(?=\.(?! ?[A-Z]\.)|[):>]|(?<!I),)",  # not U.S.A.
    r"([a-hj])(?=\)|[:.]\s+\S|:[^\W\d_]{2}| - [^\W\d_]{2})",  # b) blue; not a.m., i. e.
    r"([A-HJ-Z])(?= because\b| is (?:the |my )?(?:correct|right|best|answer)\b| - | \([^()]*[^\W\d_]{2})",
))  # fmt: skip
_NAMED_FORMS = r"([A-Z])(?![\w'])|([a-z])(?=\s*[.):,]|\s+(?:-|because|is (?:the )?(?:correct|right|best))(?!\w))"
_LEADING = re.compile(
    rf"(?:(?i:{_KIND})(?:{_NAMED_FORMS}|{_FORMS})|(?:{_FORMS}))(?P<rest>\s*[.):>,]*\s*(?P<beside>.*))", re.DOTALL
)
_TRAILING = re.compile(
    r"(?P<beside>[^()\[\]]*[^\W\d_]{2}[^()\[\]]*?)"
    r"(?:\s+[(\[](?i:option )?([A-Z])[)\]]|, (?i:option|choice) ([A-HJ-Z]))\s*[.!]?"
)
_NO_CHOICE = re.compile(
    r"\b(?:not|no|but|except|or|and|either|neither|nor|than|wrong|incorrect|only|just|[A-Z])\b|n't\b"
)
_ONE = r"(?:[(\[{][A-Z][)\]}]|[A-HJ-Z][)\].]?(?![\w']))"
_SMALL_ONE = r"(?:[(\[{][a-z][)\]}]|[a-z][)\]]?(?![\w']))"
_BETWEEN = r"\s*(?:,?\s*\band\b|,|&|;|/)\s*"
_BEFORE = (
    r"(?i:(?:both|only|all of|(?:the )?(?:correct |right )?(?:options?|choices?|letters?|answers?)(?: are)?:?)\s+)*"
)
_AFTER = (
    r"(?i:,?\s+(?:both|only|(?:are|is)(?: both| all)?(?: the)?(?: (?:correct|right|true|best))?"
    r"(?: (?:answers?|options?|choices?|ones?|statements?))?))?\W*"
)
_SEVERAL = re.compile(
    rf"{_BEFORE}(?:{_ONE}(?:{_BETWEEN}(?i:option |choice )?{_ONE})+|(?:[(\[{{][A-Z][)\]}}]\s*){{2,}}){_AFTER}"
    rf"|{_BEFORE}{_SMALL_ONE}(?:\s*(?:,?\s*\band\b|,|;)\s*{_SMALL_ONE})+{_AFTER}"
)
_EITHER = re.compile(rf"(?:either )?{_ONE}\s*(?:,|/|&|\bor\b|\band\b)\s*{_ONE}(?![\w])")
_DRAWN = re.compile("[\u24b6-\u24e9\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_TWIN = re.compile(
    rf"^((?:{_LEAD.pattern})?(?:{_KIND})?{_OPEN}?)([{''.join(TWINS)}])(?=\s*(?:[).:\]}}]|\W*$))", re.IGNORECASE
)


class Label(NamedTuple):
    """The letter that names an option, the text after it, and the text beside it without the label's marks."""

    letter: str
    rest: str
    beside: str


def led(text: str) -> str:
    """A text without lead-ins.

    Example:
        >>> led("It is a dog"), led("I can see a dog"), led("Isabel")
        ('a dog', 'a dog', 'Isabel')
    """
    lead = _LEAD.match(text)
    return text[lead.end() :] if lead else text


def in_latin(text: str) -> str:
    """A text whose labels are Latin letters: circled ones, and capitals of other scripts that look like them.

    Example:
        >>> in_latin("Ⓑ blue"), in_latin("\u0412) синий"), in_latin("\u0412 лесу")[0] == "\u0412"
        ('(B) blue', 'B) синий', True)
    """
    if text.isascii():
        return text
    text = _DRAWN.sub(lambda match: f"({_plain(match[0])})", text)
    return _TWIN.sub(lambda match: match[1] + TWINS.get(match[2], match[2]), text)


def _plain(drawn: str) -> str:
    """Return the letter inside a circle or a square."""
    code = ord(drawn)
    first = next(start for start in (0x1F170, 0x1F150, 0x24D0, 0x24B6) if code >= start)
    return chr(ord("A") + code - first)


def label(text: str) -> Label | None:
    """The label that an answer begins with, or has in brackets at its end.

    Example:
        >>> label("b) blue"), label("a dog"), label("blue (B)")
        (Label(letter='B', rest=') blue', beside='blue'), None, Label(letter='B', rest='', beside='blue'))
    """
    text = led(text.strip())
    leading = _LEADING.match(text)
    if leading:
        letter = next(group for group in leading.groups() if group)
        return Label(letter.upper(), leading["rest"], leading["beside"].strip())
    trailing = _TRAILING.fullmatch(text)
    if trailing and not _NO_CHOICE.search(trailing["beside"]):
        return Label(trailing[2] or trailing[3], "", trailing["beside"].strip())
    return None


def letters(text: str) -> tuple[str, ...]:
    """Letters of the options that an answer names, in alphabetical order; none for "A or B".

    Example:
        >>> letters("(B) blue"), letters("C, A"), letters("A dog"), letters("Option c"), letters("A or B")
        (('B',), ('A', 'C'), (), ('C',), ())
        >>> letters("Both A and C are correct"), letters("a) red"), letters("a")
        (('A', 'C'), ('A',), ('A',))
    """
    text = led(text.strip()).replace("、", ", ")
    if _SEVERAL.fullmatch(text):
        return tuple(sorted(set(listed(text))))
    if _EITHER.match(text):
        return ()
    alone = _ALONE.fullmatch(text)
    if alone and not (text.endswith("!") and alone[1].islower()):  # n! is a factorial
        return (alone[1].upper(),)
    named = label(text)
    return (named.letter,) if named else ()


def listed(text: str) -> list[str]:
    """Letters that stand alone in a text, in the order of the text.

    Example:
        >>> listed("(C) and a")
        ['C', 'A']
    """
    return [letter.upper() for letter in re.findall(r"\b[A-Za-z]\b", text)]


def beside_letter(text: str) -> str:
    """The text of an answer beside the letter that names an option; empty if no letter does.

    Example:
        >>> beside_letter("(B) blue"), beside_letter("blue")
        ('blue', '')
    """
    named = label(text)
    return named.beside if named else ""
