"""The results of all stages of a build, from which the published folder is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import pandas as pd

from twokeys.builder.balance.select import Selection
from twokeys.builder.certify.audited.families import families
from twokeys.builder.certify.audited.rows import audited_rows, unpublished
from twokeys.builder.certify.stage import Certified
from twokeys.builder.filter import Filtered
from twokeys.builder.measure.baselines import chosen
from twokeys.builder.measure.blindness import marked
from twokeys.builder.measure.survey import Survey, named
from twokeys.builder.pair.stage import Paired
from twokeys.builder.recipe import Recipe
from twokeys.core.colours import with_accepted
from twokeys.core.item_images import KEYS, images_of, several
from twokeys.core.items import digest
from twokeys.core.measured import REFIT, REFIT_UNSEEN

LAYOUT = 13
"""Raised whenever the published folder is written in another way."""
PACKAGES = (
    "datasets", "faiss-cpu", "highspy", "numpy", "ortools", "pandas", "pillow", "pyarrow", "scikit-learn", "scipy",
    "sentence-transformers", "torch", "transformers",
)  # fmt: skip
"""Packages whose versions may affect the rows."""


@dataclass(frozen=True)
class Build:
    """The results of the stages of a build.

    Attributes:
        recipe: The recipe.
        survey: All items that were read.
        filtered: The items that rules dropped.
        paired: The items that went on to balance.
        selection: The balanced set.
        certified: The evidence for the certificates.
    """

    recipe: Recipe
    survey: Survey
    filtered: Filtered
    paired: Paired
    selection: Selection
    certified: Certified

    @property
    def key(self) -> str:
        """Hash of everything that the published folder follows from."""
        certified = self.certified
        stages = (self.selection, certified.refit, certified.unseen, certified.audited)
        keys = ["" if stage is None else stage.key for stage in stages]
        versions = [version("twokeys"), *(version(name) for name in PACKAGES)]
        return digest("build", str(LAYOUT), *keys, self.recipe.key, *versions)

    @property
    def encoders(self) -> dict[str, str]:
        """The used encoders, by the view that they encode."""
        audited = self.recipe.audited
        adversaries = chosen([name for names in families(audited) for name in names]) if audited else {}
        return self.survey.encoders | named(self.survey.represent.reads(adversaries).encoders)

    @cached_property
    def balanced(self) -> pd.DataFrame:
        """Rows of the config `balanced`."""
        kept, refit = self.selection.kept, self.certified.refit
        measured = kept[["id"]] if refit is None else marked(refit.table, REFIT)
        if self.certified.unseen is not None:
            unseen = marked(self.certified.unseen.table, REFIT_UNSEEN)
            measured = measured.merge(unseen, on="id", validate="one_to_one")
        items = self.paired.survey.items.merge(kept, on="id", validate="one_to_one")
        return self._told(with_accepted(items.merge(measured, on="id", validate="one_to_one")))

    @cached_property
    def audited(self) -> pd.DataFrame | None:
        """Rows of the config `audited`; None if the recipe asks for no such tier."""
        if self.certified.audited is None:
            return None
        items = self.paired.survey.items
        return self._told(with_accepted(audited_rows(items, self.certified.audited, self.recipe.balance.within)))

    @property
    def shown(self) -> set[str]:
        """Keys of the images that are published."""
        tiers = [self.balanced, *([] if self.audited is None else [self.audited])]
        return {str(key) for tier in tiers for key in images_of(tier).explode()}

    @cached_property
    def several(self) -> bool:
        """Whether some item that was read has several images: the folder then has columns of lists of images."""
        return bool(several(self.survey.items).any())

    def _told(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with the keys of each image, if some item has several."""
        return rows if self.several else rows.drop(columns=KEYS, errors="ignore")

    @property
    def removed(self) -> pd.DataFrame:
        """Every row that is not published, with the stage that removed it and the reason."""
        survey, items = self.survey, self.paired.survey.items
        tables = [
            survey.items.merge(self.filtered.removed.assign(stage="filter"), on="id", validate="one_to_one"),
            self.paired.refused.assign(stage="pair", rule=None),
            items.merge(self.selection.removed.assign(stage="balance", rule=None), on="id", validate="one_to_one"),
            survey.set_aside.drop(columns="problem").assign(reason=list(map(str, survey.aside)), stage="read"),
        ]
        removed = self._told(_joined(tables))
        return removed if self.certified.audited is None else unpublished(removed, self.certified.audited)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    full = [table for table in tables if len(table)]
    # Columns of items always, also where all that is left out are rows that never became items.
    columns = list(dict.fromkeys(name for table in (tables[0], *full) for name in table))
    if not full:
        return tables[0]
    whole = pd.concat([table.reindex(columns=columns) for table in full], ignore_index=True)
    # A column that no row has is all NaN, of which no list of choices can be made; objects are read as missing.
    return whole.astype({name: object for name in columns if not any(name in table for table in full)})
