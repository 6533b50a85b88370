"""The generator `question-edits`: partners of questions in any corpus of English questions or statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, ReadImage
from twokeys.builder.pair.examine import spans_of_change
from twokeys.builder.pair.generators.questions import contrast, negation, numbers, reversals
from twokeys.builder.pair.generators.questions.rewording import Asked, Rewording
from twokeys.builder.pair.generators.questions.substitution import by_first_word, substitutions
from twokeys.builder.pair.lexicon import Substitution

Kind = Literal[
    "negation", "denial", "exclusion", "predicate", "modifier", "presence", "picture", "contrary", "reversal", "bound",
    "count", "lexicon",
]  # fmt: skip
Reword = Callable[[Asked], Iterator[Rewording]]
KINDS: Mapping[Kind, Reword] = {
    "negation": negation.negations,
    "denial": negation.denials,
    "exclusion": negation.exclusions,
    "predicate": contrast.predicates,
    "modifier": contrast.modifiers,
    "presence": contrast.presences,
    "picture": contrast.pictures,
    "contrary": reversals.contrary_comparisons,
    "reversal": reversals.reversals,
    "bound": numbers.bounds,
    "count": numbers.counts,
}
"""Name of a kind, after `question.` -> what makes it. `lexicon` is made from what the corpus taught."""
BOTH_SIDES: tuple[Kind, ...] = ("negation", "denial")
"""Contradictories, which are made of every edit too: so no wording of theirs goes with one answer."""


@dataclass(frozen=True)
class QuestionEdits:
    """Rewords questions such that the answer flips; see the modules beside this one for what follows from what.

    Attributes:
        kinds: Kinds that are made, in this order; all but the lexicon's unless the recipe names them.
        expected: Whether edits are made whose answer does not follow, for models to say (`pair.verify`).
        lexicon: What the corpus taught; handed over by the stage.
    """

    name: ClassVar[str] = "question-edits"
    version: ClassVar[int] = 4
    view: ClassVar[EditView] = "question"
    formats: ClassVar[tuple[str, ...]] = ()
    languages: ClassVar[tuple[str, ...]] = ("en",)
    needs: ClassVar[tuple[str, ...]] = ("lexicon",)

    kinds: tuple[Kind, ...] = tuple(KINDS)
    expected: bool = True
    lexicon: tuple[Substitution, ...] = ()

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield the edits of each item, then the contradictories of those whose answer follows."""
        made_by: dict[Kind, Reword] = {kind: KINDS[kind] for kind in self.kinds if kind != "lexicon"}
        if "lexicon" in self.kinds:
            made_by["lexicon"] = partial(substitutions, lexicon=by_first_word(self.lexicon))
        for row in items.to_dict("records"):
            original = Asked(str(row["question"]), str(row["answer"]), tuple(map(str, row["choices"])))
            first = list(self._of(str(row["id"]), original, made_by))
            yield from first
            twice = {kind: made_by[kind] for kind in BOTH_SIDES if kind in made_by}
            for edit in first:
                if edit.answer_source == "constructed" and edit.kind.removeprefix("question.") not in BOTH_SIDES:
                    yield from self._of(edit.id, Asked(str(edit.question), edit.answer, original.choices), twice)

    def _of(self, item: str, original: Asked, made_by: Mapping[Kind, Reword]) -> Iterator[Edit]:
        for kind, reword in made_by.items():
            for rewording in reword(original):
                if rewording.certain or self.expected:
                    yield Edit(
                        kind=f"question.{kind}",
                        of=item,
                        view="question",
                        answer=rewording.answer,
                        answer_source="constructed" if rewording.certain else "expected",
                        note=rewording.note,
                        question=rewording.question,
                        words=spans_of_change(rewording.question, original.question),
                    )
