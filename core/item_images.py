"""The images of items by key: which each item shows, in their order, and numbers of images as numbers of such lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

KEYS = "image_keys"
"""Column with the keys of each item's images, in order."""


def images_of(items: pd.DataFrame) -> pd.Series[Any]:
    """The keys of each item's images, a list an item; a table without `image_keys` has items of one image each.

    Args:
        items: Item table, or rows of a published folder.
    """
    return items[KEYS] if KEYS in items else items["image_key"].map(lambda key: [key])


def several(items: pd.DataFrame) -> pd.Series[bool]:
    """Which items have more than one image."""
    return images_of(items).map(len) > 1


@dataclass(frozen=True, eq=False)
class ByItem:
    """Rows of images by item, in a table with a row for each image, in which those of an item follow each other.

    Attributes:
        items: Index of each item, in the order of the table.
        starts: (n,) first row of each item.
        ends: (n,) row after its last one.
    """

    items: pd.Index[Any]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, rows: pd.Index[Any]) -> ByItem:
        """Find where items begin.

        Args:
            rows: Index of the item of each row.
        """
        starts = np.flatnonzero(~rows.duplicated())
        return cls(rows[starts], starts, np.append(starts, len(rows)).astype(np.int64)[1:])

    def lists(self, values: pd.Series[Any]) -> pd.Series[Any]:
        """The values of each item's rows, a list an item."""
        import pandas as pd

        every = values.tolist()
        found = [every[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]
        return pd.Series(found, index=self.items, dtype=object)

    def least(self, values: pd.Series[Any]) -> pd.Series[Any]:
        """The smallest value of each item's rows."""
        import pandas as pd

        numbers = values.to_numpy()
        found = np.minimum.reduceat(numbers, self.starts) if len(numbers) else numbers
        return pd.Series(found, index=self.items)


@dataclass(frozen=True, eq=False)
class ImageLists:
    """Lists of images, each of which is what an image view shows.

    Attributes:
        images: Keys of all images in them, each once, sorted.
        places: (n, k) places of the images of each list among these, in order; -1 if a list has no more.
    """

    images: pd.Index[str]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, items: pd.DataFrame, keys: pd.Index[str]) -> ImageLists:
        """The lists of some image keys.

        Args:
            items: Items among which each key is.
            keys: Values of `image_key`.
        """
        import pandas as pd

        first = items[~items["image_key"].duplicated()]
        every = dict(zip(first["image_key"], images_of(first), strict=True))
        lists = [list(every[key]) for key in keys]
        images = pd.Index(sorted({image for of in lists for image in of}), dtype=object)
        places = np.full((len(lists), max(map(len, lists), default=1)), -1, dtype=np.int64)
        found = images.get_indexer(pd.Index([image for of in lists for image in of], dtype=object))
        counts = np.array([len(of) for of in lists], dtype=np.int64)
        places[np.arange(places.shape[1]) < counts[:, None]] = found
        return cls(images, places)

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n,) number of images of each list."""
        return np.asarray((self.places >= 0).sum(axis=1), dtype=np.int64)

    def side_by_side(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Numbers of each list: those of its first image, of its second and so on, zeros if it has no more.

        Concatenated rather than pooled: what a linear model reads off the mean of some vectors it reads off the
        vectors side by side too, and which image comes first is not lost.

        Args:
            matrix: (m, ...) numbers of each image, in the order of `images`.

        Returns:
            (n, k * f, ...); of lists of one image their rows of the matrix.
        """
        if self.places.shape[1] == 1:
            return matrix[self.places[:, 0]]
        found = np.zeros((*self.places.shape, *matrix.shape[1:]), dtype=matrix.dtype)
        there = self.places >= 0
        found[there] = matrix[self.places[there]]
        return found.reshape(len(found), -1, *matrix.shape[2:])

    def in_a_square(self, matrix: NDArray[Any], channels: int) -> NDArray[Any]:
        """Square maps of each list: those of its images in the cells of a larger square, zeros in cells without one.

        Args:
            matrix: (m, s * s * channels) a square map of each image, in the order of `images`.
            channels: Numbers at each point of a map.

        Returns:
            (n, g * s * g * s * channels), where g * g cells are enough for the longest list.
        """
        if self.places.shape[1] == 1:
            return matrix[self.places[:, 0]]
        n, k = self.places.shape
        across = int(np.ceil(np.sqrt(k)))
        side = round((matrix.shape[1] / channels) ** 0.5)
        found = np.zeros((n, across, side, across, side, channels), dtype=matrix.dtype)
        for place in range(k):
            there = self.places[:, place] >= 0
            maps = matrix[self.places[there, place]].reshape(-1, side, side, channels)
            found[there, place // across, :, place % across] = maps
        return found.reshape(n, -1)
