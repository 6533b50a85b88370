"""The requirements of an edit: the answer flips, the question is well-formed, the image is whole.

An edit that fails is refused with a reason, and the reason is published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.edit import Edit
from twokeys.builder.recipe import Minimal
from twokeys.core.answers.normal import normalise
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images

_TWICE = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)
_YES_NO = (frozenset({"yes", "no"}), frozenset({"true", "false"}))


@dataclass(frozen=True, slots=True)
class Side:
    """The fields of an item or an earlier edit with which its edits are compared.

    Attributes:
        question: Published text.
        choices: Options.
        answer: Gold answer.
        answer_type: As in the item table.
        picture: Bytes of the image; None if no edit needs them.
    """

    question: str
    choices: tuple[str, ...]
    answer: str
    answer_type: str
    picture: bytes | None = None


def examine(edit: Edit, base: Side, text: TextRule, minimal: Minimal, limits: Images) -> str | None:
    """The reason why an edit is refused; None if it is sound.

    Args:
        edit: The edit.
        base: The item or edit that it was made from.
        text: The recipe's canonical form of text.
        minimal: The recipe's limits on differences.
        limits: The recipe's limits on images.
    """
    choices = base.choices if edit.choices is None else edit.choices
    if problem := answer_problem(edit.answer, base, choices, text):
        return problem
    if edit.image is not None:  # it shows an image of the pool as it is
        return None
    return _question(edit, base, text, minimal) if edit.view == "question" else _picture(edit, base, minimal, limits)


def answer_problem(answer: str, base: Side, choices: tuple[str, ...], text: TextRule) -> str | None:
    """The reason why a new answer to a question is refused, or None; other arguments as for `examine`."""
    if answer == base.answer:
        return "the answer does not flip"
    if choices:
        good = len(set(choices)) == len(choices) > 1 and all(text(choice) == choice for choice in choices)
        if not good or answer not in choices:
            return "the new answer is not among the options, or the options are not in canonical form"
        return None
    if answer != normalise(answer) or not answer:
        return "the new answer is not in the form in which answers are compared"
    if base.answer_type == "yes/no" and not any({answer, base.answer} == pair for pair in _YES_NO):
        return "the new answer is not the other one of yes and no"
    if base.answer_type == "number" and not answer.replace(".", "", 1).lstrip("-").isdigit():
        return "the new answer is no number"
    return None


def _question(edit: Edit, base: Side, text: TextRule, minimal: Minimal) -> str | None:
    new = str(edit.question)
    if text(new) != new:
        return "the new question is not in canonical form"
    if new == base.question:
        return "the question does not change"
    ending = base.question[-1] if not base.question[-1].isalnum() else ""
    if ending and not new.endswith(ending):
        return "the new question does not end as the original does"
    doubled = {match.group().casefold() for match in _TWICE.finditer(base.question)}
    if any(match.group().casefold() not in doubled for match in _TWICE.finditer(new)):
        return "the new question has one word twice in a row"
    if not outside_is_kept(new, base.question, edit.words):
        return "words change outside the marked spans"
    if (share := word_distance(new, base.question)) > minimal.words:
        return f"{share:.0%} of the words change, more than {minimal.words:.0%}"
    return None


def word_distance(first: str, second: str) -> float:
    """Levenshtein distance over words, as a share of the longer text's words.

    Example:
        >>> word_distance("Is it red?", "Is it not red?")
        0.25
    """
    a, b = first.split(), second.split()
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1] / max(len(a), len(b), 1)


def outside_is_kept(new: str, old: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Whether the old text contains all text outside the marked spans, in the same order.

    Example:
        >>> outside_is_kept("Is it blue?", "Is it red?", ((6, 10),))
        True
        >>> outside_is_kept("Was it blue?", "Is it red?", ((7, 11),))
        False
    """
    at, start = 0, 0
    pieces = []
    for a, b in sorted(spans):
        pieces.append(new[start:a].strip())
        start = max(start, b)
    for piece in [*pieces, new[start:].strip()]:
        position = old.casefold().find(piece.casefold(), at)
        if position < 0:
            return False
        at = position + len(piece)
    return True


def spans_of_change(new: str, old: str) -> tuple[tuple[int, int], ...]:
    """Spans of the words in `new` that are not in `old`: a mask for edits that have only both texts.

    Example:
        >>> spans_of_change("Is it blue?", "Is it red?")
        ((6, 11),)
    """
    places = [(match.start(), match.end()) for match in re.finditer(r"\S+", new)]
    matcher = SequenceMatcher(None, old.split(), new.split(), autojunk=False)
    return tuple(
        (places[j1][0], places[j2 - 1][1]) for tag, _, _, j1, j2 in matcher.get_opcodes() if tag != "equal" and j2 > j1
    )


def _picture(edit: Edit, base: Side, minimal: Minimal, limits: Images) -> str | None:
    assert edit.picture is not None
    assert base.picture is not None
    try:
        new = _pixels(edit.picture, edit.kind, limits)
    except BadInput as problem:
        return f"the new picture is not whole: {problem.problem}"
    old = _pixels(base.picture, edit.of, limits)
    if new.shape != old.shape:
        return (
            f"the new picture has {new.shape[1]} x {new.shape[0]} pixels, the original {old.shape[1]} x {old.shape[0]}"
        )
    if any(x1 > new.shape[1] or y1 > new.shape[0] for _, _, x1, y1 in edit.boxes):
        return "a marked box lies outside the picture"
    changed = (new != old).any(axis=2)
    if not changed.any():
        return "the picture does not change"
    if changed.mean() > minimal.pixels:
        return f"{changed.mean():.0%} of the pixels change, more than {minimal.pixels:.0%}"
    for x0, y0, x1, y1 in edit.boxes:
        changed[y0:y1, x0:x1] = False
    return "pixels change outside the marked boxes" if changed.any() else None


def _pixels(data: bytes, where: str, limits: Images) -> NDArray[np.uint8]:
    return np.asarray(decode(data, where, limits))
