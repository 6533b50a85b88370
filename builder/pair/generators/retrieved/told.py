"""Candidates whose answer follows from annotations."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.pair.edit import Edit, Retrieval
from twokeys.builder.pair.generators.retrieved.asks import MinedPool
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Ints, Judge, Meaning
from twokeys.builder.pair.generators.retrieved.mining import Candidates, Limits, mine
from twokeys.builder.pair.generators.retrieved.settings import Settings
from twokeys.builder.pair.pool import Pool
from twokeys.builder.read.pool import FILE_LINK
from twokeys.core.columns import RETRIEVED
from twokeys.core.items import canonical_json

TOLD_IN_BULK = ("coco",)
"""Judges that tell the answers about all images by one look-up; others run a program for each."""
DEPTH = 256
"""Images nearest to an item's own about which a judge is asked that runs a program for each."""
TRUE_FALSE = {"yes": "true", "no": "false"}
"""How corpora of statements write what a judge answers."""
VERTEX = ["question_key", "split", "answer_type", "meaning"]
"""Items that share these share the edges of one vertex: each part of a corpus is balanced by itself."""


@dataclass(frozen=True, eq=False)
class Understood:
    """Items whose question a judge understands.

    Attributes:
        items: Their rows, with `vertex` (number), `place` (of their image in the pool).
        meanings: Meaning of each vertex.
        words: Answer of the judge -> how the corpus writes it, of each vertex: statements are true or false.
        places: (m,) place of each image of the pool among the judge's images, `UNSAID` if it speaks of none.
        judge: The judge.
        disputed: Meaning -> places among the judge's images about which the corpus has another answer than the judge:
            one of both is wrong, whatever the wording, and nothing is told.
    """

    items: pd.DataFrame
    meanings: list[Meaning]
    words: list[dict[str, str]]
    places: Ints
    judge: Judge
    disputed: dict[Meaning, list[int]] = field(default_factory=dict)

    def answers(self, vertex: int, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """The answers at a vertex about images of the pool, as `Judge.answers`."""
        at = self.places[images]
        codes = np.full(len(images), UNSAID, dtype=np.int64)
        spoken = (at != UNSAID) & ~np.isin(at, self.disputed.get(self.meanings[vertex], []))
        codes[spoken], texts = self.judge.answers(self.meanings[vertex], at[spoken])
        return codes, tuple(self.words[vertex].get(text, text) for text in texts)

    def about_themselves(self) -> list[str | None]:
        """What the annotations tell about each item's own image."""
        found: list[str | None] = [None] * len(self.items)
        for vertex, part in self.items.groupby("vertex", sort=True):
            rows = part.index.to_numpy(dtype=np.int64)
            codes, texts = self.answers(int(str(vertex)), part["place"].to_numpy(dtype=np.int64))
            for row, code in zip(rows.tolist(), codes.tolist(), strict=True):
                found[row] = texts[code] if code != UNSAID else None
        return found

    def without(self, wrong: NDArray[np.bool_]) -> Understood:
        """The same, but nothing is told of what some items ask about their images, in any wording."""
        disputed: dict[Meaning, list[int]] = {}
        for vertex, place in self.items.loc[wrong, ["vertex", "place"]].itertuples(index=False):
            disputed.setdefault(self.meanings[vertex], []).append(int(self.places[place]))
        return replace(self, disputed=disputed)


def told(items: pd.DataFrame, pool: Pool, settings: Settings) -> Retrieval:
    """Find candidates by annotations.

    Items whose annotated answer is not that of the annotations get none: one of both is wrong.

    Args:
        items: The items, as generators read them.
        pool: The images.
        settings: What the recipe asks for.
    """
    asked = understand(items, pool, registry.judge(settings.judge, settings.paths, settings.hashes))
    facts = asked.about_themselves()
    same = [fact is None or fact == answer for fact, answer in zip(facts, asked.items["answer"], strict=True)]
    agree = np.array(same, dtype=bool)
    asked, asking = asked.without(~agree), asked.items[agree]
    depth = None if settings.judge in TOLD_IN_BULK else DEPTH
    found = mine(
        asking["vertex"].to_numpy(),
        asking["place"].to_numpy(),
        asking["answer"].tolist(),
        MinedPool(pool.vectors, asked.answers, groups(pool)),
        Limits(settings.candidates, settings.images_per_question, settings.questions_per_image, depth),
    )
    return Retrieval(
        kind_of(settings),
        candidates=list(_edits(found, asking, asked, pool, settings)),
        askable=asked.items["id"].tolist(),
        checked=sum(fact is not None for fact in facts),
        agreed=sum(fact is not None for fact, same in zip(facts, agree, strict=True) if same),
        files=dict(zip(settings.files, settings.hashes, strict=True)),
        absence=asked.judge.absence,
    )


def understand(items: pd.DataFrame, pool: Pool, judge: Judge) -> Understood:
    """Read what the questions of items mean to a judge; each question once."""
    known: dict[tuple[str, ...], Meaning | None] = {}
    meanings = []
    for item in items[["question_key", "answer_type", "meta", "question", "choices"]].to_dict("records"):
        key = (item["question_key"], item["answer_type"], item["meta"])
        if key not in known:
            known[key] = judge.understand({str(name): cell for name, cell in item.items()})
        meanings.append(known[key])
    there = np.array([meaning is not None for meaning in meanings], dtype=bool)
    part = items[there].reset_index(drop=True)
    part["meaning"] = pd.Series([meaning for meaning in meanings if meaning is not None], dtype=object)
    part["vertex"] = part.groupby(VERTEX, sort=False).ngroup()
    part["place"] = pool.places.get_indexer(pd.Index(part["image_key"]))
    each = part.drop_duplicates("vertex").sort_values("vertex")["meaning"].tolist()
    stated = set(part["vertex"][part["answer"].isin(TRUE_FALSE.values())])
    words = [TRUE_FALSE if vertex in stated else {} for vertex in range(len(each))]
    return Understood(part, each, words, _spoken_of(pool, judge), judge)


def _spoken_of(pool: Pool, judge: Judge) -> Ints:
    """Place of each image of the pool among those of a judge.

    A name is no proof. Annotations of an image of another size are those of another image, or their boxes do not fit;
    and a bare file name that two images of the pool have says of neither which it is.
    """
    places = {link: at for at, link in enumerate(judge.images)}
    found = np.full(len(pool), UNSAID, dtype=np.int64)
    named: dict[str, list[int]] = {}
    resized: list[str] = []
    columns = pool.table[["links", "image_width", "image_height"]]
    for row, (links, width, height) in enumerate(columns.itertuples(index=False)):
        link = next((link for link in links if link in places), None)
        if link is None:
            continue
        if judge.size(places[link]) not in (None, (width, height)):
            resized.append(f"{link} ({width} x {height})")
            continue
        found[row] = places[link]
        if link.startswith(FILE_LINK):
            named.setdefault(link, []).append(row)
    twice = {link: rows for link, rows in named.items() if len(rows) > 1}
    found[[row for rows in twice.values() for row in rows]] = UNSAID
    _warn(resized, "have another size than the annotations state")
    _warn(list(twice), "are names of two images of the pool")
    return found


def _warn(links: list[str], why: str) -> None:
    if links:
        message = f"retrieved: {len(links):,} links {why}, and nothing is told of these images; the first: {links[0]}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def groups(pool: Pool) -> Ints:
    """Number of each image's group; an image that no item is about is a group of its own."""
    names = pool.table["group"].where(pool.table["group"] != "", pool.table["image_key"])
    return pd.factorize(names)[0].astype(np.int64)


def _edits(
    found: Candidates, asking: pd.DataFrame, asked: Understood, pool: Pool, settings: Settings
) -> Iterator[Edit]:
    """Candidates as edits of the items for which they were mined, the best of each item first."""
    of = {
        (vertex, place): row for vertex, place, row in zip(asking["vertex"], asking["place"], asking["id"], strict=True)
    }
    order = np.lexsort((found.image, found.meaning, found.rank))
    for at in order.tolist():
        vertex, image = int(found.meaning[at]), int(found.image[at])
        fact = asked.judge.fact(asked.meanings[vertex], int(asked.places[image]))
        if fact is None:
            continue
        shown = pool.table.iloc[image]
        yield Edit(
            kind=kind_of(settings),
            of=of[vertex, int(found.near[at])],
            view="image",
            answer=asked.words[vertex].get(fact.answer, fact.answer),
            answer_source="constructed",
            note=fact.note,
            image=str(shown["image_key"]),
            boxes=fact.boxes,
            meta=canonical_json(stated(shown)),
        )


def kind_of(settings: Settings) -> str:
    """What candidates by a judge are called."""
    return f"{RETRIEVED}{settings.judge}"


def stated(shown: pd.Series[Any]) -> dict[str, Any]:
    """What a published item says of the image that was put in the place of its original's."""
    names = {"source": "source", "revision": "source_revision", "license": "license"}
    return {"image": {name: str(shown[column]) for name, column in names.items()} | {"links": list(shown["links"])}}
