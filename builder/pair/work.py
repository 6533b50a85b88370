"""The result of pairing, before it is measured."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from twokeys.builder.pair.edit import Retrieval
from twokeys.builder.read.pictures import Pictures
from twokeys.data_cards.pairing import Precision


@dataclass(frozen=True)
class Work:
    """The result of pairing, before it is measured.

    Attributes:
        reworded: The items of the corpora alone, in the wording of paraphrases.
        items: Annotated and constructed items, sorted by id.
        refused: Refused edits and merged items, with `reason`.
        pictures: Their images, including constructed images.
        retrieved: The candidates of each generator that retrieves, with counts of the questions that it understands.
        spare: Sound candidates for retrieved partners that balance does not need (`twokeys.builder.pair.choose`).
        precision: How often models are right about the answers that they verify.
        unlike_pools: Pools that are not used, since a classifier distinguishes their images from those of the corpora.
        key: Hash of everything on which the result depends.
    """

    reworded: pd.DataFrame
    items: pd.DataFrame
    refused: pd.DataFrame
    pictures: Pictures
    retrieved: list[Retrieval]
    spare: pd.DataFrame
    precision: list[Precision]
    unlike_pools: list[str]
    key: str

    def source_of(self, images: pd.Series[str]) -> pd.Series[str]:
        """The corpus or pool that each image is from."""
        return images.map(self.pictures.table.set_index("image_key")["source"])


def together(items: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Annotated and constructed items in one table, sorted by id."""
    return pd.concat([items, added]).sort_values("id", ignore_index=True) if len(added) else items
