"""Noun phrases: articles, numbers, `and`, `or` and words of a lexicon, read as claims on numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from twokeys.builder.pair.generators.retrieved.judges.coco_claims import (
    MANY,
    Claim,
    Compared,
    Denied,
    Joined,
    Noun,
    Number,
    Range,
)
from twokeys.builder.pair.generators.retrieved.judges.coco_words import Lexicon
from twokeys.core.answers.normal import SMALL

_N = rf"(?P<number>\d{{1,3}}|{'|'.join(SMALL)})"
_HOW = "more than|over|fewer than|less than|at least|at most|exactly|only|just|"
_BOUNDED = re.compile(rf"(?P<how>{_HOW}) ?{_N} (?P<noun>.+)")
_SOMEBODY = frozenset({"anyone", "anybody", "someone", "somebody"})
_MORE = re.compile(r"(?P<how>more|fewer|as many|the same number of|an equal number of) (?P<left>.+) "
                   r"(?P<by>than|as|and) (?P<right>.+)")  # fmt: skip
_DENIALS = (("no ", "any "), ("not any ", "any "), ("not a ", "a "), ("not an ", "an "), ("neither ", "a "))
"""How a denial begins -> the article of what is denied."""
_BY = {"more": "than", "fewer": "than", "as many": "as"}


def claim_of(phrase: str, lexicon: Lexicon, stated: bool) -> Claim | None:
    """What it says that there is such a thing; None if the phrase holds anything else.

    Args:
        phrase: Such as `a cat and two dogs`.
        lexicon: Words.
        stated: Whether it stands in a statement. There `no` and `not` are understood ("is there no dog?" is answered
            both ways), and `either` is not (it may be false of both).
    """
    phrase = re.sub(r"\b(?:one|1) or more\b", "any", phrase)
    for denial, rest in _DENIALS:
        if phrase.startswith(denial):
            return _denied(phrase.removeprefix(denial), denial, rest, lexicon) if stated else None
    if (match := _MORE.fullmatch(phrase)) and match["by"] == _BY.get(match["how"], "and"):
        return _compared(match["how"], match["left"], match["right"], lexicon)
    both, either = phrase.startswith("both "), phrase.startswith("either ")
    phrase = phrase.removeprefix("both ").removeprefix("either ")
    parts = _parts(phrase)
    if parts is None or (both and parts[0] != "and") or (either and (stated or parts[0] != "or")):
        return None
    how, members = parts
    return _joined(how, members, lexicon)


def plural(phrase: str, lexicon: Lexicon) -> Noun | None:
    """The noun of a plural, without article."""
    word = lexicon.get(phrase)
    return word.noun if word and word.many else None


def rivals(phrases: Sequence[str], lexicon: Lexicon) -> list[Claim] | None:
    """What each of several phrases says if it is the answer: `a cat`, `dog`; `more cats` against `dogs`."""
    named = [re.sub(r"^(?:either|the) ", "", phrase.casefold().strip()) for phrase in phrases]
    if len(named) == 2 and named[0].startswith("more "):
        first, second = (_countable(name.removeprefix("more "), lexicon) for name in named)
        return [Compared(first, second, "more"), Compared(second, first, "more")] if first and second else None
    claims = [_single(name, lexicon) or _single(f"a {name}", lexicon) for name in named]
    return [claim for claim in claims if claim] if all(claims) else None


def _parts(phrase: str) -> tuple[str, list[str]] | None:
    """How the members of a list are joined, and the members; None if they are joined in two ways."""
    has = [word for word in ("and", "or") if f" {word} " in phrase]
    if not has:
        return None if "," in phrase else ("", [phrase])
    if len(has) == 2:
        return None
    *commas, last = [part.strip() for part in re.split(rf"(?: ,)? {has[0]} ", phrase)]
    if len(commas) != 1:
        return None
    return has[0], [part.strip() for part in (*commas[0].split(" , "), last)]


def _joined(how: str, members: Sequence[str], lexicon: Lexicon) -> Claim | None:
    """Members of a list, of which later ones may go without the article of the first.

    None if a bound may hold for what follows it ("more than two dogs and three cats"), or if things that are joined by
    `and` may be the same ("a dog and an animal") or add up ("a dog and two dogs").
    """
    if members[0].startswith("any ") and how == "and":
        return None  # "any cats and dogs" may mean each, or a group
    first = members[0]
    article = next((word for word in ("a", "an", "any") if first.startswith(f"{word} ")), "")
    bare = bool(article) or first.startswith("some ") or first in lexicon
    claims = []
    bounds = [bool((found := _BOUNDED.fullmatch(member)) and found["how"]) for member in members]
    if any(before and not after for before, after in pairwise(bounds)):
        return None
    for place, member in enumerate(members):
        if place and member in lexicon and not bare:
            return None  # "two cats and dogs" may mean two dogs
        claim = _single(f"{article} {member}" if place and article and member in lexicon else member, lexicon)
        if claim is None:
            return None
        claims.append(claim)
    labels = [label for claim in claims for noun in claim.nouns() for label in noun.labels]
    if how == "and" and len(set(labels)) < len(labels):
        return None
    return claims[0] if len(claims) == 1 else Joined(tuple(claims), "and" if how == "and" else "or")


def _single(phrase: str, lexicon: Lexicon) -> Claim | None:
    """One noun with what stands before it."""
    if phrase in _SOMEBODY:
        return _at_least(1, lexicon["person"].noun) if "person" in lexicon else None
    word = lexicon.get(phrase)
    if word:
        if word.mass:
            return _at_least(1, word.noun)
        return Number(word.noun, (2, MANY), ((0, 0),)) if word.many else None
    first, _, rest = phrase.partition(" ")
    word = lexicon.get(rest)
    if word and first in ("a", "an") and word.one:
        return _at_least(1, word.noun)
    if word and first == "any" and (word.many or word.mass or (word.one and rest != "orange")):
        return _at_least(1, word.noun)
    if word and first == "some" and (word.many or word.mass):
        return _at_least(1, word.noun) if word.mass else Number(word.noun, (2, MANY), ((0, 0),))
    if word and first == "multiple" and word.many:
        return _at_least(2, word.noun)
    return _bounded(phrase, lexicon)


def _bounded(phrase: str, lexicon: Lexicon) -> Claim | None:
    """`two dogs`, `more than one dog`, `only one dog`."""
    match = _BOUNDED.fullmatch(phrase)
    word = lexicon.get(match["noun"]) if match else None
    if match is None or word is None:
        return None
    number = SMALL[match["number"]] if match["number"] in SMALL else int(match["number"])
    if number == 0 or not (word.one if number == 1 else word.many):
        return None
    true, false = _meant(match["how"], number)
    return Number(word.noun, true, false)


def _meant(how: str, number: int) -> tuple[Range, tuple[Range, ...]]:
    """Numbers for which `how number` is true, and for which it is false.

    Three dogs are two dogs and not only two, so "two dogs" is neither of three; "only two" says that there are some.
    """
    if how in ("more than", "over", "at least"):
        least = number + (how != "at least")
        return (least, MANY), ((0, least - 1),)
    if how in ("fewer than", "less than", "at most"):
        most = number - (how != "at most")
        return (0, most), ((most + 1, MANY),)
    more = ((number + 1, MANY),) if how else ()
    return (number, number), ((1 if how in ("only", "just") else 0, number - 1), *more)


def _compared(how: str, left: str, right: str, lexicon: Lexicon) -> Claim | None:
    first, second = _countable(left, lexicon), _countable(right, lexicon)
    if first is None or second is None:
        return None
    if how == "fewer":
        first, second = second, first
    return Compared(first, second, "more" if how in ("more", "fewer") else "same")


def _countable(phrase: str, lexicon: Lexicon) -> Noun | None:
    noun = plural(phrase, lexicon)
    return noun if noun is not None and noun.tells == "count" else None


def _denied(rest: str, denial: str, article: str, lexicon: Lexicon) -> Claim | None:
    """`no dogs`, `not any dogs or cats`, `neither a dog nor a cat`: all are absent."""
    phrase = rest.replace(" nor ", " or ") if denial == "neither " else rest
    parts = _parts(phrase)
    if parts is None or parts[0] == "and" or (denial == "neither ") != (" nor " in rest):
        return None
    members = [part if part.startswith(("a ", "an ", "any ")) else f"{article}{part}" for part in parts[1]]
    claim = _joined("or", members, lexicon)
    return Denied(claim) if claim is not None else None


def _at_least(number: int, noun: Noun) -> Number:
    return Number(noun, (number, MANY), ((0, number - 1),))
