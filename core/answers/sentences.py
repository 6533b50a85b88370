"""Take the answer out of a short sentence about one thing: `The shirt is red`, `The price of it is $5`, `x = 3`.

A sentence that states two things, denies, or offers a choice is not changed.
"""

from __future__ import annotations

import re

from twokeys.core.answers.labels import led

_PLACE = r"in (?:the|this) (?:image|picture|photo|photograph)"
TAIL = re.compile(
    r"(?:(?: ?,)? ?\b(?:i (?:think|believe|guess)|to me|in my opinion|in (?:the|this) (?:image|picture|photo)"
    r"|in colou?r))+\W*$",
    re.IGNORECASE,
)
"""Empty phrases at the end of a sentence."""
_SETTING = re.compile(rf"(?:{_PLACE}|looking at (?:the|this) (?:image|picture|photo)),? ", re.IGNORECASE)
_SETTING_INSIDE = re.compile(
    rf" (?:shown |seen |visible |depicted )?{_PLACE}(?= (?:is|are|was|were|looks?|seems?|appears?)\b)", re.IGNORECASE
)
_VERB = (
    r"(?:is|are|was|were|looks|look|seems|seem|appears|appear|would be|says|say|reads|shows|show|displays|equals)"
    r"(?: (?:like|to be|approximately|about))?"
)
_SENTENCE = re.compile(
    rf"(?:(?:the|this|that|these|those|his|her|its|their|my|your|our) (?:[\w'-]+ ){{1,3}}{_VERB}|it (?:says|reads))"
    r" ([\w'-]+ and [\w'-]+|(?:(?:an?|the) )?(?:\S+ )?\S+)",
    re.IGNORECASE,
)
_MORE_SAID = re.compile(
    r"[,;:](?!\d)|\b(?:and|or|but|not|no|nor|than|is|are|was|were|has|have|which|that|while|either|neither)\b|n't\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"((?:[^\s,;:]+ ){0,4}[^\s,;:]+)[,;]? (?:because|since (?!\d)|as (?:seen|shown|indicated|can be seen)\b"
    r"|judging (?:by|from)|due to the)(?: ?\S.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""A few words before their reason."""
_POLITE = re.compile(r"(?:です|でした|입니다|이에요|예요)(?=\W*$)")
"""A copula at the end of a Japanese or Korean sentence."""
_NAMED_FACTS = (
    "age|amount|angle|animal|answer|area|author|brand|city|colou?r|cost|count|country|date|day|difference|digit"
    "|direction|distance|fruit|heading|height|kind|label|length|letter|logo|material|month|name|number|pattern"
    "|percentage|perimeter|position|price|product|radius|ratio|result|season|shape|size|speed|sport|sum|temperature"
    "|text|time|title|total|type|value|volume|weather|weight|width|word|year"
)
_FACT = re.compile(
    rf"(?:the|its|his|her|their) (?:[\w'-]+ ){{0,2}}?(?:{_NAMED_FACTS})"
    rf"(?: (?:of|on|in|at|for|shown|written|displayed|between|from) (?:[\w'-]+ ){{0,9}}?[\w'-]+)?? {_VERB}"
    r" (\S+(?: \S+){0,5})",
    re.IGNORECASE,
)
"""A named fact; its value may be a date, a time or a title."""
_MORE_FACTS = re.compile(
    r";|,(?! ?\d)|:(?!\d)|n't\b"
    r"|\b(?:or|but|not|no|nor|than|is|are|was|were|has|have|which|that|while|either|neither)\b",
    re.IGNORECASE,
)
_NO_EQUATION = re.compile(r"[<>!≤≥≠≈;,?]")
_VALUE = re.compile(r"[-+]?[$€£¥]?\d[\d.,/]*(?: ?(?:%|°|[a-z]{1,3}\b))?")
_UNSOLVED = re.compile(r"\d[a-z]|[^\W_]\s*[-+*/^(]\s*[a-z](?![a-z])|(?<![a-z])[a-z]\s*[-+*/^]", re.IGNORECASE)
"""A side of an equation that is neither a single name nor a sum of numbers."""
_OTHER_COUNT = r"(?:no|not|or|and|maybe|perhaps|about|nearly|option|choice|hundred|thousand|million|billion|dozen)\b"
_COUNT = re.compile(
    r"(?:a total of |exactly |about |only )?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
    rf"(?:(?: [^\W\d_]+){{1,4}}?(?=: (?!{_OTHER_COUNT})[^\W\d_])"
    rf"|(?: [^\W\d_]+){{0,4}}?(?= \((?!{_OTHER_COUNT})[^()]*[^\W\d_]{{2}})"
    r"|(?: [^\W\d_]+){0,4}?(?=, (?:including|of (?:which|whom)|\w+ of (?:which|whom|them))\b))",
    re.IGNORECASE,
)
"""A number with the things that it counts, before a list of these things."""


def predicate(text: str) -> str:
    """Return what a short sentence states about its subject; any other text as it is.

    Example:
        >>> predicate("The shirt is dark red"), predicate("The shirt is red, the hat is blue")
        ('dark red', 'The shirt is red, the hat is blue')
        >>> predicate("The date on the label is May 5, 2020"), predicate("2 + 1 = 3"), predicate("x > 3")
        ('May 5, 2020', '3', 'x > 3')
    """
    plain = TAIL.sub("", text.strip())
    if polite := _POLITE.search(plain):
        return plain[: polite.start()]
    if reason := _REASON.fullmatch(plain):
        return predicate(reason[1])
    if "=" in plain and (value := _solved(plain)):
        return value
    plain = _SETTING_INSIDE.sub("", _SETTING.sub("", plain, count=1) if _SETTING.match(plain) else plain)
    if (match := _SENTENCE.fullmatch(plain)) and not _MORE_SAID.search(match[1].replace(" and ", " ", 1)):
        return match[1]
    if (match := _FACT.fullmatch(plain)) and not _MORE_FACTS.search(match[1]):
        return match[1]
    return text


def _solved(text: str) -> str:
    """Return the number that an equation ends with if the equation states nothing else; else nothing."""
    *sides, value = [side.strip() for side in text.split("=")]
    plain = all(0 < len(side) <= 80 and not _UNSOLVED.search(side) for side in sides) and _VALUE.fullmatch(value)
    return value if plain and not _NO_EQUATION.search(text[: -len(value)]) else ""


def counted(text: str) -> str:
    """Return a number with the things that it counts, without a list of these things; any other text as it is.

    Example:
        >>> counted("There are 3 people: two men and a woman"), counted("3 (two men)"), counted("3 (B)")
        ('There are 3 people', '3', '3 (B)')
    """
    inner = led(text)
    match = _COUNT.match(inner)
    return text[: len(text) - len(inner) + match.end()] if match else text
