"""Matrices that are made of contents and rows alone, without a model and without an image file."""

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
        """Look at the texts; an option is looked at beside its competitors."""
        if contents.form == "option":
            return contents.of_options(option_looks)
        return text_looks(contents.table["text"].tolist())


@dataclass(frozen=True, eq=False)
class FieldMatrix(RowMatrix):
    """What rows say of themselves among some items, by `twokeys.builder.measure.metadata`."""

    items: pd.DataFrame
    source: str = ""
    name, views, with_options = "metadata", TEXT, True

    def of_rows(self, ids: pd.Series[str]) -> Floats:
        """Read the published fields."""
        return of_items(self.items).loc[ids.tolist()].to_numpy(dtype=np.float32)


@dataclass(frozen=True, eq=False)
class PlaceMatrix(RowMatrix):
    """Where rows stand, by `twokeys.builder.measure.places`."""

    items: pd.DataFrame
    source: str = ""
    name, views = "place", TEXT

    def of_rows(self, ids: pd.Series[str]) -> Floats:
        """Count rows and ranks; other rows are not there to be counted."""
        return places(self.items[self.items["id"].isin(set(ids))]).loc[ids.tolist()].to_numpy(dtype=np.float32)


@dataclass(frozen=True, eq=False)
class ImagePlaceMatrix(ContentMatrix):
    """Where images stand, by `twokeys.builder.measure.places`."""

    items: pd.DataFrame
    source: str = ""
    name, views = "place", IMAGE

    def make(self, contents: Contents) -> Floats:
        """Take the place of the first row that shows each image."""
        return of_pictures(self.items, contents.keys)


PLAIN: tuple[Matrix, ...] = (LexicalMatrix(), LooksMatrix())
"""What is made of nothing but the contents' text."""
