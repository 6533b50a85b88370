"""Groups: items that must share a fold, because knowing one tells something about the other.

Two items are linked when they share a key: the image, a near-duplicate of it, a link that the corpus declares, the
question, a paraphrase of it. Groups are the connected components. Random folds without them fail in both directions:
where linked items agree a blind score is too high, where they disagree (counterfactual partners) it falls below
chance.

A kind of link that would chain a large share of a corpus into one group makes folds impossible. Such a kind is not
used for that corpus, and the manifest says so.
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
    """One kind of link within one corpus, or between corpora.

    Attributes:
        source: The corpus, or `EVERY`.
        kind: What the keys are.
        keys: Item position -> key, one row per link; an item may have many.
        threshold: Calibrated similarity for kinds that have one.
        note: How the links were found, in words.
        most: Largest share of the corpus that a group may have; 1 over the number of folds when None.
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
        links: All kinds of links, the surest kinds first.
        folds: A kind is used only while it makes no group that exceeds 1 / `folds` of its corpus, or its own limit.

    Returns:
        A group name per item (a hash of its smallest id), and what each kind did.
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
            allowed[kind.source] = largest  # later kinds are judged by what they add to it
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
    names = first.map(lambda identity: digest("group", identity))  # once per group, not per item
    return names.take(label).set_axis(items.index), reports


def joined(label: NDArray[np.int64], keys: pd.Series[str]) -> NDArray[np.int64]:
    """Merge the groups `label` of items that share a key.

    Args:
        label: (n,) code of each item's group.
        keys: Item position -> key, one row per link.
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
    """Name the components of the graph that joins each item to its partner.

    Args:
        ids: Item ids.
        partners: Each item's partner, or None.
    """
    code = pd.Index(ids).get_indexer(pd.Index(partners))
    paired = np.flatnonzero(code >= 0)
    ones = np.ones(len(paired), dtype=np.int8)
    graph = coo_array((ones, (paired, code[paired])), shape=(len(ids), len(ids)))
    label = connected_components(graph, directed=False)[1]
    return ids.groupby(label).transform("min")
