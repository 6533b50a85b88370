"""The retrieved partners that become items: only candidates that the largest balanced set needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.balance.select import select
from twokeys.builder.pair.candidates import as_item_rows, of_items
from twokeys.builder.pair.onward import with_originals
from twokeys.builder.pair.retrieve import Retrieved
from twokeys.builder.pair.sift import Beside, with_looks, without_measures
from twokeys.builder.recipe import Balance
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Workspace, stage

SPARE = ["id", "edit_kind", "question_key", "compared", "image_key", "group"]
"""Columns of a candidate that balance does not need: an image, and the answer to a question about it."""


@dataclass(frozen=True, eq=False)
class Chosen(Result):
    """The candidates, divided by whether balance needs them.

    Attributes:
        partners: The retrieved partners that balance needs, as items.
        spare: The sound candidates that balance does not need, with the columns `SPARE`.
    """

    partners: pd.DataFrame
    spare: pd.DataFrame


@stage("choose", version=4)
def choose(
    space: Workspace,
    beside: Beside,
    made: Mapping[int, Retrieved],
    added: KeyedTable,
    sound: KeyedTable,
    settings: Balance,
) -> Chosen:
    """Choose among the candidates for retrieved partners.

    Args:
        space: Workspace of the stage.
        beside: The annotated items, and the images.
        made: The generators that retrieve, by their number.
        added: Sound edits as items.
        sound: Sound candidates.
        settings: How the set is balanced.
    """
    items, candidates = beside.items.frame, sound.frame
    while True:
        kept = needed(items, added.frame, candidates, settings)
        chosen, alone = with_originals(candidates[kept], items, settings.within)
        if not alone:
            break
        candidates = candidates[~candidates["id"].isin(alone)]
    rows = as_item_rows(chosen, made, beside.images, items, beside.known.items)
    if len(rows):
        rows = without_measures(with_looks(rows, beside.pictures))
        rows = rows.astype({"image_width": "int32", "image_height": "int32"})
    spare = ~sound.frame["id"].isin(set(candidates["id"][kept]))
    return Chosen(rows, _spare(sound.frame[spare], items))


def needed(items: pd.DataFrame, added: pd.DataFrame, sound: pd.DataFrame, settings: Balance) -> NDArray[np.bool_]:
    """Whether balance needs each candidate.

    All candidates enter the graph. The balanced set that keeps as many annotated items as possible, with as few
    retrieved partners as possible, decides. Other edits are not chosen here: they all go on.

    Args:
        items: Annotated items, each with its keys.
        added: Sound edits as items.
        sound: Sound candidates.
        settings: How the set is balanced. Since nothing is measured yet, all annotated items have the same weight.
    """
    of = ["question_key", "choices", "answer_type", "source", "split", *(["meta"] if settings.categories else [])]
    edges = pd.DataFrame({
        "id": sound["id"], "image_key": sound["image"].astype("str"), "answer": sound["answer"].astype("str"),
        "edit_kind": sound["kind"].astype("str"), **of_items(sound, items, (name for name in of if name in items)),
    })  # fmt: skip
    columns = [name for name in edges if name in items]
    every = pd.concat([items[columns], added.reindex(columns=columns), edges[columns]]).sort_values("id")
    kept = select(every.reset_index(drop=True), settings.model_copy(update={"weight": None})).kept["id"]
    return sound["id"].isin(set(kept)).to_numpy(dtype=bool)


def _spare(candidates: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    names = {"kind": "edit_kind", "image": "image_key"}
    question = of_items(candidates, items, ["question_key"])
    return candidates.rename(columns=names).assign(**question)[SPARE].reset_index(drop=True)
