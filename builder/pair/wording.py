"""Harmless changes of wording: what may differ between two questions for the answer of one to be that of the other.

Questions of the same words can ask the opposite (`Is the man left of the dog?`, `Is the dog left of the man?`), and so
can questions that no embedding tells apart. So the words themselves are compared, in their order, and what may differ
is listed here, one change after the other. What is not on the list makes another question: an article too, for it tells
few from a few, chicken from a chicken, and `this room in a house` from `this a room in a house`; and a capital inside,
for it tells an Apple from an apple.
"""

from __future__ import annotations

import re

LANGUAGES = ("en",)
"""Languages of which the harmless changes are listed here."""
_END = re.compile(r"\s*(?:\?+|\.)$")
_CAPITAL = re.compile(r"[A-Z][a-z]*(?![A-Za-z])")
_SPELT = {
    "color": "colour", "colors": "colours", "colored": "coloured", "gray": "grey", "center": "centre",
    "an": "a",
}  # fmt: skip
"""Word -> the spelling that stands for both. `a` and `an` are chosen by ear, and often wrongly."""
_IS = re.compile(r"\b(what|where|who|when|how|why)'s\b")
_UNITS = (
    r"(?:feet|inches|yards|miles|meters|metres|centimeters|hours|minutes|seconds|days|years|pounds|degrees|dollars)"
)
"""`How many feet?` asks how far, `How many feet are there?` what is shown."""
_SHAPES = (
    (re.compile(r"\bin this (picture|photo|photograph|image)$"), r"in the \1"),
    (re.compile(r"^how many ([a-z]+) in the (picture|photo|photograph|image)$"), r"how many \1 are in the \2"),
    (re.compile(rf"^how many (?!(?:.+ )?{_UNITS} are there$)(.+) are there$"), r"how many \1"),
)
"""Whole shapes of questions that ask the same: the picture that is shown, and what is counted in it."""
_WORD = re.compile(r"[A-Za-z]+")


def plain(question: str) -> str:
    """The one form of all wordings of a question that differ in harmless changes alone.

    These are: spaces; a mark at the end; the capital that begins it; the shape of an apostrophe; `a` for `an`; `what's`
    for `what is`; British for American spelling of a few words; `in this picture` for `in the picture` at the end; `how
    many dogs` for `how many dogs are there`, and `how many dogs in the picture` with or without `are`.

    Example:
        >>> plain("What's  the color of a orange ?") == plain("what is the colour of an orange")
        True
        >>> plain("Are there few people?") == plain("Are there a few people?")
        False
    """
    text = _END.sub("", " ".join(question.split())).replace("\u2019", "'")
    if first := _CAPITAL.match(text):  # not where it is written in capitals, as US is
        text = first[0].lower() + text[first.end() :]
    text = _IS.sub(lambda match: f"{match[1]} is", text)
    text = _WORD.sub(lambda match: _SPELT.get(match[0], match[0]), text)
    for shape, spelling in _SHAPES:
        text = shape.sub(spelling, text)
    return text
