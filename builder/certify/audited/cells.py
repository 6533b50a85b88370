"""Cells: items that share a question or an image, exactly or nearly, from the finest key to the coarsest.

Exact keys come first, since balance on them holds for every blind model. Then come contents that such a model may
confuse: paraphrases and near-duplicate images, and last clusters of features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import threadpool_limits

from twokeys.builder.certify.audited.bounds import Ints
from twokeys.builder.measure.encoders import text_encoder
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.near_duplicates import paraphrases

PER_CLUSTER = 25
"""Average number of different questions, or images, in a cluster of features."""


@dataclass(frozen=True, eq=False)
class Cells:
    """One division of the items into cells.

    Attributes:
        what: What the items of a cell share.
        code: (n,) code of the cell.
        loose: Whether the items of a cell are merely alike.
    """

    what: str
    code: Ints
    loose: bool = False


def cells(items: pd.DataFrame, represent: Representations, seed: int) -> list[Cells]:
    """Return all divisions of an item table into cells.

    Args:
        items: Item table with `image_cluster`.
        represent: Gives the vectors of questions and images.
        seed: Seed of the clusters of features.
    """
    divisions = [
        Cells("question", _code(items["question_key"])),
        Cells("picture", _code(items["image_key"])),
        Cells("paraphrase cluster", _code(_paraphrases(items, represent))),
        Cells("cluster of near-duplicate pictures", _code(items["image_cluster"])),
    ]
    for view, what in (("question", "cluster of similar questions"), ("image", "cluster of similar pictures")):
        if view == "image" and not represent.recipe.publishable:
            continue  # only the names of the images are available
        column = items[f"{view}_key"]
        keys = column.drop_duplicates()
        vectors = np.stack(list(represent.column(f"{view}.embedding", items.loc[keys.index])))
        clustered = pd.Series(_clusters(vectors, seed), index=keys)
        divisions.append(Cells(what, clustered.loc[column].to_numpy(dtype=np.int64), loose=True))
    return divisions


def _code(column: pd.Series[str]) -> Ints:
    return pd.factorize(column, sort=True)[0].astype(np.int64)


def _paraphrases(items: pd.DataFrame, represent: Representations) -> pd.Series[str]:
    """Return the first question key of each item's cluster of paraphrases."""
    texts = items.drop_duplicates("question_key").set_index("question_key")["question"]
    embedded = represent.texts("question", dict(texts))
    leader = embedded.keys.to_numpy()[paraphrases(embedded, texts, text_encoder(represent.text.name)).leader]
    return pd.Series(leader[embedded.of(items["question_key"])], index=items.index)


def _clusters(vectors: NDArray[np.float32], seed: int) -> Ints:
    number = max(2, len(vectors) // PER_CLUSTER)
    if len(vectors) <= number:
        return np.arange(len(vectors))
    means = MiniBatchKMeans(number, random_state=seed, n_init=1, batch_size=max(1024, 4 * number))
    with threadpool_limits(1):  # the order of sums must not depend on the number of cores
        return np.asarray(means.fit_predict(vectors), dtype=np.int64)
