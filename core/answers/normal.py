"""The normal form in which golds and replies are compared.

Golds and replies go through one function, so every gold is a right reply to its item. The form drops what does not
distinguish answers (letter case, articles, quotation marks, marks at the end) and keeps what does: signs, comparisons,
decimals, fractions, units, currencies, and marks that belong to names (`C#`, `B-`, `www.google.com`). Letter case of
units and formulas is handled separately (`twokeys.core.answers.letter_case`). The form began as the procedure of the
VQA v2 evaluation (Antol et al. 2015, arXiv 1505.00468), which drops both; `twokeys.audit.evaluation.scores` has it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

from twokeys.core.answers.folding import folded
from twokeys.core.answers.letter_case import exact

ARTICLES = frozenset({"a", "an", "the"})
NAMED = frozenset({
    "vitamin", "hepatitis", "influenza", "type", "group", "class", "grade", "category", "plan", "team", "point",
    "figure", "fig", "section", "angle", "option", "choice", "gate", "exit", "terminal", "zone", "lane", "platform",
    "series", "serie", "variant", "strain", "factor", "protein", "phase", "label", "letter", "panel",
})  # fmt: skip
"""Nouns that a letter follows as a name: an `a` after them is no article."""
_YES_ABROAD = "oui sí sim ja da да tak evet có 是 是的 对 有 はい ええ 네 예 हाँ हां نعم ใช่"
_NO_ABROAD = "non nein nee nej não nie нет hayır không 不 不是 否 没有 沒有 いいえ 아니요 아니오 नहीं لا ไม่ ไม่ใช่"
YES = frozenset({"yes", "yeah", "yep", "yup", "true", "correct", *folded(_YES_ABROAD).split()})
NO = frozenset({"no", "nope", "nah", "false", "incorrect", *folded(_NO_ABROAD).split()})
"""Words of assent and denial; a word of one language that says something else in another one is not among them."""
PLAIN = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
"""Answers that are yes or no whatever type their item has."""
SMALL = {word: number for number, word in enumerate((
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
))}  # fmt: skip
TENS = {word: 10 * number for number, word in enumerate((
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
), start=2)}  # fmt: skip

_CONTRACTED = (
    "ain't", "aren't", "can't", "could've", "couldn't", "couldn't've", "didn't", "doesn't", "don't", "hadn't",
    "hadn't've", "hasn't", "haven't", "he'd", "he'd've", "he's", "how'd", "how'll", "how's", "I'd've", "I'm", "I've",
    "isn't", "it'd", "it'd've", "it'll", "let's", "ma'am", "mightn't", "mightn't've", "might've", "mustn't",
    "must've", "needn't", "not've", "o'clock", "oughtn't", "shan't", "she'd've", "she's", "should've", "shouldn't",
    "shouldn't've", "somebody'd", "somebody'd've", "somebody'll", "somebody's", "someone'd", "someone'd've",
    "someone'll", "someone's", "something'd", "something'd've", "something'll", "that's", "there'd", "there'd've",
    "there're", "there's", "they'd", "they'd've", "they'll", "they're", "they've", "'twas", "wasn't", "we'd've",
    "we've", "weren't", "what'll", "what're", "what's", "what've", "when's", "where'd", "where's", "where've",
    "who'd", "who'd've", "who'll", "who's", "who've", "why'll", "why're", "why's", "won't", "would've", "wouldn't",
    "wouldn't've", "y'all", "y'all'll", "y'all'd've", "you'd", "you'd've", "you'll", "you're", "you've",
)  # fmt: skip


def _misspellings() -> dict[str, str]:
    """Map every contraction that lacks one or more apostrophes to the contraction."""
    contraction: dict[str, str] = {}
    for word in _CONTRACTED:
        places = [index for index, letter in enumerate(word) if letter == "'"]
        for size in range(1, len(places) + 1):
            for gone in itertools.combinations(places, size):
                contraction["".join(letter for index, letter in enumerate(word) if index not in gone)] = word
    return contraction


CONTRACTIONS = _misspellings()

_L = r"[^\W\d_]"  # a letter of any script
_BARE = re.compile(r"[a-z]+(?: [a-z]+)*")
_NUMBER_WORD = re.compile(
    rf"(?<!no )\b(?:({'|'.join(TENS)})(?:[- ]({'|'.join(list(SMALL)[1:10])}))?|({'|'.join(SMALL)}))\b(?!')"
)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_INITIALS = re.compile(rf"(?<![\w.])(?:{_L}\.)+{_L}(?:\.(?=\W|$)|(?![\w.]))")
_UNITS = "mm|cm|km|m|in|ft|yd|mg|g|kg|lbs?|oz|ml|l|mph|kmh|kph|hz|khz|mhz|ghz|kb|mb|gb|tb|w|kw|v|am|pm|cents?"
_MARKS = tuple((re.compile(pattern), by) for pattern, by in (
    # quotation marks; a mark that remains after a digit means inches
    (r'"([^"]*)"', r" \1 "),
    (r'(?<!\d)"', " "),
    (r"(?<![\w'])'([^']+)'(?![\w'])", r" \1 "),
    # words in brackets, a number in brackets
    (rf"(?<![\w)\]])[(\[{{]\s*({_L}[^()\[\]{{}}\d<>=+,/]*)[)\]}}]", r" \1 "),
    (r"(?<![\w)\]])\(\s*([-+]?[\d.]+)\s*\)(?!\w)", r" \1 "),
    # marks that only join words: x-ray, 7-up, black/white; but x-1, B-, 1/2, n/a
    (rf"(?<={_L}{_L})\s*[-_]+\s*(?={_L})|(?<={_L})\s*[-_]+\s*(?={_L}{_L})|(?<=\d)-(?={_L}{_L})", " "),
    (rf"(?<={_L}{_L}{_L})\s*/\s*(?={_L}{_L}{_L})", " "),
    (r"\s&\s", " and "),
    # units and currencies stand at their number
    (r"(?<=\d)\s*(?:per ?cent\b|%)", "%"),
    (r"(?<=\d)\s*degrees?\b|\s+°", "°"),
    (rf"(?<=\d)(?=(?:{_UNITS})\b)", " "),
    (r"(?<=[$€£¥#])\s+(?=\d)", ""),
    (r"(?<![\w.,$€£¥])(\d[\d.,]*)\s*([€£¥])(?!\w)", r"\2\1"),
    (r"(?<=\d)\s+(?=√)", ""),
    # signs between two sides: X + Y < Z, 3 : 4, (0, 1)
    (r"(?<=\S)\s*(<=|>=|!=|[<>=*^×÷/·])\s*(?=\S)|(?<=\S)\s+([-+±])\s+(?=[\w(.√$])", r"\1\2"),
    (r"(?<!\S)([-+<>≈~±]=?)\s+(?=[\d.$])", r"\1"),
    (r"(?<=[\w)])\s+([-+]+)$", r"\1"),
    (rf"(?<=\d)\s*([,:])\s*(?=[\d-])|(?<=\b{_L})\s*(,)\s*(?={_L}\b)", r"\1\2"),
    # marks that only end or separate words
    (rf"(?<!\d)(?<!\b{_L}),|(?<=\d),(?![\d-])|(?<=\b{_L}),(?!{_L}\b)", " "),
    (r"(?<!\d):|:(?!\d)|[;?]|\.{2,}", " "),
    (r"[。！？।॥؟،؛、¿¡۔։။។።]", " "),
    (r"\.(?=\s|$)|(?<!\S)-+(?=\s|$)", " "),
))  # fmt: skip
_EXCLAIMED = re.compile(r"((?:\d|(?<![^\W_])[a-z]|\([^()]{0,80}[\d+*/^-][^()]{0,80}\))!{1,2})(?!=)|!(?!=)")
"""A factorial (of a number, a small letter or a sum in brackets), or a mark at the end of a sentence."""
_NAME_A = re.compile(r"(?<=[^\s.,:;!?(\"'] )A(?= (?!and\b|or\b)[a-z])")
"""A capital A inside a text that goes on in small letters: a name, not an article."""
_LEADING_NUMBER = re.compile(r"([-+]?[$€£¥]?[-+]?)(\d*\.?\d+)(?![\w.,/:^*×])")


@lru_cache(1 << 16)
def normalise(answer: str) -> str:
    """Return the form in which answers are compared; a second pass changes nothing, and no answer becomes empty.

    Example:
        >>> normalise("The  Two dogs."), normalise("dont know"), normalise("1,000"), normalise("X-Ray")
        ('2 dogs', "don't know", '1000', 'x ray')
        >>> normalise("-5"), normalise("< 5 %"), normalise("B-"), normalise("Dr. Pepper"), normalise("3.0")
        ('-5', '<5%', 'b-', 'dr pepper', '3')
    """
    text = " ".join(answer.split())
    while (plain := _plainer(text)) != text:
        text = plain
    return text


def _plainer(answer: str) -> str:
    """Take one step towards the normal form; an answer of marks alone stays as it is."""
    cased = _EXCLAIMED.sub(lambda match: match[1] or " ", " ".join(folded(answer).split()))
    small = cased.casefold()
    if len(small) == len(cased):  # else some letter became several, and positions have shifted
        for match in _NAME_A.finditer(cased):
            small = f"{small[: match.start()]}A{small[match.end() :]}"
    text = whole = " ".join(small.split()) or " ".join(folded(answer).split()) or answer
    if not _BARE.fullmatch(text):
        text = _INITIALS.sub(lambda match: match[0].replace(".", ""), text)
        text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
        for pattern, by in _MARKS:
            text = pattern.sub(by, text)
    words = [CONTRACTIONS.get(word, word) for word in _NUMBER_WORD.sub(_digits, text).split()]
    text = " ".join(_without_articles(words)) or whole
    number = _LEADING_NUMBER.match(text)
    return number[1] + _short(number[2]) + text[number.end() :] if number else text


def _without_articles(words: list[str]) -> list[str]:
    """Remove articles from the words of a normal form; letters that are names stay: A and B, vitamin A pills."""
    if all(len(word) == 1 or not word[0].isalpha() for word in words):
        return words  # "A, C" and "A 4" name, and hold no article
    named = [before in NAMED for before in ["", *words[:-1]]]
    ends = [after in ("and", "or") for after in [*words[1:], "and"]]
    return [
        "a" if name and word == "A" else word
        for word, name, end in zip(words, named, ends, strict=True)
        if word not in ARTICLES or end or (name and word == "a")
    ]


def _digits(match: re.Match[str]) -> str:
    tens, ones, small = match.groups()
    return str(SMALL[small] if small else TENS[tens] + SMALL.get(ones, 0))


def _short(number: str) -> str:
    """Remove the zeros of a number that do not change its value."""
    whole, point, part = number.partition(".")
    part = part.rstrip("0")
    whole = (whole.lstrip("0") or "0") if point else whole
    return f"{whole}.{part}" if part else whole


def compared(answer_type: str, choices: Sequence[str], answer: str) -> str:
    """Return the form in which an item's gold is compared: golds with equal forms are one answer.

    Args:
        answer_type: The item's answer type.
        choices: The item's options; empty if it has none. Options are compared by identity.
        answer: The item's gold answer.

    Example:
        >>> compared("yes/no", [], "True"), compared("number", [], "1,000.0"), compared("choice", ["B+", "B-"], "B-")
        ('yes', '1000', 'B-')
        >>> compared("open", [], "dog; a cat"), compared("open", [], "A; C"), compared("open", [], "5 MW")
        ('cat; dog', 'a; c', '5 MW')
    """
    if len(choices):  # a table may give the options as an array
        return answer
    several = sorted({exact(normalise(part), folded(part).strip()) for part in answer.split(";") if part.strip()})
    if len(several) > 1:
        return "; ".join(several)
    plain = normalise(answer)
    if answer_type == "yes/no" and plain in YES | NO:
        return "yes" if plain in YES else "no"
    if answer_type == "number" and plain == "none":
        return "0"
    return PLAIN.get(plain) or exact(plain, folded(answer))
