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
    by_word: dict[str, list[Substitution]] = {}
    for substitution in lexicon:
        by_word.setdefault(substitution.before.split()[0], []).append(substitution)
    return by_word


def substitutions(item: Asked, lexicon: Mapping[str, Sequence[Substitution]]) -> Iterator[Rewording]:
    """Replace one phrase that stands once in the question."""
    if item.answer not in OTHER:
        return
    fitting = {each for word in _WORD.findall(item.question.lower()) for each in lexicon.get(word, ())}
    made = 0
    for swap in sorted(fitting, key=lambda each: (-each.flips, each.before, each.after)):
        places = list(re.finditer(rf"(?<![\w-]){re.escape(swap.before)}(?![\w-])", item.question, re.IGNORECASE))
        if len(places) != 1 or made == MOST:
            continue
        question = replaced(item.question, *places[0].span(), swap.after)
        if len(_NOT.findall(question)) < 2:  # two negations are easily misread
            made += 1
            note = (
                f"{swap.after} for {swap.before} flipped {swap.flips} of {swap.support} answers about the same picture"
            )
            yield flip(item, question, False, note)
