"""Phrases of the corpus's own lexicon: what stood in for what about one picture, and flipped the answer.

That it did so often does not mean that it does here: a model that sees the picture is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from twokeys.builder.pair.generators.questions.rewording import OTHER, Asked, Rewording, flip, replaced
from twokeys.builder.pair.lexicon import Substitution

MOST = 3
"""Substitutions that are tried on a question: those that flipped most answers."""
_NOT = re.compile(r"\b(no|not|none|never)\b|n't\b", re.IGNORECASE)
_WORD = re.compile(r"[\w'-]+")


def by_first_word(lexicon: Sequence[Substitution]) -> dict[str, list[Substitution]]:
    """Substitutions by the first word of what they replace, in their order."""
    found: dict[str, list[Substitution]] = {}
    for one in lexicon:
        found.setdefault(one.before.split()[0], []).append(one)
    return found


def substitutions(asked: Asked, lexicon: Mapping[str, Sequence[Substitution]]) -> Iterator[Rewording]:
    """Replace one phrase that stands once in the question."""
    if asked.answer not in OTHER:
        return
    fitting = {one for word in _WORD.findall(asked.question.lower()) for one in lexicon.get(word, ())}
    made = 0
    for one in sorted(fitting, key=lambda one: (-one.flips, one.before, one.after)):
        places = list(re.finditer(rf"(?<![\w-]){re.escape(one.before)}(?![\w-])", asked.question, re.IGNORECASE))
        if len(places) != 1 or made == MOST:
            continue
        question = replaced(asked.question, *places[0].span(), one.after)
        if len(_NOT.findall(question)) < 2:  # there is not no way to misread two of them
            made += 1
            note = f"{one.after} for {one.before} flipped {one.flips} of {one.support} answers about the same picture"
            yield flip(asked, question, False, note)
