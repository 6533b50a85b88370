"""Candidates whose answers follow from annotations."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.pair.edit import Edit, Retrieval, as_candidates, root_of
from twokeys.builder.pair.generators.retrieved.asks import MinedPool
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Ints, Judge, Meaning
from twokeys.builder.pair.generators.retrieved.mining import Limits, Mined, mine
from twokeys.builder.pair.generators.retrieved.settings import Settings
from twokeys.builder.pair.pool import Pool
from twokeys.builder.read.pool import FILE_LINK
from twokeys.core.items import canonical_json

TOLD_IN_BULK = ("coco",)
"""Judges that look up the answers about all images at once; other judges run a program for each image."""
DEPTH = 256
"""Number of nearest images of an item for which a judge runs a program."""
TRUE_FALSE = {"yes": "true", "no": "false"}
"""Answer of a judge -> its form in corpora of statements."""


@dataclass(frozen=True, eq=False)
class Understood:
    """Items whose question a judge understands.

    Attributes:
        items: Their rows, with `vertex` (number) and `place` (of their image in the pool).
        meanings: Meaning of each vertex.
        words: For each vertex, answer of the judge -> its form in the corpus: statements are true or false.
        places: (m,) place of each image of the pool among the judge's images; `UNSAID` if it has no annotations.
        judge: The judge.
        disputed: Meaning -> places among the judge's images about which corpus and judge disagree: since either may be
            wrong, the judge gives no answer there, whatever the wording.
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
        """The answer of the annotations about each item's image; None if there is none."""
        answers: list[str | None] = [None] * len(self.items)
        for vertex, part in self.items.groupby("vertex", sort=True):
            rows = part.index.to_numpy(dtype=np.int64)
            codes, texts = self.answers(int(str(vertex)), part["place"].to_numpy(dtype=np.int64))
            for row, code in zip(rows.tolist(), codes.tolist(), strict=True):
                answers[row] = texts[code] if code != UNSAID else None
        return answers

    def without(self, wrong: NDArray[np.bool_]) -> Understood:
        """The same without answers to the questions of some items about their images, in any wording."""
        disputed: dict[Meaning, list[int]] = {}
        for vertex, place in self.items.loc[wrong, ["vertex", "place"]].itertuples(index=False):
            disputed.setdefault(self.meanings[vertex], []).append(int(self.places[place]))
        return replace(self, disputed=disputed)


def by_annotations(items: pd.DataFrame, pool: Pool, settings: Settings) -> Retrieval:
    """Find candidates by annotations.

    Items whose answer differs from the answer of the annotations get no candidates, since either may be wrong.

    Args:
        items: The items, as generators read them.
        pool: The images.
        settings: The settings in the recipe.
    """
    understood = understand(items, pool, _judge(settings), settings)
    facts = np.array(understood.about_themselves(), dtype=object)
    checked = pd.notna(facts)
    agree = ~checked | (facts == understood.items["answer"].to_numpy(dtype=object))
    understood, asking = understood.without(~agree), understood.items[agree]
    depth = None if settings.judge in TOLD_IN_BULK else DEPTH
    mined = mine(
        asking["vertex"].to_numpy(),
        asking["place"].to_numpy(),
        asking["answer"].tolist(),
        MinedPool(pool.vectors, understood.answers, pool.group_numbers),
        Limits(settings.candidates, settings.images_per_question, settings.questions_per_image, depth),
    )
    return Retrieval(
        settings.kind,
        candidates=_candidates(mined, asking, pool),
        expected=False,
        understood=understood.items["id"].tolist(),
        checked=int(checked.sum()),
        agreed=int((checked & agree).sum()),
        askable=_askable(mined, understood.items[checked & agree], pool),
        files=dict(zip(settings.files, settings.hashes, strict=True)),
        absence=understood.judge.absence,
    )


def _judge(settings: Settings) -> Judge:
    return registry.judge(settings.judge, settings.paths, settings.hashes)


def understand(items: pd.DataFrame, pool: Pool, judge: Judge, settings: Settings) -> Understood:
    """Let a judge read the questions of items, each question once.

    Args:
        items: The items.
        pool: The images.
        judge: The judge.
        settings: They determine which items with the same meaning share a vertex.
    """
    meanings = _meanings(items, judge)
    there = np.array([meaning is not None for meaning in meanings], dtype=bool)
    part = items[there].reset_index(drop=True)
    part["meaning"] = pd.Series([meaning for meaning in meanings if meaning is not None], dtype=object)
    part["vertex"] = part.groupby([*settings.vertex(part), "meaning"], sort=False).ngroup()
    part["place"] = pool.places.get_indexer(pd.Index(part["image_key"]))
    each = part.drop_duplicates("vertex").sort_values("vertex")["meaning"].tolist()
    stated = set(part["vertex"][part["answer"].isin(TRUE_FALSE.values())])
    words = [TRUE_FALSE if vertex in stated else {} for vertex in range(len(each))]
    return Understood(part, each, words, _spoken_of(pool, judge), judge)


