"""Sifting: sound edits become items, sound candidates go on, and all others are refused with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twokeys.builder.measure.survey import Survey
from twokeys.builder.pair.candidates import PLACED, SCHEMA, alone, as_item_rows, as_rows, examined, of_items, together
from twokeys.builder.pair.generate import EDITS, Edits
from twokeys.builder.pair.judges.judges import Judges, judged
from twokeys.builder.pair.merge import STORE, as_items, refuse, store
from twokeys.builder.pair.minimality import Nearness
from twokeys.builder.pair.pool import Pool
from twokeys.builder.pair.retrieve import Retrieved
from twokeys.builder.pair.rewording import in_plain_words
from twokeys.builder.read.item_images import image_looks
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Text
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.items import TextRule
from twokeys.core.measured import Measured
from twokeys.data_cards.pairing import Precision


@dataclass(frozen=True, eq=False)
class Sifted(Result):
    """Edits and candidates, divided by whether they are sound.

    Attributes:
        added: Sound edits, as items.
        sound: Sound candidates (`twokeys.builder.pair.candidates.COLUMNS`).
        refused: Refused edits and candidates, as items, with the reason.
        pictures: Images of the sound edits; their bytes are in the result's folder.
        precision: How often models are right about the answers that they verify.
    """

    added: pd.DataFrame
    sound: pd.DataFrame
    refused: pd.DataFrame
    pictures: pd.DataFrame
    precision: list[Precision]

    SCHEMAS: ClassVar = {"sound": SCHEMA}


@dataclass(frozen=True)
class Beside:
    """The items and images with which edits and candidates are compared.

    Attributes:
        known: The survey of all items that were read.
        items: The items that edits were made from, in the published wording.
        pool: Images of retrieved partners; None if no generator retrieves.
    """

    known: Survey
    items: KeyedTable
    pool: Pool | None

    @property
    def images(self) -> Pool:
        """The images of retrieved partners, if there are candidates."""
        assert self.pool is not None
        return self.pool

    @property
    def pictures(self) -> Pictures:
        """The images of the items and of the pool."""
        pictures = self.known.pictures
        return pictures if self.pool is None else pictures.and_others(self.pool.pictures)


@stage("pair", version=7)
def sift(
    space: Workspace,
    beside: Beside,
    made: Sequence[Edits | Retrieved],
    judges: Judges,
    nearness: Nearness,
    text: Text,
) -> Sifted:
    """Divide edits and candidates into sound and refused.

    Args:
        space: Workspace of the stage; images of edits are stored in its folder.
        beside: The items and images with which they are compared.
        made: The results of each generator.
        judges: The models that verify answers and wording.
        nearness: How near an edit must be to its original.
        text: The recipe's canonical form of text.
    """
    read, items, there = beside.known.items, beside.items.frame, beside.pictures
    rule = TextRule(text.unicode, text.lowercase)
    retrievers = {place: each for place, each in enumerate(made) if isinstance(each, Retrieved)}
    candidates = together([examined(each, place, rule) for place, each in retrievers.items()], beside.pool)
    candidates, edits, precision = _judged(space, beside, made, candidates, judges)
    places, fresh = _shown(edits, there, space.folder)
    rows = as_items(pd.concat([edits.drop(columns=["picture", "place"]), places], axis=1), items, read)
    pictures = pd.DataFrame(fresh.values(), columns=there.table.columns)
    every = there.plus(pictures, STORE, space.folder)
    doubted = _doubted(candidates, rows, beside, nearness, every)
    place = np.concatenate([edits["place"].to_numpy(dtype=np.int64), candidates["generator"][doubted]])
    if doubted.any():
        rows = pd.concat([rows, as_item_rows(candidates[doubted], retrievers, beside.images, items, read)])
    if len(rows):
        rows = with_looks(rows.iloc[np.argsort(place, kind="stable")].reset_index(drop=True), every)
        rows["reason"] = refuse(rows, read)
        rows["reason"] = rows["reason"].fillna(nearness.dissimilar(items, rows, every))
    else:
        rows = pd.DataFrame(columns=[*items.columns, "view", "generator", "reason"])
    sound = rows["reason"].isna()
    refused = without_measures(rows[~sound])
    edited = sound & ~rows["id"].isin(set(candidates["id"][doubted]))
    added = without_measures(rows[edited]).astype({"image_width": "int32", "image_height": "int32"})
    used = pictures[pictures["image_key"].isin(set(added["image_key"]))].sort_values("image_key")
    goes_on = ~candidates["id"].isin(set(refused["id"]))
    return Sifted(added, candidates[goes_on].reset_index(drop=True), refused, used, precision)


def _judged(
    space: Workspace,
    beside: Beside,
    made: Sequence[Edits | Retrieved],
    candidates: pd.DataFrame,
    judges: Judges,
) -> tuple[pd.DataFrame, pd.DataFrame, list[Precision]]:
    """Let models judge edits and candidates with an expected answer; edits get the `place` of their generator."""
    parts = [pa.Table.from_pylist([], schema=EDITS).append_column("place", pa.array([], pa.int64()))]
    for place, each in enumerate(made):
        if isinstance(each, Edits):
            parts += [table.append_column("place", pa.array([place] * len(table))) for table in each.tables()]
    edits = pa.concat_tables(parts).to_pandas().drop_duplicates("id", ignore_index=True)
    edits = edits.astype(object).where(edits.notna(), None)
    retrievers = {place: each for place, each in enumerate(made) if isinstance(each, Retrieved)}
    expected = candidates["generator"].isin([place for place, each in retrievers.items() if each.found.expected])
    open_ = candidates[expected & candidates["problem"].isna()]
    rows = as_rows(open_, retrievers, beside.images).drop(columns=list(PLACED)) if len(open_) else edits.iloc[:0]
    every = pd.concat([edits, rows], ignore_index=True).astype(object)
    every, precision = judged(space.run, judges, in_plain_words(beside.items.frame), every, beside.pictures)
    verdicts = every.iloc[len(edits) :]
    candidates.loc[open_.index, ["problem", "scores"]] = verdicts[["problem", "scores"]].to_numpy(dtype=object)
    return candidates, every.iloc[: len(edits)], precision


def _doubted(
    candidates: pd.DataFrame, edits: pd.DataFrame, beside: Beside, nearness: Nearness, every: Pictures
) -> NDArray[np.bool_]:
    """Whether each candidate may be refused: only such candidates become rows and are examined in full."""
    if beside.pool is None or not len(candidates):
        return np.zeros(len(candidates), dtype=bool)
    read = beside.known.items
    sound = edits[edits["problem"].isna()] if len(edits) else edits
    group_of = candidates["of"].map(dict(zip(read["id"], read["group"], strict=True))).to_numpy(dtype=object)
    near = group_of == candidates["group"].to_numpy(dtype=object)
    before = of_items(candidates, beside.items.frame, ("image_key",))["image_key"]
    far = nearness.too_far(before, candidates["image"].astype(str), every)
    doubted: NDArray[np.bool_] = candidates["problem"].notna().to_numpy() | near | far
    return doubted | ~alone(candidates, read, sound)


def _shown(edits: pd.DataFrame, there: Pictures, folder: Path) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """The image of each edit, and the new images by key; their bytes are stored."""
    fresh: dict[str, dict[str, Any]] = {}
    shown: list[dict[str, Any]] = []
    for edit in edits[["view", "picture", "problem"]].to_dict("records"):
        if edit["view"] == "question" or edit["problem"] is not None:
            shown.append({})
        else:
            row = store(edit["picture"], folder, there.limits)
            if row["image_key"] not in there:
                row = fresh.setdefault(row["image_key"], row)
            shown.append({"image_key": row["image_key"], "image_width": row["width"], "image_height": row["height"]})
    return pd.DataFrame(shown, columns=list(PLACED), index=edits.index, dtype=object), fresh


def with_looks(rows: pd.DataFrame, pictures: Pictures) -> pd.DataFrame:
    """Replace the original image's contrast and colour, which rules and card read, by those of the new image."""
    looks = image_looks(rows, pictures)
    return rows.assign(**{str(name): looks[name] for name in looks})


def without_measures(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop the measurements, since they belong to the annotated item and not to its edit."""
    return rows[[name for name in rows if Measured.of(name) is None]]
