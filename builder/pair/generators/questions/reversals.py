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


def contrary_comparisons(item: Asked) -> Iterator[Rewording]:
    """Larger becomes smaller, and to the left of becomes to the right of."""
    if item.answer not in OTHER or _UNSURE.search(item.question):
        return
    for table, match in ((contrasts().comparatives, _compared(item)), (contrasts().relations, _related(item))):
        if match is None:
            continue
        name = "more" if match.groupdict().get("more") else "word"
        for contrast in table:
            for old, new in contrast.swaps():
                if match[name].lower() == old:
                    question = replaced(item.question, *match.span(name), new)
                    yield _strict(item, question, f"what is {old} something is not {new} it", contrast.framed)


def reversals(item: Asked) -> Iterator[Rewording]:
    """Two things in each other's place."""
    sides = _SIDES.fullmatch(item.question)
    if sides and item.answer in _MIRRORED and not any(map(_plural, sides["second"].split()[1:3])):
        note = "the first is to the left of the second where the second is to the right of the first"
        yield Rewording(_swapped(item, sides), _MIRRORED[item.answer], True, note)
    if item.answer not in OTHER or _UNSURE.search(item.question):
        return
    names = {word for contrast in contrasts().comparatives for word in contrast.words}
    compared, related = _compared(item), _related(item)
    if compared and (compared["word"] or "").lower() in names and _single(compared):
        yield _strict(item, _swapped(item, compared), "what is more than another thing is not less than it")
    if related and _single(related):
        framed = {word for contrast in contrasts().relations if contrast.framed for word in contrast.words}
        note = "this does not hold of two things in both directions"
        yield _strict(item, _swapped(item, related), note, related["word"].lower() in framed)


def _compared(item: Asked) -> re.Match[str] | None:
    match = _COMPARED.fullmatch(item.question)
    return None if match and _NUMBER.search(item.question) else match


def _related(item: Asked) -> re.Match[str] | None:
    words = "|".join(word for contrast in contrasts().relations for word in contrast.words)
    return re.fullmatch(_RELATED.format(words=words), item.question, re.IGNORECASE)


def _strict(item: Asked, question: str, note: str, framed: bool = False) -> Rewording:
    certain = item.holds and not framed
    unsure = "both may hold, seen from elsewhere" if framed else "neither may hold"
    return flip(item, question, certain, note if certain else unsure)


def _swapped(item: Asked, match: re.Match[str]) -> str:
    between = item.question[match.end("first") : match.start("second")]
    return item.question[: match.start("first")] + f"{match['second']}{between}{match['first']}?"


def _single(match: re.Match[str]) -> bool:
    """Whether both things can stand in each other's place: single ones, and the first no clause."""
    elliptic = match["second"].lower().split()[-1] in ("left", "right", "other", "one")
    single = match["be"].lower() == "is" and not _plural(match["second"]) and not match["first"].endswith("ing")
    return single and not elliptic


def _plural(name: str) -> bool:
    return name.endswith("s") and not name.endswith("ss")
