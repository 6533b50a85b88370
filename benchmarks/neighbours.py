"""Nearest neighbours: exact search against inverted lists and a navigable graph; their speed and recall."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Facts, Table, fresh, section, timed
from benchmarks.synthetic import clustered, questions
from twokeys.builder.measure import neighbours
from twokeys.builder.measure.encoders import text_encoder

K = 10
CLOSE = 0.9
"""Smallest similarity of a possible near-duplicate."""
QUERIES = 2000
DIMENSIONS = 384
PROBES = (8, neighbours.PROBES, 64)
SERIES = (("questions", 30_000), ("clusters", 100_000), ("clusters", 1_000_000))
GRAPH_UP_TO = 100_000
"""Largest number of vectors for the navigable graph; with more, building it takes minutes."""
Found = tuple[NDArray[np.float32], NDArray[np.int64]]


def vectors_of(kind: str, number: int) -> NDArray[np.float32]:
    """Return embedded questions of templates, or unit vectors in clusters."""
    if kind == "questions":
        return text_encoder("packaged:minilm").encode(questions(number))
    return clustered(number, DIMENSIONS)


def search(kind: str, number: int) -> Facts:
    """Search the neighbours of some of the vectors; `pairs_above` does so for all."""
    vectors = vectors_of(kind, number)
    queries = vectors[np.random.default_rng(1).choice(number, QUERIES, replace=False)]
    rows: list[tuple[str, float, float, float, float | None]] = []
    exact: list[Found] = []

    def measure(name: str, build: float, ask: Callable[[NDArray[np.float32], int], Found]) -> None:
        seconds, nearest = timed(lambda: ask(queries, K + 1), 3)
        exact.append(nearest)
        # The first neighbour is the query itself, which every index finds.
        similarity, true = (part[:, 1:] for part in exact[0])
        hit = (true[:, :, None] == nearest[1][:, None, :]).any(axis=2)
        close = similarity >= CLOSE
        rows.append((name, build, QUERIES / seconds, hit.mean(), hit[close].mean() if close.any() else None))

    with patch.object(neighbours, "EXACT_UP_TO", number):
        build, index = timed(lambda: neighbours.Index(vectors))
    measure("exact", build, index.nearest)
    with patch.object(neighbours, "EXACT_UP_TO", 0):
        build, index = timed(lambda: neighbours.Index(vectors))
    for probes in PROBES:
        measure(f"inverted lists, {probes} probes", build, partial(index.nearest, probes=probes))
    if number <= GRAPH_UP_TO:
        graph = faiss.IndexHNSWFlat(DIMENSIONS, 32, faiss.METRIC_INNER_PRODUCT)
        build, _ = timed(lambda: graph.add(vectors))
        graph.hnsw.efSearch = 64
        measure("HNSW32, ef 64", build, graph.search)
    return {"rows": rows}


def main() -> str:
    """Measure everything and return the section."""
    rows: list[tuple[str | int | float, ...]] = []
    gains = []
    for kind, number in SERIES:
        measured = fresh(search, kind=kind, number=number)["rows"]
        whole = {name: build + number / rate for name, build, rate, *_ in measured}
        for name, build, rate, recall, close in measured:
            recalls = f"{recall:.3f}", "" if close is None else f"{close:.3f}"
            rows.append((kind, number, name, build, rate, *recalls, whole[name], whole["exact"] / whole[name]))
        gains.append(f"{whole['exact'] / whole[f'inverted lists, {neighbours.PROBES} probes']:.1f} at {number:,}")
    header = (
        "vectors", "number", "index", "build s", "queries/s", f"recall@{K}", f"recall of those >= {CLOSE}",
        "all neighbours s", "exact / this",
    )  # fmt: skip
    return section(
        "Neighbours",
        f"{DIMENSIONS} dimensions, {QUERIES:,} queries from the set. *All neighbours* is building and asking for every "
        "vector once, as the search for near-duplicates does. Questions are distinct ones from templates, embedded by "
        "MiniLM; clusters are synthetic, and easier for lists than real vectors are.",
        Table(header, rows),
        f"Inverted lists with {neighbours.PROBES} probes are faster than exact search by a factor of "
        f"{', '.join(gains)}. Exact search needs no training and misses nothing, so it is kept as long as it costs "
        f"minutes, up to {neighbours.EXACT_UP_TO:,} vectors; beyond, what the lists miss are far neighbours.",
    )


if __name__ == "__main__":
    print(main())
