"""Whether a reply gives the gold answer; `exports` writes this file's text into what it exports.

The bound on every reply: `right(reply, ...)` implies `token(reply) in accepted(...)`, and `token` is a function of the
reply alone. Therefore one reply is right on at most as many items of an image as accept the most frequent token,
whatever model wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

from twokeys.core.answers.folding import folded
from twokeys.core.answers.labels import beside_letter, letters, listed
from twokeys.core.answers.letter_case import contradicts
from twokeys.core.answers.normal import compared, normalise
from twokeys.core.answers.parsing import answer_part, bare, chosen, nothing_there, parts, token
from twokeys.core.answers.picking import picked, says
from twokeys.core.answers.sentences import predicate


def accepted(answer_type: str, choices: Sequence[str], answer: str) -> tuple[str, ...]:
    """Tokens that a right reply can have: the token of the gold's text and, if the item has options, of its letter.

    Args:
        answer_type: The item's answer type.
        choices: The item's options in published order; empty if it has none.
        answer: The item's gold answer, as published.

    Example:
        >>> accepted("choice", ["red", "blue"], "red"), accepted("yes/no", [], "true")
        (('text red', 'letter A'), ('yes',))
    """
    tokens = [token(answer)]
    if answer in choices:
        tokens.append(f"letter {ascii_uppercase[list(choices).index(answer)]}")
    return tuple(dict.fromkeys(tokens))


def right(reply: str, answer_type: str, choices: Sequence[str], answer: str) -> bool:
    """Whether a reply gives the gold answer.

    Args:
        reply: What the model wrote.
        answer_type: The item's answer type.
        choices: The item's options in published order; empty if it has none.
        answer: The item's gold answer, as published.

    Example:
        >>> right("No, it is not.", "yes/no", [], "no"), right("(B)", "choice", ["red", "blue"], "red")
        (True, False)
    """
    if token(reply) not in accepted(answer_type, choices, answer):
        return False
    if choices:
        place = picked(reply, choices)[0]
        return place is not None and choices[place] == answer
    if " ".join(reply.split()) == answer:
        return True
    inner, gold = answer_part(reply), compared(answer_type, choices, answer)
    if contradicts(inner, folded(answer)):
        return False
    if gold in ("yes", "no"):
        return says(inner, gold)
    if len(letters(answer)) > 1 and listed(answer) == sorted(listed(answer)):
        return True  # letters in the order of the alphabet are a set; others are an order
    if chosen(answer) and not beside_letter(answer) and not beside_letter(inner):
        return True  # `Option A`, `A)`: a letter and nothing else
    gold, plain = gold.casefold(), bare(inner)
    if answer_type == "number":
        none = gold == "0" and (plain == "none" or nothing_there(inner))
        if none or says(inner, gold) or says(predicate(inner), gold):
            return True
    return (
        gold in (normalise(reply), normalise(inner), plain, bare(predicate(inner)))
        or plain == bare(answer)
        or several(inner, answer)
    )


def several(inner: str, answer: str) -> bool:
    """Whether an answer has several parts, and a reply gives all of them and no other.

    Example:
        >>> several("dog; cat", "Cat; dog"), several("cat", "Cat; dog"), several("cat", "cat")
        (True, False, False)
    """
    return len(parts(answer)) > 1 and parts(inner) == parts(answer)
