"""Which retrieved partners become items: those that the largest balanced set needs, and no others."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from twokeys.builder.balance.select import retrieved, select
from twokeys.builder.recipe import Balance
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Workspace, stage

SPARE = ["id", "edit_kind", "question_key", "compared", "image_key", "group"]
"""What stays known of a candidate that is not needed: an image, and the answer to a question about it."""


@dataclass(frozen=True, eq=False)
class Chosen(Result):
    """What pairing adds.

    Attributes:
        added: Edits as items, and the retrieved partners among them that balance needs.
        spare: `SPARE` of the sound candidates for retrieved partners that it does not need.
    """

    added: pd.DataFrame
    spare: pd.DataFrame


@stage("choose", version=2)
def choose(space: Workspace, items: KeyedTable, added: KeyedTable, settings: Balance) -> Chosen:
    """Choose among the candidates for retrieved partners.

    All of them enter the graph; the set that keeps as many annotated items as can be, with as few retrieved partners as
    must be, decides. Everything else that pairing adds goes on in any case.

    Args:
        space: Where the work is done.
        items: Annotated items, each with its group and keys.
        added: Sound edits and candidates as items.
        settings: How the set is balanced. Measurements are not made yet, so that all annotated items weigh the same.
    """
    every = pd.concat([items.frame, added.frame]).sort_values("id", ignore_index=True)
    kept = set(select(every, settings.model_copy(update={"weight": None})).kept["id"])
    candidate = retrieved(added.frame)
    goes_on = ~candidate | added.frame["id"].isin(kept).to_numpy()
    spare = added.frame.reindex(columns=SPARE)[~goes_on].reset_index(drop=True)
    return Chosen(added.frame[goes_on].reset_index(drop=True), spare)
