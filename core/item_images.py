"""The images of items: the keys of each item's images, and features of images joined into features of items."""

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
    """Return the keys of each item's images, one list for each item; without `image_keys` each item has one image.

    Args:
        items: Item table, or rows of a published folder.
    """
    return items[KEYS] if KEYS in items else items["image_key"].map(lambda key: [key])


def several(items: pd.DataFrame) -> pd.Series[bool]:
    """Which items have more than one image."""
    return images_of(items).map(len) > 1


@dataclass(frozen=True, eq=False)
class ByItem:
    """Where the rows of each item lie in a table with one row for each image; an item's rows are consecutive.

    Attributes:
        items: Index of each item, in the order of the table.
        starts: (n,) first row of each item.
        ends: (n,) row after the last row of each item.
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
        """Return the values of each item's rows, one list for each item."""
        import pandas as pd

        every = values.tolist()
        lists = [every[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]
        return pd.Series(lists, index=self.items, dtype=object)

    def least(self, values: pd.Series[Any]) -> pd.Series[Any]:
        """Return the smallest value of each item's rows."""
        import pandas as pd

        numbers = values.to_numpy()
        smallest = np.minimum.reduceat(numbers, self.starts) if len(numbers) else numbers
        return pd.Series(smallest, index=self.items)


@dataclass(frozen=True, eq=False)
class ImageLists:
    """Lists of images; an image view shows one such list.

    Attributes:
        images: Keys of all images in the lists, each once, sorted.
        places: (n, k) places in `images` of each list's images, in order; -1 fills up shorter lists.
    """

    images: pd.Index[str]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, items: pd.DataFrame, keys: pd.Index[str]) -> ImageLists:
        """Return the lists of some image keys.

        Args:
            items: Items that hold every key.
            keys: Values of `image_key`.
        """
        import pandas as pd

        first = items[~items["image_key"].duplicated()]
        every = dict(zip(first["image_key"], images_of(first), strict=True))
        lists = [list(every[key]) for key in keys]
        flat = [image for images_of_key in lists for image in images_of_key]
        images = pd.Index(sorted(set(flat)), dtype=object)
        places = np.full((len(lists), max(map(len, lists), default=1)), -1, dtype=np.int64)
        counts = np.array([len(images_of_key) for images_of_key in lists], dtype=np.int64)
        places[np.arange(places.shape[1]) < counts[:, None]] = images.get_indexer(pd.Index(flat, dtype=object))
        return cls(images, places)

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n,) number of images of each list."""
        return np.asarray((self.places >= 0).sum(axis=1), dtype=np.int64)

    def side_by_side(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Concatenate the features of each list's images, with zeros for missing images.

        The features are concatenated and not pooled: a linear model can read from vectors side by side whatever it can
        read from their mean, and the order of the images is kept.

        Args:
            matrix: (m, ...) features of each image, in the order of `images`.

        Returns:
            (n, k * f, ...); rows of the matrix itself if all lists have one image.
        """
        if self.places.shape[1] == 1:
            return matrix[self.places[:, 0]]
        joined = np.zeros((*self.places.shape, *matrix.shape[1:]), dtype=matrix.dtype)
        present = self.places >= 0
        joined[present] = matrix[self.places[present]]
        return joined.reshape(len(joined), -1, *matrix.shape[2:])

    def in_a_square(self, matrix: NDArray[Any], channels: int) -> NDArray[Any]:
        """Put the square maps of each list's images into the cells of a larger square; zeros fill empty cells.

        Args:
            matrix: (m, s * s * channels) a square map of each image, in the order of `images`.
            channels: Numbers at each point of a map.

        Returns:
            (n, g * s * g * s * channels); g * g cells are enough for the longest list.
        """
        if self.places.shape[1] == 1:
            return matrix[self.places[:, 0]]
        n, k = self.places.shape
        across = int(np.ceil(np.sqrt(k)))
        side = round((matrix.shape[1] / channels) ** 0.5)
        squares = np.zeros((n, across, side, across, side, channels), dtype=matrix.dtype)
        for place in range(k):
            present = self.places[:, place] >= 0
            maps = matrix[self.places[present, place]].reshape(-1, side, side, channels)
            squares[present, place // across, :, place % across] = maps
        return squares.reshape(n, -1)
