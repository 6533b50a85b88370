"""Mined wording: the items that get the wording of a paraphrase, and items as generators and judges read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
import pyarrow as pa

from twokeys.builder.pair.paraphrase import merged, one_wording
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.answers.normal import normalise
from twokeys.core.columns import EDIT_COLUMNS

WORDED = ("question", "question_key", "question_asked", "answer_source")
"""Columns of an item that another wording changes."""


@dataclass(frozen=True, eq=False)
class Rewording(Result):
    """Items that get another wording, and items that are removed because of it.

    Attributes:
        table: `id`, the columns `WORDED`, and the `reason` of removed items.
    """

    table: pd.DataFrame

    SCHEMAS: ClassVar = {"table": pa.schema([(name, pa.string()) for name in ("id", *WORDED, "reason")])}


@stage("reword", version=3)
def reword(space: Workspace, left: KeyedTable, mined: Sequence[str]) -> Rewording:
    """Determine the items that get another wording, and the items that are removed because of it."""
    items = left.frame
    reworded = one_wording(items) if "paraphrases" in mined else items.assign(question_asked=None)
    reasons = merged(reworded)
    changed = reworded[reworded["question_asked"].notna() | reworded["id"].isin(reasons.index)]
    return Rewording(changed[["id", *WORDED]].assign(reason=changed["id"].map(reasons)))


def worded(left: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Give items the new wording, and remove items with a reason."""
    items = left.copy()
    for name in EDIT_COLUMNS:
        items[name] = None
    at = pd.Index(items["id"]).get_indexer(pd.Index(table["id"]))
    for name in WORDED:
        column = items[name].to_numpy(dtype=object).copy()
        column[at] = table[name].to_numpy(dtype=object)
        items[name] = column
    gone = set(table["id"][table["reason"].notna()])
    return items[~items["id"].isin(gone)].reset_index(drop=True)


def items_merged(table: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The items that were removed because of a wording, as they were read, with the reason."""
    gone = table.loc[table["reason"].notna(), ["id", "reason"]]
    return items.merge(gone, on="id", validate="one_to_one")


def in_plain_words(items: pd.DataFrame) -> pd.DataFrame:
    """Items as generators and judges read them: answers without options in normal form, `Yes` as `yes`."""
    answers = [
        answer if len(choices) else normalise(answer)
        for answer, choices in zip(items["answer"], items["choices"], strict=True)
    ]
    return items.assign(answer=answers)
