"""Decide which of an item's options a reply picks, and read a reply to an item of a given kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Literal, NamedTuple

from twokeys.core.answers.folding import folded
from twokeys.core.answers.labels import beside_letter, letters
from twokeys.core.answers.letter_case import contradicts
from twokeys.core.answers.normal import normalise
from twokeys.core.answers.parsing import (
    answer_part,
    bare,
    chosen,
    first_sentence,
    nothing_there,
    number,
    quantity,
    refuses,
    yes_or_no,
)
from twokeys.core.answers.sentences import predicate
from twokeys.core.answers.statements import as_written, stated

Kind = Literal["yes/no", "number", "open"]
_TAKEN_BACK = re.compile(
    r"\W*(?:(?:is|was|does|did|can|could|should|would|will|seems|looks|be|definitely|clearly|simply|just|very|less) )*"
    r"(?:(?:[^\W\d_]+n't|cannot)\b|(?<=[^\W\d_] )(?:not|never)\b|not (?:really|quite|sure|correct|right|likely|true)\b"
    r"|(?:wrong|incorrect|false|excluded|eliminated|unlikely|ruled out)\W*$)"
    r"|\W*(?:no|nope|falsch|faux|fausse|falsa|incorrecte?|incorrecta|errad[ao]|sbagliat[ao]|неверно|неправильно|niet|fel"
    r"|salah|bukan|yanlış|değil|sai|không|गलत|नहीं|خطأ|ผิด|错误?|錯誤?)\W*$"
    r"|\W*(?:n'est pas|ist (?:nicht|falsch)|no es|não é|non è|не |nie |[不错錯]|ではな|ではあり|じゃな"
    r"|[은는이가] ?(?:아니|아닙|틀)|ليس|ไม่)"
)
"""Words after a letter that take it back, unless they are the option's text."""
How = Literal["empty", "option", "letter", "yes/no", "number", "text", "refusal", "ambiguous", "unreadable"]


class Parsed(NamedTuple):  # no dataclass: harnesses run exports as modules that Python has not registered
    """A reply, read.

    Attributes:
        answer: The option's text as given, or the answer in normal form; None if the reply gives none.
        refused: Whether the reply declines to answer.
        how: Which rule decided.
    """

    answer: str | None
    refused: bool
    how: How


def picked(reply: str, choices: Sequence[str]) -> tuple[int | None, How]:
    """Return the place of the option that a reply picks, and the rule that decided; None if it picks not exactly one.

    Published texts come first, then their normal forms, then letters, then the same meaning in other words. Therefore
    options that are letters themselves, or that have one normal form (`-2` and `2`), are not confused.

    Example:
        >>> picked("(B)", ["red", "blue"]), picked("Blue.", ["red", "blue"]), picked("B-", ["B+", "B-"])
        ((1, 'letter'), (1, 'option'), (1, 'option'))
    """
    options, plain = list(choices), [normalise(choice) for choice in choices]
    whole, inner = " ".join(reply.split()), answer_part(reply)
    clear = [not contradicts(inner, folded(choice)) for choice in choices]
    for text in (whole, written := as_written(reply), first_sentence(written)):
        if text in options:
            return options.index(text), "option"
    spelt_out = [folded(choice) for choice in choices]
    for text in (folded(whole), inner):
        if spelt_out.count(text) == 1:
            return spelt_out.index(text), "option"
    if letters(inner) and not chosen(reply):
        return None, "ambiguous"
    named = chosen(reply)
    for text in (normalise(whole), normalise(stated(reply)), normalise(inner), bare(inner), bare(predicate(inner))):
        if text in plain:
            places = [place for place, choice in enumerate(plain) if choice == text and clear[place]]
            return (None, "ambiguous") if _mislabelled(named, inner, places, options) else _only(places)
    if named:
        return _by_letter(named, inner, options, plain)
    return _only([place for place, choice in enumerate(choices) if clear[place] and says(inner, choice)])


def _mislabelled(named: tuple[str, ...], inner: str, places: list[int], options: list[str]) -> bool:
    """Whether a reply labels an option's text with another option's letter; a label may be a part of the option."""
    labelled = (
        len(named) == 1 and beside_letter(inner) and not any(letters(answer_part(options[place])) for place in places)
    )
    return bool(labelled) and ascii_uppercase.index(named[0]) not in places


def _only(places: list[int]) -> tuple[int | None, How]:
    """Return the only place; None if there are several places, or none."""
    return (places[0], "option") if len(places) == 1 else (None, "ambiguous" if places else "unreadable")


def _by_letter(named: tuple[str, ...], inner: str, options: list[str], plain: list[str]) -> tuple[int | None, How]:
    """Return the option of a letter; None if another option's text stands beside it, or the reply lists the options."""
    place = ascii_uppercase.index(named[0])
    if len(named) > 1:
        return None, "ambiguous"
    if place >= len(options):
        return None, "unreadable"
    rest = beside_letter(inner)
    text = bare(first_sentence(rest)) if rest else ""
    taken_back = _TAKEN_BACK.match(rest.casefold()) and not re.search(r"\b[A-HJ-Z]\b", rest)
    if (refuses(rest) or taken_back) and plain[place] not in text:
        return None, "ambiguous"
    others = [(ascii_uppercase[at], option) for at, option in enumerate(options) if at != place]
    listed = any(re.search(rf"\b{name}[)\]}}.:]\s*{re.escape(option)}", rest, re.IGNORECASE) for name, option in others)
    if listed or (text in plain and text != plain[place]):
        return None, "ambiguous"
    return place, "letter"


def says(inner: str, answer: str) -> bool:
    """Whether a reply and an answer are the same yes or no, or the same number in units that do not differ.

    Example:
        >>> says("2", "2 feet"), says("2 m", "2 feet"), says("Yes", "True")
        (True, False, True)
    """
    if word := yes_or_no(answer):
        return yes_or_no(inner) == word
    here, there = quantity(bare(inner)), quantity(bare(answer))
    if here is None or there is None or here[0] != there[0]:
        return False
    return not here[1] or there[1] <= here[1]


def parse(reply: str, kind: Kind = "open", choices: Sequence[str] = ()) -> Parsed:
    """Read a reply to an item of the given kind.

    Args:
        reply: What the model wrote, without its prompt.
        kind: What the question asks for; ignored if there are options.
        choices: The options in the order in which they were lettered, from A on.

    Example:
        >>> parse("The answer is (B).", choices=["red", "blue"])
        Parsed(answer='blue', refused=False, how='letter')
    """
    inner = answer_part(reply)
    how: How = "unreadable"
    if choices:
        place, how = picked(reply, choices)
        if place is not None:
            return Parsed(choices[place], False, how)
    elif kind == "yes/no" and (word := yes_or_no(inner)):
        return Parsed(word, False, "yes/no")
    elif kind == "number" and (digits := "0" if nothing_there(inner) else number(bare(inner))):
        return Parsed(digits, False, "number")
    if not any(letter.isalnum() for letter in reply):
        return Parsed(None, False, "empty")
    if refuses(reply):
        return Parsed(None, True, "refusal")
    if choices or kind != "open":
        return Parsed(None, False, how)
    return Parsed(bare(predicate(inner)), False, "text")
