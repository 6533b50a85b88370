"""Groups: items that must share a fold, because one is informative about the other.

Two items are linked if they share a key: the image or a near-duplicate of it, a link that the corpus declares, the
question or a paraphrase of it. Groups are the connected components. Random folds without groups fail in both
directions: if linked items agree, a blind score is too high; if they disagree (counterfactual partners), it falls
below chance.

If a kind of link would chain a large share of a corpus into one group, folds would be impossible. Such a kind is not
used for that corpus, and the manifest states it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twokeys.core.items import digest
from twokeys.data_cards.manifest import GroupKind

EVERY = "all corpora"
"""The source of links between corpora."""


@dataclass(frozen=True)
class Links:
    """One kind of link within a corpus, or between corpora.

    Attributes:
        source: The corpus, or `EVERY`.
        kind: Name of the kind of link.
        keys: Item position -> key, one row for each link; an item may have many.
        threshold: Calibrated similarity for kinds that have one.
        note: How the links were determined, in words.
        most: Largest share of the corpus that a group may have; 1 over the number of folds if None.
    """

    source: str
    kind: str
    keys: pd.Series[str]
    threshold: float | None = None
    note: str = ""
    most: float | None = None


def group(items: pd.DataFrame, links: list[Links], folds: int) -> tuple[pd.Series[str], list[GroupKind]]:
    """Join items into groups.

    Args:
        items: Table with `id` and `source`, default index.
        links: All kinds of links, the most reliable kinds first.
        folds: A kind is used only if it makes no group that exceeds 1 / `folds` of its corpus, or the kind's limit.

    Returns:
        The name of each item's group (a hash of its smallest id), and the effect of each kind.
    """
    total = items.groupby("source").size().to_dict() | {EVERY: len(items)}
    label = np.arange(len(items), dtype=np.int64)
    allowed: dict[str, float] = {}
    reports = []
    for kind in links:
        merged = joined(label, kind.keys)
        counts = np.bincount(merged[(items["source"] == kind.source).to_numpy() | (kind.source == EVERY)])
        largest = int(counts.max(initial=0)) / int(total.get(kind.source, 1))
        used = largest <= max(kind.most or 1 / folds, allowed.get(kind.source, 0))
        if used and kind.most is not None:
            allowed[kind.source] = largest  # later kinds may make groups of this size, too
        sizes = kind.keys.value_counts()
        note = kind.note if used else f"would put {largest:.0%} of the corpus into one group"
        reports.append(
            GroupKind(
                source=kind.source,
                kind=kind.kind,
                threshold=kind.threshold,
                links=int((sizes > 1).sum()),
                largest_share=largest,
                used=used,
                note=note,
            )
        )
        label = merged if used else label
    first = items["id"].groupby(label).min()
    names = first.map(lambda identity: digest("group", identity))  # once for each group, not for each item
    return names.take(label).set_axis(items.index), reports


def joined(label: NDArray[np.int64], keys: pd.Series[str]) -> NDArray[np.int64]:
    """Merge the groups `label` of items that share a key.

    Args:
        label: (n,) code of each item's group.
        keys: Item position -> key, one row for each link.
    """
    if not len(keys):
        return label
    positions = keys.index.to_numpy(dtype=np.int64)
    key = pd.factorize(keys)[0] + len(label)
    size = int(key.max()) + 1
    ones = np.ones(len(keys), dtype=np.int8)
    graph = coo_array((ones, (label[positions], key)), shape=(size, size))
    merged = connected_components(graph, directed=False)[1][label]
    return np.asarray(pd.factorize(merged)[0], dtype=np.int64)


def pairs(ids: pd.Series[str], partners: pd.Series[str]) -> pd.Series[str]:
    """Name the components of the graph in which each item is joined to its partner.

    Args:
        ids: Item ids.
        partners: The partner of each item, or None.
    """
    code = pd.Index(ids).get_indexer(pd.Index(partners))
    paired = np.flatnonzero(code >= 0)
    ones = np.ones(len(paired), dtype=np.int8)
    graph = coo_array((ones, (paired, code[paired])), shape=(len(ids), len(ids)))
    label = connected_components(graph, directed=False)[1]
    return ids.groupby(label).transform("min")
