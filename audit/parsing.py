"""What a model's free reply answers: `token`, of the reply alone, and `picked`, among an item's options. Versioned.

A reply gives one answer: what it states as such ("the answer is B", the last such statement when there are several),
else its first sentence. Lead-ins ("It is", "I think") are left out of that. Answers that a longer text merely mentions
are not read: a reply that lists every possible answer would be right everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Literal, NamedTuple

from audit.answers import NO, YES, normalise
from audit.folding import folded

VERSION = 2
"""Raised whenever some reply would be read in another way."""
Kind = Literal["yes/no", "number", "open"]
How = Literal["empty", "option", "letter", "yes/no", "number", "text", "refusal", "ambiguous", "unreadable"]


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


_STATED = re.compile(
    r"(?:answer|choice|option|selection)\s*(?:is|would be|should be|must be|:|=)+\s*(?:option|choice|letter)?\s*"
    r"(?=[^\s.])",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}|<answer>(.*?)</answer>", re.DOTALL)
_END = re.compile(r"[.!?](?=[\"')\]]*(?:\s|$))|[。！？।؟]|\n")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(.])(?:[^\W\d_]|dr|mr|mrs|ms|st|mt|ft|jr|sr|prof|rev|gen|col|sgt|capt|lt|vs|etc|inc|co|corp|ltd|no\s*\d*|ave|blvd"
    r"|e\.g|i\.e|u\.s|approx|dept|est|fig|vol)$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?:option |choice )?[(\[{]?(?P<letter>[A-Za-z])[)\]}]?\s*[.:,;!]?", re.IGNORECASE)
_LEADING = re.compile(
    r"(?:(?:[Oo]ption |[Cc]hoice )(?P<c>[A-Z])\b|(?:[Oo]ption |[Cc]hoice )?(?:[(\[{](?P<a>[A-Za-z])[)\]}]|(?P<b>[A-Z])(?=[.):]|,(?<!I,))))"
    r"\s*[.):,]*\s*(?P<rest>.*)",
    re.DOTALL,
)
_ONE = r"(?:[(\[{][A-Z][)\]}]|[A-Z]\b(?!['’]))"
_SEVERAL = re.compile(rf"{_ONE}(?:\s*(?:,|/|&|;|and|,\s*and)\s*{_ONE})+[.]?|(?:[(\[{{][A-Z][)\]}}]\s*){{2,}}[.]?")
_LEAD = re.compile(
    r"(?:(?:well|so|okay|ok|sure|hmm|i (?:think|believe|guess|see)|i(?: woul|')d say|in my opinion|in (?:the|this) (?:image|picture|photo)"
    r"|it (?:looks|seems|appears)(?: like| to be)?|they (?:look|seem|appear)(?: like| to be)?"
    r"|(?:it|this|that|there|he|she)(?: is|'s| was)|(?:they|these|those|there)(?: are|'re| were))"
    r"(?:\s*[,:]\s*|\s+)(?:that\s+)?)+",
)
_TAIL = re.compile(
    r"(?:\s*,?\s*(?:i (?:think|believe|guess)|to me|in my opinion|in (?:the|this) (?:image|picture|photo)))+\W*$"
)
_POLAR = re.compile(
    rf"\W*({'|'.join(sorted(YES | NO))})"
    r"(?=\W*$|\s*[,.;:!?-]\s|\s+(?:there|it|it's|this|that|these|those|he|she|they|we|you|i|because|the \w+(?: \w+)? (?:is|are|was|were))\b)"
)
_BOTH = re.compile(r"\W*(yes|no)\W+(?:(?:or|and)\W+)?(yes|no)\b")
_DENIAL = re.compile(
    r"\W*(?:(?:there|it|this|that|he|she|they|these|those|the \w+(?: \w+){0,2}) (?:is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would)(?:n't| ?not| no)\b|(?:no|none|neither|nobody)\b[^,.;]* (?:is|are|was|were|can)\b)"
)
_REFUSAL = re.compile(
    r"(?:\b(?:cannot|can ?not|can't|could not|couldn't|unable to|not able to|don't|do not|didn't)\b[^.!?\n]{0,30}"
    r"\b(?:see|view|access|look|determine|answer|tell|identify|provide|assist|help|know|have (?:access|an?|the|any))\b)"
    r"|\b(?:no|without(?: (?:an?|the|any|seeing))?|missing) (?:image|picture|photo)\b"
    r"|\bas an ai\b|\bnot enough (?:information|context)\b|\binsufficient information\b"
    r"|\b(?:impossible|not possible) to (?:say|tell|know|determine|answer)\b|\bcannot be (?:determined|told|seen)\b"
    r"|\b(?:please|could you|can you)\b[^.!?\n]{0,30}\b(?:provide|share|upload|attach|describe)\b"
    r"|\b(?:image|picture|photo) (?:is|was) not (?:provided|visible|shown|available|attached)\b"
    r"|^\W*i(?:'m| am) (?:sorry|not sure)\b|^\W*(?:unknown|unsure|n/a)\W*$",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"([-+]?)([$€£¥#]?)([-+]?)(\d+(?:\.\d+)?)(%|°[cf]?)?")
_HEDGES = frozenset(
    {"about", "approximately", "around", "roughly", "exactly", "only", "just", "maybe", "probably", "perhaps"}
)


def said(reply: str) -> str:
    """What a reply gives as its answer: what it states as such, else its first sentence.

    Example:
        >>> said("The dog runs. So the answer is Dr. Pepper. Good."), said("Red. It is red.")
        ('Dr. Pepper', 'Red')
    """
    boxed = [first or second for first, second in _BOXED.findall(reply)]
    text = folded(boxed[-1] if boxed else reply)
    if stated := list(_STATED.finditer(text)):
        text = text[stated[-1].end() :]
    return _sentence(text.strip())


def _sentence(text: str) -> str:
    """The first sentence, without the mark at its end; all of the text where nothing ends."""
    for end in _END.finditer(text):
        before, after = text[: end.start()].strip(), text[end.end() :].strip(" \n\"')]")
        numbered = before.isdigit() and after  # 1. Red
        if end[0] != "." or not (_ABBREVIATED.search(before) or numbered):
            if before.strip(" .!?\"'"):
                return before
    return text


def bare(text: str) -> str:
    """The normal form of an answer without lead-ins.

    Example:
        >>> bare("It looks dark blue to me"), bare("There are about 3 dogs")
        ('dark blue', 'about 3 dogs')
    """
    small = folded(text).casefold().strip()
    inner = _TAIL.sub("", small)
    inner = inner[lead.end() :] if (lead := _LEAD.match(inner)) else inner
    return normalise(inner if inner.strip() else small)


def letters(text: str) -> tuple[str, ...]:
    """Letters of options that an answer consists of or begins with, in order of the alphabet; none for "A or B".

    Example:
        >>> letters("(B) blue"), letters("C, A"), letters("A dog"), letters("Option c")
        (('B',), ('A', 'C'), (), ('C',))
    """
    text = text.strip()
    if _SEVERAL.fullmatch(text):
        return tuple(sorted(set(re.findall(r"\b[A-Z]\b", text))))
    if re.match(rf"{_ONE}\s*(?:,|/|&|or|and)\s*{_ONE}", text):
        return ()
    if alone := _LETTER.fullmatch(text):
        return (alone["letter"].upper(),) if alone["letter"].isascii() else ()
    leading = _LEADING.match(text)
    return ((leading["a"] or leading["b"] or leading["c"]).upper(),) if leading else ()


def yes_or_no(text: str) -> str:
    """`yes` or `no` where an answer begins with such a word, or plainly denies; empty elsewhere.

    Example:
        >>> yes_or_no("True"), yes_or_no("There is no dog"), yes_or_no("no parking"), yes_or_no("yes or no")
        ('yes', 'no', '', '')
    """
    small = folded(text).casefold().strip()
    if (both := _BOTH.match(small)) and both[1] != both[2]:
        return ""
    inner = small[lead.end() :] if (lead := _LEAD.match(small)) else small
    if found := _POLAR.match(inner):
        return "yes" if found[1] in YES else "no"
    return "no" if _DENIAL.match(small) and not _REFUSAL.search(small) else ""


def quantity(plain: str) -> tuple[str, frozenset[str]] | None:
    """The one number of an answer in normal form, and the words and signs beside it; None where there is not one.

    Example:
        >>> quantity("2 feet") == ("2", frozenset({"feet"})), quantity("12:00"), quantity("2 or 3")
        (True, None, None)
    """
    numbers, units = set(), set()
    for word in plain.split():
        if found := _QUANTITY.fullmatch(word):
            before, currency, after, digits, unit = found.groups()
            numbers.add(digits if digits.strip("0.") == "" else (before or after) + digits)
            units |= {currency, unit} - {"", None}
        elif any(letter.isdigit() for letter in word):
            return None
        elif word not in _HEDGES:
            units.add(word)
    return (numbers.pop(), frozenset(units)) if len(numbers) == 1 else None


def token(reply: str) -> str:
    """The one answer that a reply gives, whatever it is asked: a letter, yes or no, a number, or a text in normal form.

    Two replies with one token may still be told apart (`2 feet`, `2 m`); replies that are right for one item with no
    options, and answer in other words, have one token. `audit.marking` says why this bounds what any reply can get.

    Example:
        >>> token("(B)"), token("No, it is not."), token("There are three."), token("It is dark blue."), token("")
        ('letter B', 'no', '3', 'text dark blue', '')
    """
    text = said(reply)
    if named := letters(text):
        return f"letter {' '.join(named)}"
    if word := yes_or_no(text):
        return word
    plain = bare(text)
    return _number(plain) or (f"text {plain}" if plain else "")


SEPARATOR = "; "
"""Between the options of an answer that is several of them."""


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

    The options' published texts come first, then cleaned ones, then letters: options that are themselves letters, or
    that clean alike (`-2` and `2`), are told apart.

    Example:
        >>> picked("(B)", ["red", "blue"]), picked("Blue.", ["red", "blue"]), picked("B-", ["B+", "B-"])
        (((1,), 'letter'), ((1,), 'option'), ((1,), 'option'))
    """
    whole, inner = " ".join(reply.split()), said(reply)
    for text in (whole, inner):
        if exact := places(choices, text):
            return exact, "option"
    plain = [normalise(choice) for choice in choices]
    for text in (normalise(whole), normalise(inner), bare(inner)):
        if same := [place for place, choice in enumerate(plain) if choice == text]:
            return ((same[0],), "option") if len(same) == 1 else ((), "ambiguous")
    if named := letters(inner):
        return _by_letter(named, inner, choices)
    parts = [normalise(part) for part in inner.split(SEPARATOR.strip())]
    if len(parts) > 1 and all(plain.count(part) == 1 for part in parts):
        return tuple(sorted({plain.index(part) for part in parts})), "option"
    alike = [place for place, choice in enumerate(choices) if alike_in_words(inner, choice)]
    if len(alike) == 1:
        return (alike[0],), "option"
    return (), "ambiguous" if alike else "unreadable"


