"""Whether a program says all that its question asks.

GQA's programs leave things out: `Are the people female?` is published as `same: gender`, and of `the umbrella that is
not closed` the program of a relation keeps the umbrella. About the question's own image that does no harm, since the
answer is known; about another image the program would answer another question. So every word of a question must be a
word of its program, in whatever form, or one of the words that only frame a question.
"""

from __future__ import annotations

import re

from twokeys.builder.pair.generators.retrieved.judges.programs import Program

FRAME = frozenset(
    re.findall(
        r"\S+",
        """a all an and any appear appears are at be both by called could do does doing either from happening has have
        here how image in is it item items kind kinds like look looking looks located made make makes maybe of on or out
        part photo photograph picture pictured piece pieces place presented scene see seem seems showing shown side sort
        taken that the there these thing think this those to today type up used was what where which who with you""",
    )
)
"""Words that ask, and name nothing."""
NEGATIONS = frozenset({"not", "no", "isn't", "aren't", "doesn't", "don't"})
SAME = {
    "women": "woman",
    "men": "man",
    "people": "person",
    "children": "child",
    "big": "large",
    "trousers": "pants",
    "ethnicity": "race",
    "species": "type",
    "wooden": "wood",
    "metallic": "metal",
}
"""Word of a question -> another that programs have for it."""
SCALES = {
    "size": ("big", "large"),
    "height": ("tall",),
    "length": ("long",),
    "width": ("wide",),
    "age": ("old",),
    "fatness": ("fat",),
    "cleanliness": ("clean",),
}
"""Attribute -> how a question asks for it: `How tall is the lamp?`"""
_WORD = re.compile("[a-z0-9]+(?:['\u2019][a-z]+)?")
_ENDING = re.compile(r"(?:ing|ies|es|ed|s|e|y)$")
_DOUBLE = re.compile(r"([bdgmnprt])\1$")


def says_all(program: Program, question: str) -> bool:
    """Whether every word of a question is of its program, or only frames it."""
    words = [word for step in program for word in (step.operation, *step.words)]
    values = [word for step in program if step.operation == "query" for word in SCALES.get(step.words[0], ())]
    stems = {_stem(part) for word in [*words, *values] for part in _words(word)}
    negates = any("not" in step.words for step in program)

    def of_program(word: str) -> bool:
        if word in NEGATIONS:
            return negates
        return word in FRAME or not stems.isdisjoint({_stem(word), _stem(SAME.get(word, word))})

    return all(of_program(word) for word in _words(question))


def _words(text: str) -> list[str]:
    """Words in lower case; `what's` is `what`, and `isn't` one word."""
    words = (word.replace("\u2019", "'") for word in _WORD.findall(text.casefold()))
    return [word if word in NEGATIONS else word.removesuffix("'s") for word in words]


def _stem(word: str) -> str:
    """A word without the ending that number, tense and person give it.

    Example:
        >>> _stem("sitting") == _stem("sits") == _stem("sit"), _stem("knives") == _stem("knife")
        (True, False)
    """
    return _DOUBLE.sub(r"\1", _ENDING.sub("", word)) if len(word) > 3 else word
