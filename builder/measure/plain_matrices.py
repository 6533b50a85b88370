"""Matrices that are made of contents and rows alone, without a model or an image file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.baselines import View
from twokeys.builder.measure.lexical import text_features
from twokeys.builder.measure.looks import option_looks, text_looks
from twokeys.builder.measure.matrix import ContentMatrix, Contents, Matrix, RowMatrix
from twokeys.builder.measure.metadata import of_items
from twokeys.builder.measure.places import of_pictures, places

Floats = NDArray[np.float32]
TEXT: tuple[View, ...] = ("question", "choices")
IMAGE: tuple[View, ...] = ("image",)


class LexicalMatrix(ContentMatrix):
    """Plain features of text, by `twokeys.builder.measure.lexical`."""

    name, views, with_options = "lexical", TEXT, True

    def make(self, contents: Contents) -> Floats:
        """Read the texts."""
        return text_features(contents.joined)


class LooksMatrix(ContentMatrix):
    """Letter case, marks and spaces of published text, by `twokeys.builder.measure.looks`."""

    name, views = "looks", TEXT

    def make(self, contents: Contents) -> Floats:
        """Compute the looks of texts; those of an option include differences from its competitors."""
        if contents.form == "option":
            return contents.of_options(option_looks)
        return text_looks(contents.table["text"].tolist())


@dataclass(frozen=True, eq=False)
class FieldMatrix(RowMatrix):
    """Metadata of rows among some items, by `twokeys.builder.measure.metadata`."""

    items: pd.DataFrame
    source: str = ""
    name, views, with_options = "metadata", TEXT, True

    def of_rows(self, ids: pd.Series[str]) -> Floats:
        """Read the published fields."""
        return of_items(self.items).loc[ids.tolist()].to_numpy(dtype=np.float32)


@dataclass(frozen=True, eq=False)
class PlaceMatrix(RowMatrix):
    """Places of rows, by `twokeys.builder.measure.places`."""

    items: pd.DataFrame
    source: str = ""
    name, views = "place", TEXT

    def of_rows(self, ids: pd.Series[str]) -> Floats:
        """Compute numbers and ranks among these rows alone."""
        return places(self.items[self.items["id"].isin(set(ids))]).loc[ids.tolist()].to_numpy(dtype=np.float32)


@dataclass(frozen=True, eq=False)
class ImagePlaceMatrix(ContentMatrix):
    """Places of images, by `twokeys.builder.measure.places`."""

    items: pd.DataFrame
    source: str = ""
    name, views = "place", IMAGE

    def make(self, contents: Contents) -> Floats:
        """Take the place of the first row that shows each image."""
        return of_pictures(self.items, contents.keys)


PLAIN: tuple[Matrix, ...] = (LexicalMatrix(), LooksMatrix())
"""Matrices that are made of the contents' text alone."""
