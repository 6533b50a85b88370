"""Comparisons and places turned round: the contrary comparative, or two things in each other's place.

"Is A larger than B?" answered yes gives no to "Is A smaller than B?" and to "Is B larger than A?"; answered no it
leaves both open, for A and B may be as large. Where a question asks which of two sides one thing is on, seen from
another, the things change places with the sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twokeys.builder.pair.generators.questions.rewording import OTHER, Asked, Rewording, flip, replaced
from twokeys.builder.pair.generators.questions.table import contrasts

_ONE = r"(?:the|this|that|his|her) [\w' -]+?"
_COMPARED = re.compile(
    rf"(?:(?P<be>is|are) (?P<first>{_ONE}) (?P<word>\w+) than (?P<second>(?:the|this|that|his|her) \w+)"
    r"|(?:are|is) there (?P<more>more|fewer) [\w -]+ than [\w -]+)\?",
    re.IGNORECASE,
)
_RELATED = (
    r"(?P<be>is) (?P<first>(?:the|this|that) [\w-]+(?: [\w-]+)?) (?P<word>{words}) "
    r"(?P<second>(?:the|this|that) [\w-]+)\?"
)
_SIDES = re.compile(
    r"(?P<be>is) (?P<first>the .+?) (?P<word>to the (?:left|right) or (?:to )?the (?:right|left) of) "
    r"(?P<second>the .+)\?",
    re.IGNORECASE,
)
_MIRRORED = {"left": "right", "right": "left"}
_UNSURE = re.compile(r"\b(no|not|or|any|all|each|every|both|one|some|other|\w+n't)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\b(one|two|three|four|five|dozen)\b", re.IGNORECASE)


def contrary_comparisons(asked: Asked) -> Iterator[Rewording]:
    """Larger becomes smaller, and to the left of becomes to the right of."""
    if asked.answer not in OTHER or _UNSURE.search(asked.question):
        return
    for table, found in ((contrasts().comparatives, _compared(asked)), (contrasts().relations, _related(asked))):
        if found is None:
            continue
        name = "more" if found.groupdict().get("more") else "word"
        for contrast in table:
            for old, new in contrast.swaps():
                if found[name].lower() == old:
                    question = replaced(asked.question, *found.span(name), new)
                    yield _strict(asked, question, f"what is {old} something is not {new} it", contrast.framed)


def reversals(asked: Asked) -> Iterator[Rewording]:
    """Two things in each other's place."""
    sides = _SIDES.fullmatch(asked.question)
    if sides and asked.answer in _MIRRORED and not any(map(_plural, sides["second"].split()[1:3])):
        note = "the first is to the left of the second where the second is to the right of the first"
        yield Rewording(_swapped(asked, sides), _MIRRORED[asked.answer], True, note)
    if asked.answer not in OTHER or _UNSURE.search(asked.question):
        return
    names = {word for contrast in contrasts().comparatives for word in contrast.words}
    compared, related = _compared(asked), _related(asked)
    if compared and (compared["word"] or "").lower() in names and _single(compared):
        yield _strict(asked, _swapped(asked, compared), "what is more than another thing is not less than it")
    if related and _single(related):
        framed = {word for contrast in contrasts().relations if contrast.framed for word in contrast.words}
        note = "this does not hold of two things in both directions"
        yield _strict(asked, _swapped(asked, related), note, related["word"].lower() in framed)


def _compared(asked: Asked) -> re.Match[str] | None:
    found = _COMPARED.fullmatch(asked.question)
    return None if found and _NUMBER.search(asked.question) else found


def _related(asked: Asked) -> re.Match[str] | None:
    words = "|".join(word for contrast in contrasts().relations for word in contrast.words)
    return re.fullmatch(_RELATED.format(words=words), asked.question, re.IGNORECASE)


def _strict(asked: Asked, question: str, note: str, framed: bool = False) -> Rewording:
    certain = asked.holds and not framed
    unsure = "both may hold, seen from elsewhere" if framed else "neither may hold"
    return flip(asked, question, certain, note if certain else unsure)


def _swapped(asked: Asked, found: re.Match[str]) -> str:
    between = asked.question[found.end("first") : found.start("second")]
    return asked.question[: found.start("first")] + f"{found['second']}{between}{found['first']}?"


def _single(found: re.Match[str]) -> bool:
    """Whether both things can stand in each other's place: single ones, and the first no clause."""
    elliptic = found["second"].lower().split()[-1] in ("left", "right", "other", "one")
    single = found["be"].lower() == "is" and not _plural(found["second"]) and not found["first"].endswith("ing")
    return single and not elliptic


def _plural(name: str) -> bool:
    return name.endswith("s") and not name.endswith("ss")
