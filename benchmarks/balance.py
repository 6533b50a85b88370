"""The largest balanced subset: seconds, memory and growth; against the integer programme and against plain deletion."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.report import Facts, Table, fresh, median, section, timed
from benchmarks.synthetic import PER_IMAGE, PER_QUESTION, graph
from twokeys.builder.graph.graph import Bools, Graph, peel, violations
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.graph.programme import RELAXED_FROM, largest_by_programme
from twokeys.core.partners import NONE, quads

TWO = (10_000, 100_000, 1_000_000, 10_000_000)
MANY = (10_000, 100_000, 300_000, 1_000_000)
MANY_ANSWERS = 10
AGAINST = (10_000, 100_000)
LONG = 300_000
"""Graphs with many answers from this size on, and graphs with two answers ten times as large, are solved only once."""


def solve(edges: int, answers: int) -> Facts:
    """Solve one random graph."""
    drawn = graph(edges, answers)
    seconds, balanced = timed(lambda: largest_balanced(drawn))
    assert not len(violations(drawn, balanced.keep, 0.5))
    return {"seconds": seconds, "kept": balanced.weight / edges, "gap": balanced.gap, "solvers": balanced.components}


def against(edges: int) -> Facts:
    """Balance one two-answer graph in four ways."""
    drawn = graph(edges, 2)
    part = drawn.part(peel(drawn, 0.5))
    ours, balanced = timed(lambda: largest_balanced(drawn), 3)
    programme, (chosen, _) = timed(lambda: largest_by_programme(part, 0.5, 10_000))
    deletion, kept = timed(lambda: delete_surplus(drawn), 3)
    assert not len(violations(drawn, kept, 0.5))
    packing, quad = timed(lambda: quads(drawn.question, drawn.image, drawn.answer))
    assert int(chosen.sum()) == balanced.weight
    return {
        "ours": ours,
        "ratios": [programme / ours, packing / ours, deletion / ours],
        "kept": [int(keep.sum()) / edges for keep in (balanced.keep, quad != NONE, kept)],
    }


def delete_surplus(graph: Graph, seed: int = 0) -> Bools:
    """Balance without an optimiser: drop the surplus of every vertex at random, until nothing changes."""
    keep = np.ones(len(graph), dtype=bool)
    shuffle = np.random.default_rng(seed).permutation(len(graph))
    changed = True
    while changed:
        changed = False
        for vertex in (graph.question, graph.image):
            alive = shuffle[keep[shuffle]]
            pair = vertex[alive] * (int(graph.answer.max()) + 1) + graph.answer[alive]
            order = np.argsort(pair, kind="stable")
            start, size = np.unique(pair[order], return_index=True, return_counts=True)[1:]
            rank = np.arange(len(order)) - np.repeat(start, size)
            others = np.bincount(vertex[alive])[vertex[alive[order]]] - np.repeat(size, size)
            surplus = alive[order[rank >= others]]
            keep[surplus] = False
            changed |= bool(len(surplus))
    return keep


def growth(sizes: tuple[int, ...], answers: int) -> Table:
    """Solve a series of graphs of growing size."""
    rows: list[tuple[str | int | float, ...]] = []
    before: tuple[int, float] | None = None
    for edges in sizes:
        once = edges >= (LONG if answers > 2 else 10 * LONG)
        results = [fresh(solve, edges=edges, answers=answers) for _ in range(1 if once else 3)]
        seconds = median(results, "seconds")
        exponent = f"{math.log(seconds / before[1]) / math.log(edges / before[0]):.2f}" if before else ""
        solvers = ", ".join(f"{number} by {name}" for name, number in results[0]["solvers"].items())
        kept, gap = f"{results[0]['kept']:.1%}", f"{results[0]['gap']:.2%}"
        rows.append((edges, seconds, exponent, median(results, "peak"), kept, gap, solvers))
        before = edges, seconds
    return Table(("items", "seconds", "growth exponent", "peak MiB", "kept", "optimality gap", "components"), rows)


def main() -> str:
    """Measure everything and return the section."""
    compared = [(edges, fresh(against, edges=edges)) for edges in AGAINST]
    rows: list[tuple[str | int | float, ...]] = [
        (edges, facts["ours"], *facts["ratios"], *(f"{share:.1%}" for share in facts["kept"]))
        for edges, facts in compared
    ]
    header = (
        "items", "seconds, ours", "programme / ours", "quads / ours", "deletion / ours", "kept, ours and programme",
        "kept, quads", "kept, deletion",
    )  # fmt: skip
    shape = f"{PER_IMAGE} questions an image, {PER_QUESTION} items a question, spread by Zipf's law"
    return section(
        "Balance",
        f"`largest_balanced` on random graphs ({shape}), each size in a process of its own; seconds without drawing "
        "the graph, peak memory with it. An exponent of 1 is linear growth.",
        "Two answers (circulation):",
        growth(TWO, 2),
        f"{MANY_ANSWERS} answers (integer programme):",
        growth(MANY, MANY_ANSWERS),
        f"From {RELAXED_FROM:,} edges of a component on, peeled ones not counted, the relaxation alone is solved.",
        "Two answers, against what one would use instead: the same problem given to HiGHS as an integer programme "
        "(same optimum), packing quads greedily (`twokeys.core.partners.quads`), and dropping surplus items at random "
        "until both sides are balanced.",
        Table(header, rows),
    )


if __name__ == "__main__":
    print(main())