def _by_letter(named: tuple[str, ...], inner: str, choices: Sequence[str]) -> tuple[tuple[int, ...], How]:
    """Options by their letters; none where another option's text stands beside the letter, or all are listed."""
    found = tuple(ascii_uppercase.index(letter) for letter in named)
    if found[-1] >= len(choices):
        return (), "unreadable"
    leading = _LEADING.match(inner.strip())
    if len(found) == 1 and leading and (rest := leading["rest"].strip()):
        others = [choice for place, choice in enumerate(choices) if place != found[0]]
        told = normalise(_sentence(rest))
        listed = any(
            re.search(rf"\b{ascii_uppercase[place]}[)\]}}.:]\s*{re.escape(choice)}", rest, re.IGNORECASE)
            for place, choice in enumerate(choices)
            if place != found[0]
        )
        if listed or (told != normalise(choices[found[0]]) and told in {normalise(other) for other in others}):
            return (), "ambiguous"
    return found, "letter"


def alike_in_words(inner: str, answer: str) -> bool:
    """Whether a reply's answer and another say yes or no alike, or name one number in units that do not differ.

    Example:
        >>> alike_in_words("2", "2 feet"), alike_in_words("2 m", "2 feet"), alike_in_words("Yes", "True")
        (True, False, True)
    """
    if (word := yes_or_no(answer)) and not letters(answer):
        return yes_or_no(inner) == word
    here, there = quantity(bare(inner)), quantity(bare(answer))
    if here is None or there is None or here[0] != there[0]:
        return False
    return not here[1] or not there[1] or there[1] <= here[1]


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
    inner = said(reply)
    if choices:
        found, how = picked(reply, choices)
        if found:
            return Parsed(SEPARATOR.join(choices[place] for place in found), False, how)
    elif kind == "yes/no" and (word := yes_or_no(inner)):
        return Parsed(word, False, "yes/no")
    elif kind == "number" and (number := _number(bare(inner))):
        return Parsed(number, False, "number")
    if not any(letter.isalnum() for letter in reply):
        return Parsed(None, False, "empty")
    if _REFUSAL.search(folded(reply)) and not _STATED.search(reply):
        return Parsed(None, True, "refusal")
    if choices:
        return Parsed(None, False, how)
    return Parsed(bare(inner), False, "text") if kind == "open" else Parsed(None, False, "unreadable")


def _number(plain: str) -> str:
    if plain == "none":
        return "0"
    number = quantity(plain)
    return number[0] if number else ""
