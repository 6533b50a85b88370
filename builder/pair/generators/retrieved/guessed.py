"""Candidates whose answer the recipe's models must tell: the nearest images, with each answer that could be theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.measure.neighbours import Index
from twokeys.builder.pair.edit import Edit, Retrieval
from twokeys.builder.pair.generators.retrieved.judges.judge import Ints
from twokeys.builder.pair.generators.retrieved.settings import Settings
from twokeys.builder.pair.generators.retrieved.told import groups, kind_of, stated
from twokeys.builder.pair.judges.asking import TWO
from twokeys.builder.pair.pool import Pool
from twokeys.core.items import canonical_json

NOTE = "the recipe's models agree on this answer about the image that was put in the place of the original's"
SPARE = 16
"""Neighbours that are looked for beyond those asked for: the nearest may be of the item's own group."""
BATCH = 4096


def guessed(items: pd.DataFrame, pool: Pool, settings: Settings) -> Retrieval:
    """Take each item's nearest images, and expect of them every other answer that is likely.

    An expectation is no answer: `twokeys.builder.pair.judges.verification` asks the recipe's models, and most
    candidates fall.

    Args:
        items: The items, as generators read them.
        pool: The images.
        settings: What the recipe asks for.
    """
    others = others_of(items, settings.answers)
    asking = items[[len(of) > 0 for of in others]]
    expected = [of for of in others if of]
    near = _nearest(pool, pool.places.get_indexer(pd.Index(asking["image_key"])), settings.candidates)
    candidates = list(_candidates(asking, expected, near, pool, settings))
    return Retrieval(kind_of(settings), candidates, asking["id"].tolist(), checked=0, agreed=0)


def others_of(items: pd.DataFrame, most: int) -> list[tuple[str, ...]]:
    """The answers that another image could have to each item's question.

    These are the other options; the other of yes and no; or the answers that the corpus most often gives to the same
    question, `most` of them at most. No answer is likely if the question is asked once.

    Example:
        >>> table = {"question_key": ["q", "q", "k"], "choices": [[], [], ["a", "b"]], "answer": ["1", "2", "b"],
        ...          "answer_type": ["number", "number", "choice"]}
        >>> others_of(pd.DataFrame(table), 4)
        [('2',), ('1',), ('a',)]
    """
    counted = items.groupby("question_key")["answer"].agg(_by_frequency)
    found = []
    columns = items[["question_key", "choices", "answer", "answer_type"]]
    for key, choices, answer, kind in columns.itertuples(index=False):
        likely: Sequence[str] = choices
        if not len(choices):
            likely = _two(answer) if kind == "yes/no" else counted[key][: most + 1]
        found.append(tuple(each for each in likely if each != answer)[: None if len(choices) else most])
    return found


def _by_frequency(answers: pd.Series[str]) -> tuple[str, ...]:
    """Different answers, the most frequent first; equally frequent ones in alphabetical order."""
    return tuple(answers.value_counts().sort_index().sort_values(ascending=False, kind="stable").index)


def _two(answer: str) -> tuple[str, ...]:
    return next((tuple(sorted(pair)) for pair in TWO if answer in pair), ())


def _nearest(pool: Pool, places: Ints, most: int) -> Ints:
    """The images nearest to each item's own that are not of its group, (n, most); -1 if there are fewer."""
    index, group = Index(pool.vectors), groups(pool)
    own, back = np.unique(places, return_inverse=True)
    found = np.full((len(own), most), -1, dtype=np.int64)
    for start in range(0, len(own), BATCH):
        of = own[start : start + BATCH]
        _, near = index.nearest(pool.vectors[of], most + SPARE)
        for row, images in enumerate(near):
            usable = images[(images >= 0) & (group[images] != group[of[row]])][:most]
            found[start + row, : len(usable)] = usable
    return found[back]


def _candidates(
    asking: pd.DataFrame, expected: list[tuple[str, ...]], near: Ints, pool: Pool, settings: Settings
) -> Iterator[Edit]:
    """Every nearest image with every other answer, the nearest of all items first; each expectation once."""
    kind, per_question = kind_of(settings), settings.images_per_question
    there: set[tuple[Any, ...]] = set()
    images_of: dict[str, set[int]] = {}
    vertices = list(asking[["id", "question_key", "split", "answer_type"]].itertuples(index=False, name=None))
    for rank in range(near.shape[1]):
        images = near[:, rank].tolist()
        for (identity, question, split, of_type), answers, image in zip(vertices, expected, images, strict=True):
            asked = images_of.setdefault(question, set())
            if image < 0 or (per_question is not None and image not in asked and len(asked) >= per_question):
                continue
            asked.add(image)
            shown = pool.table.iloc[image]
            for answer in answers:
                if (edge := (question, split, of_type, image, answer)) not in there:
                    there.add(edge)
                    yield Edit(
                        kind=kind,
                        of=identity,
                        view="image",
                        answer=answer,
                        answer_source="expected",
                        note=NOTE,
                        image=str(shown["image_key"]),
                        meta=canonical_json(stated(shown)),
                    )