def _meanings(items: pd.DataFrame, judge: Judge) -> list[Meaning | None]:
    """The meaning of each item's question; None if the judge does not understand it."""
    meaning_of: dict[tuple[str, ...], Meaning | None] = {}
    meanings = []
    for item in items[["question_key", "answer_type", "meta", "question", "choices"]].to_dict("records"):
        key = (item["question_key"], item["answer_type"], item["meta"])
        if key not in meaning_of:
            meaning_of[key] = judge.understand({str(name): cell for name, cell in item.items()})
        meanings.append(meaning_of[key])
    return meanings


def _spoken_of(pool: Pool, judge: Judge) -> Ints:
    """Place of each image of the pool among the judge's images.

    An equal name is not enough. If the annotated size differs, the annotations belong to another image, or their boxes
    do not fit; if two images of the pool have the same bare file name, the name does not identify either.
    """
    places = {link: at for at, link in enumerate(judge.images)}
    places_of_judge = np.full(len(pool), UNSAID, dtype=np.int64)
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
        places_of_judge[row] = places[link]
        if link.startswith(FILE_LINK):
            named.setdefault(link, []).append(row)
    twice = {link: rows for link, rows in named.items() if len(rows) > 1}
    places_of_judge[[row for rows in twice.values() for row in rows]] = UNSAID
    _warn(resized, "have another size than the annotations state")
    _warn(list(twice), "are names of two images of the pool")
    return places_of_judge


def _warn(links: list[str], why: str) -> None:
    if links:
        message = f"retrieved: {len(links):,} links {why}, and nothing is told of these images; the first: {links[0]}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def _askable(mined: Mined, items: pd.DataFrame, pool: Pool) -> list[str]:
    """The items for which, at their vertex, an image outside their image's group has another answer."""
    edges, group = mined.edges, pool.group_numbers
    others = pd.DataFrame({"vertex": edges.meaning, "answer": np.array(mined.answers, dtype=object)[edges.answer],
                           "group": group[edges.image]})  # fmt: skip
    asking = items[["id", "vertex", "answer"]].assign(group=group[items["place"].to_numpy(dtype=np.int64)])
    counts = [
        asking.merge(others.groupby(columns).size().rename("n").reset_index(), on=columns, how="left")["n"].fillna(0)
        for columns in (["vertex"], ["vertex", "answer"], ["vertex", "group"], ["vertex", "answer", "group"])
    ]
    every, same, near, both = (of.to_numpy(dtype=np.int64) for of in counts)
    found_for: list[str] = asking["id"][every - same - near + both > 0].tolist()
    return found_for


def _candidates(mined: Mined, asking: pd.DataFrame, pool: Pool) -> pd.DataFrame:
    """The mined edges as candidates for their items; the best of each item first."""
    edges = mined.edges
    edges = edges.part(np.lexsort((edges.image, edges.meaning, edges.rank)))
    edge_of = asking["vertex"].to_numpy() * len(pool) + asking["place"].to_numpy()
    order = np.argsort(edge_of, kind="stable")
    # The last of several items that ask the same about the same image.
    at = np.searchsorted(edge_of[order], edges.meaning * len(pool) + edges.near, side="right") - 1
    return as_candidates(
        of=(order[at], asking["id"].to_numpy()), image=(edges.image, pool.places), answer=(edges.answer, mined.answers)
    )


def facts(items: pd.DataFrame, pool: Pool, candidates: pd.DataFrame, settings: Settings) -> Iterator[Edit]:
    """Candidates as edits, with the facts that their answers rest on; see `twokeys.builder.pair.edit.Retriever`.

    Raises:
        ValueError: If the judge's answer about a single image differs from its answer for all images at once.
    """
    judge = _judge(settings)
    originals = items[items["id"].isin(set(candidates["of"].astype(str).map(root_of)))]
    meanings = dict(zip(originals["id"], _meanings(originals, judge), strict=True))
    places = {link: at for at, link in enumerate(judge.images)}
    shown = {key: pool.stated(key) for key in map(str, candidates["image"].unique())}
    place = {key: next(places[link] for link in of["image"]["links"] if link in places) for key, of in shown.items()}
    for of, image, answer in candidates[["of", "image", "answer"]].astype(str).itertuples(index=False):
        fact = judge.fact(meanings[root_of(of)], place[image])
        if fact is None or answer not in (fact.answer, TRUE_FALSE.get(fact.answer)):
            raise ValueError(f"the judge {settings.judge!r} tells {answer!r} of {image}, and then {fact}")
        yield Edit(
            kind=settings.kind,
            of=of,
            view="image",
            answer=answer,
            answer_source="constructed",
            note=fact.note,
            image=image,
            boxes=fact.boxes,
            meta=canonical_json(shown[image]),
        )
