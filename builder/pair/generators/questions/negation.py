"""Contradictories: of a question and its negation exactly one is answered yes, so either answer gives the other.

`negation` says "no" of what there is: "Is there a dog?", "Is there no dog?". `denial` asks whether what was asked is
false: "Is it raining?", "Is it false that it is raining?". "Is it not raining?" is not made: people answer it in two
ways. Where a question counts or quantifies, or joins things by "and" and "or", "no" could bind to a part of it alone,
and nothing is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twokeys.builder.pair.generators.questions.rewording import OTHER, Asked, Rewording, flip, uncapitalised

_THERE = re.compile(r"((?:is|are|was|were) there|there (?:is|are|was|were))( an?| any)? ", re.IGNORECASE)
_LEAVES_NO_DOUBT = re.compile(
    r"\b(no|not|nor|non|none|never|without|but|and|or|either|neither|both|all|each|every|any\w+|some\w*|only|just"
    r"|exactly|least|most|more|less|fewer|than|enough|too|other|same|many|several|multiple|numerous|various|different"
    r"|much|few|lots?|couple|pair|bit|bunch|number|little|one|two|three|four|five|six|seven|eight|nine|ten|\d+|the|this|that|which|who|atleast|\w+n't)\b",
    re.IGNORECASE,
)
"""Words after which, or as which, a "no" put before the noun would not deny the whole."""
_SCOPED = re.compile(
    r"\b(no|not|nor|never|and|or|either|neither|each|every|both|all|only|than|but|yet|any\w*|\w+n't)\b", re.I
)
_NO_NAME = re.compile(
    r"(is|are|was|were|be|been|has|have|had|in|on|at|by|under|behind|really|actually|probably|likely|possibly|ever|yet"
    r"|still|currently|always|usually|often|also|even|going|supposed|already|now|here|there|what|he|she|they|it"
    r"|nothing|nobody|nowhere|every\w+|another|plenty|zero|certain|half|dozens?|hundreds?|thousands?|tons|loads|eleven"
    r"|twelve|about|around|almost|nearly|roughly|approximately|over|up to|close to|\w+ (an?|any))\b",
    re.IGNORECASE,
)
"""What follows is no name of a thing: "Is there likely a dog?", "Is there is a dog?", "Is there nothing here?"."""
_PRONOUN = re.compile(
    r"(?P<be>is|are|was|were) "
    r"(?P<subject>it|he|she|they|(?:this|these|those)(?= (?:an?|the|in|on|at|from|for|near)\b)) (?P<rest>.+)\?",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"(?P<be>is|are|was|were) (?P<subject>(?:the|his|her|its|their) \w+) "
    r"(?P<rest>(?!plane|image|picture|photo|view|scan|film|section|enhancement)[\w-]+)\?",
    re.IGNORECASE,
)
"""What names a picture is said of nothing: "Is the sagittal plane?" is no whole question."""
_DESCRIBES = re.compile(r"\bdescribes\b")


def negations(item: Asked) -> Iterator[Rewording]:
    """Say "no" of what is asked for."""
    if item.answer not in OTHER or not (match := _THERE.match(item.question)):
        return
    start, end = match.start(), match.end()
    rest = item.question[end:]
    head = " ".join(rest.split()[:2])
    if _LEAVES_NO_DOUBT.search(head) or _SCOPED.search(rest) or _NO_NAME.match(rest):
        return
    question = f"{item.question[start : match.end(1)]} no {rest}"
    yield flip(item, question, True, "either there is one or there is none")


def denials(item: Asked) -> Iterator[Rewording]:
    """Ask whether what is asked is false."""
    match = _PRONOUN.fullmatch(item.question) or _NOUN.fullmatch(item.question)
    if item.answer not in OTHER or not match or _SCOPED.search(item.question):
        return
    lead = "Is" if item.question[:1].isupper() else "is"
    statement = f"{uncapitalised(match['subject'])} {match['be'].lower()} {match['rest']}"
    yield flip(item, f"{lead} it false that {statement}?", True, "what is asked is either true or false")


def exclusions(item: Asked) -> Iterator[Rewording]:
    """Of two options ask for the one that does not describe the picture."""
    if len(item.choices) != 2 or len(_DESCRIBES.findall(item.question)) != 1:
        return
    (other,) = (choice for choice in item.choices if choice != item.answer)
    question = _DESCRIBES.sub("does not describe", item.question)
    yield Rewording(question, other, True, "one of the two options describes the picture, the other one does not")
