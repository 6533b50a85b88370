"""Candidates whose answer the recipe's models must tell: the nearest images, with each answer that could be theirs."""

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
"""Neighbours that are looked for beyond those asked for: the question may be asked about the nearest already."""


def guessed(items: pd.DataFrame, pool: Pool, settings: Settings) -> Retrieval:
    """Put each item's question to the nearest images, and expect of them every answer that is likely.

    An expectation is no answer: `twokeys.builder.pair.judges.verification` asks the recipe's models, and most
    candidates fall. A model that is asked a question about an image tells how likely each answer is, so that the
    answer of the item itself is expected too, if another item with the question has a different one: an image that
    came in for a `no` may be of use with a `yes`.

    Args:
        items: The items, as generators read them.
        pool: The images.
        settings: What the recipe asks for.
    """
    likely = likely_answers(items, settings.answers)
    several = [len(answers) > 1 for answers in likely]
    asking = items[several].reset_index(drop=True)
    asking["likely"] = pd.Series([answers for answers in likely if len(answers) > 1], dtype=object)
    asking["vertex"] = asking.groupby(settings.vertex(asking), sort=False).ngroup()
    asking["place"] = pool.places.get_indexer(pd.Index(asking["image_key"]))
    images = MinedPool(pool.vectors, _untold, pool.group_numbers)
    asked = _asked(asking, items, pool, images, settings)
    expected = _expected(asked, asking, images)
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
        askable=asking["id"][asking["vertex"].isin(set(asked["vertex"]))].tolist(),
    )


def likely_answers(items: pd.DataFrame, most: int) -> list[tuple[str, ...]]:
    """The answers that an image could have to each item's question.

    These are the options; yes and no, or true and false, as the item has it; or the answers that the corpus most often
    gives to the same question: the item's own, and `most` others at most. No other answer is likely if the question is
    asked once.

    Example:
        >>> table = {"question_key": ["q", "q", "k"], "choices": [[], [], ["a", "b"]], "answer": ["1", "2", "b"],
        ...          "answer_type": ["number", "number", "choice"]}
        >>> likely_answers(pd.DataFrame(table), 4)
        [('1', '2'), ('2', '1'), ('b', 'a')]
    """
    counted = items.groupby("question_key")["answer"].agg(_by_frequency)
    found = []
    columns = items[["question_key", "choices", "answer", "answer_type"]]
    for key, choices, answer, kind in columns.itertuples(index=False):
        two = next((sorted(pair) for pair in TWO if answer in pair), []) if kind == "yes/no" else []
        every = list(choices) or two or list(counted[key])
        others = [each for each in every if each != answer]
        found.append((answer, *(others if len(choices) else others[:most])))
    return found


def _by_frequency(answers: pd.Series[str]) -> tuple[str, ...]:
    """Different answers, the most frequent first; equally frequent ones in alphabetical order."""
    return tuple(answers.value_counts().sort_index().sort_values(ascending=False, kind="stable").index)


def _untold(_: int, images: Ints) -> tuple[Ints, tuple[str, ...]]:
    """No annotation tells an answer."""
    return np.full(len(images), UNSAID, dtype=np.int64), ()


def _asked(
    asking: pd.DataFrame, items: pd.DataFrame, pool: Pool, images: MinedPool, settings: Settings
) -> pd.DataFrame:
    """About which images each vertex is asked: `item` (row of `asking`), `vertex`, `image` (place), `rank`; each once.

    An image about which the corpus asks the same already is none of them.
    """
    own = np.unique(asking["place"].to_numpy(dtype=np.int64))
    row, image, _ = Search(images).nearest(own, None, settings.candidates + SPARE)
    near = pd.DataFrame({"place": own[row], "image": image})
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


def _expected(asked: pd.DataFrame, asking: pd.DataFrame, images: MinedPool) -> pd.DataFrame:
    """Expected answers: `item` (row of `asking`), `image` (place), `answer`; those of the smallest rank first."""
    answer = asking["answer"].to_numpy(dtype=object)
    rows = asked.assign(order=np.arange(len(asked)), answer=asking["likely"].to_numpy()[asked["item"].to_numpy()])
    rows = rows.explode("answer", ignore_index=True)
    # The item for which the image was found has to have another answer than the one that is expected.
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
