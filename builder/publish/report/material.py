"""The data of a report: the items that were read, where each was removed, and their images."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from twokeys.builder.publish.folder import Folder
from twokeys.core.columns import AUDITED, BALANCED, TIERS
from twokeys.core.errors import BadInput
from twokeys.core.item_images import images_of

if TYPE_CHECKING:
    from twokeys.builder.balance.select import Selection
    from twokeys.builder.measure.survey import Survey
    from twokeys.builder.recipe import Recipe
    from twokeys.data_cards.manifest import Manifest

COLUMNS = (
    "id", "source", "split", "question", "question_key", "question_asked", "choices", "answer", "compared",
    "answer_type", "group",
    "image_key", "image_partner", "question_partner", "quad", "answer_source", "edit_of", "edit_kind", "edit_note",
    "edit_boxes", "meta", "image_width", "image_height", "stage", "rule", "reason",
)  # fmt: skip
"""Columns that a report reads."""


@dataclass(frozen=True)
class Material:
    """The data of a report.

    Attributes:
        recipe: The recipe.
        manifest: Of the build; None for a diagnosis.
        items: Items as they were read.
        rows: Every item, also constructed items; removed items have `stage`, `rule` and `reason`.
        aside: Rows that could not be used: `id`, `question`, `reason`.
        tiers: Name of a set -> its items, with partners and quads; the balanced set first.
        read: Reads the bytes of an item's images by its `image_key`, in their order; empty if they are not available.
        at_hand: Keys of the images that can be shown; of a corpus, all or none.
    """

    recipe: Recipe
    manifest: Manifest | None
    items: pd.DataFrame
    rows: pd.DataFrame
    aside: pd.DataFrame
    tiers: dict[str, pd.DataFrame]
    read: Callable[[str], Sequence[bytes]]
    at_hand: Container[str]

    @cached_property
    def published(self) -> set[str]:
        """Ids of the items that are in a tier."""
        return set().union(*(part["id"] for part in self.tiers.values()))


def of_folder(path: Path, manifest: Manifest) -> Material:
    """The data of a published folder, with its published images."""
    folder = Folder.read(path, manifest, COLUMNS)
    images = folder.images(TIERS)
    aside = folder.removed[folder.removed["stage"] == "read"]
    tiers = {BALANCED: folder.balanced, AUDITED: folder.audited}
    return Material(
        recipe=folder.recipe,
        manifest=manifest,
        items=folder.items,
        rows=folder.rows,
        aside=aside,
        tiers={name: part for name, part in tiers.items() if name == BALANCED or len(part)},
        read=images.get,
        at_hand=images,
    )


def of_survey(recipe: Recipe, survey: Survey, selection: Selection) -> Material:
    """The data of a diagnosis: no item is dropped by rules, and the largest balanced set is kept."""
    items = survey.items.reindex(columns=[name for name in COLUMNS if name in survey.items])
    reasons = items[["id"]].merge(selection.removed, on="id", how="left", validate="one_to_one")["reason"]
    kept = items.merge(selection.kept, on="id", validate="one_to_one")
    aside = survey.set_aside.assign(reason=list(map(str, survey.aside)))
    return Material(
        recipe=recipe,
        manifest=None,
        items=items,
        rows=items.assign(stage=reasons.where(reasons.isna(), "balance"), rule=None, reason=reasons),
        aside=aside,
        tiers={BALANCED: kept},
        read=_of_corpora(survey),
        at_hand=set(items["image_key"]),
    )


def _of_corpora(survey: Survey) -> Callable[[str], Sequence[bytes]]:
    shown = dict(zip(survey.items["image_key"], images_of(survey.items), strict=True))

    def read(key: str) -> Sequence[bytes]:
        try:
            return [survey.pictures.read(image) for image in shown[key]]
        except BadInput:
            return ()  # known by name alone

    return read
