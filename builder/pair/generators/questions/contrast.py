"""A word is replaced by one that excludes it: "Is the door open?", "Is the door closed?".

What one word excludes follows from a yes alone: an open door is not closed. From a no it follows only where at least
one of the two holds of any such thing, and of one thing: of two doors one may be open. Where it does not follow the
answer may still be the other one, and a model that sees the picture is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twokeys.builder.pair.generators.questions.rewording import OTHER, Asked, Rewording, cased, flip, replaced
from twokeys.builder.pair.generators.questions.table import contrasts

_ABOUT = (
    r"(is|are|was|were) "
    r"(?P<subject>(the|this|that|these|those|his|her|its|their|it|he|she|they)\b(?! an? [\w-]+ [\w-]+\?).*)"
)
_PREDICATE = re.compile(rf"{_ABOUT} (?P<word>[\w-]+)\?", re.IGNORECASE)
_MODIFIER = re.compile(r"(is|was) (this|that|it) an? (?P<word>[\w-]+) (?P<named>[\w -]+)\?", re.IGNORECASE)
_BEYOND = re.compile(
    r"\b(in|on|at|of|by|to|for|from|with|near|behind|above|below|under|over|next|beside|inside|outside|being|that|who"
    r"|\w+ing|\w+ed|shown|here|there)\b",
    re.IGNORECASE,
)
"""Where the name of a thing ends and what is said of it begins."""
_PICTURE = re.compile(
    r"(is|was) (?:(?:this|that|it) (?:an?|the|taken|in|from)|(?:this|the) (?:image|picture|film|scan|slice)) "
    r"(?P<rest>.+)",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"(is|are|was|were) (?!there\b|the\b|this\b|that\b)[\w -]+ (?P<word>present|absent)"
    r"( (?:in|on|at|within|here)\b[\w -]*)?\?",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(no|not|or|nor|never|any|all|each|every|both|one|some|only|either|neither|than|entire|whole|\w+n't)\b"
    r"|\b(also|even|still|where|when|which|who|what|why|if|to (?!the\b))|\w (?:that|those) (?:is|are)\b",
    re.IGNORECASE,
)
"""What joins, counts or compares, and clauses in which the word may belong to something else."""
_ADVERB = re.compile(
    r"(is|was) it .* (inside|outside|indoors|outdoors)\?"
    r"|(\w+ing|(?!turned|switched|powered)\w+ed|\w+wn|written|sat|stood|hung|laid|me|him|her|it) (on|off)\?"
    r"|\b(half|brand|of|\w+ly) [\w-]+\?"
    r"|\w+ing (tall|short|long|wide|narrow|thick|thin|large|big|small)\?",
    re.IGNORECASE,
)
"""It may be cold inside and outside, to show off and to be drawn on have no contrary, what is half full is half empty,
and who stands tall is not measured."""


def predicates(item: Asked) -> Iterator[Rewording]:
    """Replace the last word, the one that is said of a thing."""
    match = _PREDICATE.fullmatch(item.question)
    if item.answer not in OTHER or not match or _UNSURE.search(item.question) or _ADVERB.search(item.question):
        return
    single = match[1].lower() in ("is", "was")
    for contrast in contrasts().predicates:
        for old, new in contrast.swaps():
            if match["word"].lower() == old and contrast.says(_named(match["subject"])):
                question = replaced(item.question, *match.span("word"), cased(new, match["word"]))
                yield _excluded(item, question, old, new, contrast.covers(_named(match["subject"])) and single)


def modifiers(item: Asked) -> Iterator[Rewording]:
    """Replace what stands before the name of what is shown."""
    match = _MODIFIER.fullmatch(item.question)
    if item.answer not in OTHER or not match or _UNSURE.search(item.question):
        return
    for contrast in contrasts().modifiers:
        for old, new in contrast.swaps():
            if match["word"].lower() == old:
                question = replaced(item.question, *match.span("word"), cased(new, match["word"]))
                yield _excluded(item, question, old, new, contrast.covers(_named(match["named"])))


def _named(phrase: str) -> str:
    """The noun of a phrase that names a thing: the last word before what is said of it.

    Example:
        >>> _named("the water in this photo"), _named("x ray"), _named("it")
        ('water', 'ray', 'it')
    """
    head = _BEYOND.split(phrase, maxsplit=1)[0].split() or phrase.split()
    return head[-1]


def presences(item: Asked) -> Iterator[Rewording]:
    """Replace present by absent, which is the contrary whether one thing is asked for or several."""
    match = _PRESENT.fullmatch(item.question)
    if item.answer not in OTHER or not match or _UNSURE.search(item.question) or " and " in item.question:
        return
    old = match["word"].lower()
    new = "absent" if old == "present" else "present"
    yield _excluded(item, replaced(item.question, *match.span("word"), new), old, new, True)


def pictures(item: Asked) -> Iterator[Rewording]:
    """Replace what a whole picture is said to be."""
    match = _PICTURE.match(item.question)
    if item.answer not in OTHER or not match or _UNSURE.search(item.question):
        return
    row_of = {word: row for row in contrasts().pictures for word in row}
    named = list(re.finditer(rf"\b({'|'.join(row_of)})\b", item.question, re.IGNORECASE))
    # A T1-weighted MRI has no counterpart among CTs.
    if len(named) != 1 or named[0].start() < match.start("rest"):
        return
    old = named[0].group()
    for new in row_of[old.lower()]:
        if new != old.lower():
            yield _excluded(item, replaced(item.question, *named[0].span(), cased(new, old)), old, new, False)


def _excluded(item: Asked, question: str, old: str, new: str, exhaustive: bool) -> Rewording:
    if item.holds:
        return flip(item, question, True, f"what is {old} is not {new}")
    note = f"what is not {old} is {new}" if exhaustive else f"what is not {old} may be {new}"
    return flip(item, question, exhaustive, note)
