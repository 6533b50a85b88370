"""Candidates whose answers the recipe's models must confirm: the nearest images, with each likely answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from twokeys.builder.pair.edit import Edit, Retrieval, as_candidates
from twokeys.builder.pair.generators.retrieved.asks import MinedPool
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Ints
from twokeys.builder.pair.generators.retrieved.search import Search, nearest_among
from twokeys.builder.pair.generators.retrieved.settings import Settings
from twokeys.builder.pair.judges.asking import TWO
from twokeys.builder.pair.pool import Pool
from twokeys.core.items import canonical_json

NOTE = "the recipe's models agree on this answer about the image that was put in the place of the original's"
SPARE = 16
"""Further neighbours to search, since the corpus may already ask the question about the nearest images."""


def by_models(items: pd.DataFrame, pool: Pool, settings: Settings) -> Retrieval:
    """Combine each item's question with the nearest images, and every likely answer.

    These answers are only expected: `twokeys.builder.pair.judges.verification` asks the recipe's models, and most
    candidates are refused. Since a model returns the probability of every answer to a question, the item's answer is
    expected, too, if another item with the same question has a different answer: an image that was retrieved for a `no`
    may be useful with a `yes`.

    Args:
        items: The items, as generators read them.
        pool: The images.
        settings: The settings in the recipe.
    """
    likely = likely_answers(items, settings.answers)
    several = [len(answers) > 1 for answers in likely]
    asking = items[several].reset_index(drop=True)
    asking["likely"] = pd.Series([answers for answers in likely if len(answers) > 1], dtype=object)
    asking["vertex"] = asking.groupby(settings.vertex(asking), sort=False).ngroup()
    asking["place"] = pool.places.get_indexer(pd.Index(asking["image_key"]))
    images = MinedPool(pool.vectors, _untold, pool.group_numbers)
    pairs = _asked(asking, items, pool, images, settings)
    expected = _expected(pairs, asking, images)
    answer, answers = pd.factorize(expected["answer"])
    return Retrieval(
        settings.kind,
        candidates=as_candidates(
            of=(expected["item"].to_numpy(), asking["id"].to_numpy()),
            image=(expected["image"].to_numpy(), pool.places),
            answer=(answer, answers),
        ),
        expected=True,
        understood=asking["id"].tolist(),
        checked=0,
        agreed=0,
        askable=asking["id"][asking["vertex"].isin(set(pairs["vertex"]))].tolist(),
    )


def likely_answers(items: pd.DataFrame, most: int) -> list[tuple[str, ...]]:
    """The answers that an image could have to each item's question.

    These are the options; yes and no, or true and false; or the corpus's most frequent answers to the same question:
    the item's answer, and at most `most` others. If the question occurs once, no other answer is likely.

    Example:
        >>> table = {"question_key": ["q", "q", "k"], "choices": [[], [], ["a", "b"]], "answer": ["1", "2", "b"],
        ...          "answer_type": ["number", "number", "choice"]}
        >>> likely_answers(pd.DataFrame(table), 4)
        [('1', '2'), ('2', '1'), ('b', 'a')]
    """
    counted = items.groupby("question_key")["answer"].agg(_by_frequency)
    likely = []
    columns = items[["question_key", "choices", "answer", "answer_type"]]
    for key, choices, answer, kind in columns.itertuples(index=False):
        two = next((sorted(pair) for pair in TWO if answer in pair), []) if kind == "yes/no" else []
        every = list(choices) or two or list(counted[key])
        others = [each for each in every if each != answer]
        likely.append((answer, *(others if len(choices) else others[:most])))
    return likely


def _by_frequency(answers: pd.Series[str]) -> tuple[str, ...]:
    """Different answers, the most frequent first; equally frequent answers in alphabetical order."""
    return tuple(answers.value_counts().sort_index().sort_values(ascending=False, kind="stable").index)


def _untold(_: int, images: Ints) -> tuple[Ints, tuple[str, ...]]:
    """No answers: there are no annotations."""
    return np.full(len(images), UNSAID, dtype=np.int64), ()


def _asked(
    asking: pd.DataFrame, items: pd.DataFrame, pool: Pool, images: MinedPool, settings: Settings
) -> pd.DataFrame:
    """The images for each vertex, each once: `item` (row of `asking`), `vertex`, `image` (place), `rank`.

    Images about which the corpus already asks the question are excluded.
    """
    shown = np.unique(asking["place"].to_numpy(dtype=np.int64))
    row, image, _ = Search(images).nearest(shown, None, settings.candidates + SPARE)
    near = pd.DataFrame({"place": shown[row], "image": image})
    of_items = asking[["question_key", "vertex", "place"]].reset_index(names="item")
    pairs = of_items.merge(near, on="place", sort=False)  # the nearest image of each item first
    there = pd.MultiIndex.from_arrays([items["question_key"], pool.places.get_indexer(pd.Index(items["image_key"]))])
    pairs = pairs[~pd.MultiIndex.from_frame(pairs[["question_key", "image"]]).isin(there)]
    pairs = pairs.assign(rank=pairs.groupby("item").cumcount())
    pairs = pairs[pairs["rank"] < settings.candidates].sort_values(["rank", "item"], kind="stable")
    pairs = pairs.drop_duplicates(["vertex", "image"])
    if settings.images_per_question is not None:
        pairs = pairs[pairs.groupby("vertex").cumcount() < settings.images_per_question]
    return pairs[["item", "vertex", "image", "rank"]].reset_index(drop=True)


def _expected(pairs: pd.DataFrame, asking: pd.DataFrame, images: MinedPool) -> pd.DataFrame:
    """Expected answers: `item` (row of `asking`), `image` (place), `answer`; the smallest rank first."""
    answer = asking["answer"].to_numpy(dtype=object)
    rows = pairs.assign(order=np.arange(len(pairs)), answer=asking["likely"].to_numpy()[pairs["item"].to_numpy()])
    rows = rows.explode("answer", ignore_index=True)
    # The item that the image is for must have another answer than the expected answer.
    rows["same"] = rows["answer"].to_numpy() == answer[rows["item"].to_numpy(dtype=np.int64)]
    parts = [rows[~rows["same"]]]
    members = {int(str(vertex)): part for vertex, part in asking.groupby("vertex")}
    for (vertex, expected), part in rows[rows["same"]].groupby(["vertex", "answer"], sort=True):
        others = members[int(str(vertex))]
        others = others[others["answer"] != expected].drop_duplicates("place").sort_values("place")
        place = others["place"].to_numpy(dtype=np.int64)
        row, near, _ = nearest_among(images, part["image"].to_numpy(dtype=np.int64), place, 1)
        parts.append(part.iloc[row].assign(item=others.index.to_numpy()[np.searchsorted(place, near)]))
    return pd.concat(parts).sort_values(["order", "same"], kind="stable")


def expectations(items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame, settings: Settings) -> Iterator[Edit]:
    """Candidates as edits; see `twokeys.builder.pair.edit.Retriever`."""
    meta = {str(key): canonical_json(pool.stated(str(key))) for key in candidates["image"].unique()}
    for of, image, answer in candidates[["of", "image", "answer"]].astype(str).itertuples(index=False):
        yield Edit(
            kind=settings.kind,
            of=of,
            view="image",
            answer=answer,
            answer_source="expected",
            note=NOTE,
            image=image,
            meta=meta[image],
        )
