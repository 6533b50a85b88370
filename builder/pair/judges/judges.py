"""What language and vision-language models say of edits, before they become items: problems, scores, answer sources."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from twokeys.builder.measure.language.named import local_language_model
from twokeys.builder.measure.replies import identity as vision_language_identity
from twokeys.builder.pair.judges.fluency import fluencies, halting
from twokeys.builder.pair.judges.verification import verified
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Recipe, Verify
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.items import canonical_json
from twokeys.data_cards.pairing import Precision


@dataclass(frozen=True)
class Judges:
    """The models that have a say about edits.

    Attributes:
        language: Says how fluent a question is; None: nobody is asked.
        drop: Nats per token by which an edited question may be less fluent than its original.
        models: Say whether an expected answer holds; none: no such edit is sound.
        verify: How sure they must be.
    """

    language: NamedModel | None
    drop: float
    models: tuple[NamedModel, ...]
    verify: Verify | None

    @classmethod
    def of(cls, recipe: Recipe) -> Judges:
        """Those that a recipe names."""
        grammar, verify, name = recipe.pair.grammar, recipe.pair.verify, recipe.encoders.language
        return cls(
            None if grammar is None else local_language_model(name, "pair.grammar"),
            0.0 if grammar is None else grammar.drop,
            tuple(NamedModel(each, vision_language_identity(each)) for each in (verify.models if verify else ())),
            verify,
        )


def judged(
    run: Run, judges: Judges, items: pd.DataFrame, edits: pd.DataFrame, pictures: Pictures
) -> tuple[pd.DataFrame, list[Precision]]:
    """Let the recipe's models judge the edits that are sound so far.

    Args:
        run: The build under way.
        judges: The models and limits.
        items: Annotated items.
        edits: Rows of `twokeys.builder.pair.generate.EDITS`, an edit after the one that it was made from.
        pictures: Images of the items.

    Returns:
        The edits with `problem`, `scores` and `answer_source` brought up to date; none is `expected` and sound. And how
        often the models are right about what they verify.
    """
    edits = edits.copy()
    scores: list[dict[str, Any]] = [json.loads(text) if isinstance(text, str) else {} for text in edits["scores"]]
    place = {str(identity): at for at, identity in enumerate(edits["id"])}
    problems: list[str | None] = [text if isinstance(text, str) else None for text in edits["problem"]]
    if judges.language is not None:
        questions = _questions(items, edits)
        for identity, difference in fluencies(run, judges.language, edits, questions).items():
            at = place[str(identity)]
            scores[at]["fluency"] = difference
            problems[at] = problems[at] or halting(difference, judges.drop)
        edits["problem"] = pd.Series(problems, index=edits.index, dtype=object)
    sources = edits["answer_source"].tolist()
    verdicts = verified(run, judges.models, judges.verify, items, edits, pictures)
    for edit, verdict in verdicts.edits.items():
        at = place[edit]
        problems[at] = verdict.problem
        if verdict.margins:
            scores[at]["margins"] = verdict.margins
        sources[at] = "verified" if verdict.problem is None else sources[at]
    written = [canonical_json(score) if score else None for score in scores]
    edits = edits.assign(
        problem=pd.Series(problems, index=edits.index, dtype=object),
        scores=pd.Series(written, index=edits.index, dtype=object),
        answer_source=sources,
    )
    return edits, verdicts.precision


def _questions(items: pd.DataFrame, edits: pd.DataFrame) -> dict[str, str]:
    """Question by id; an image edit keeps that of its original."""
    question_of = dict(zip(items["id"].astype(str), items["question"].astype(str), strict=True))
    for identity, base, question in edits[["id", "edit_of", "question"]].to_numpy():
        question_of[str(identity)] = question if isinstance(question, str) else question_of[str(base)]
    return question_of
