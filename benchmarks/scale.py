"""A million items through all steps that work on the whole set at once: seconds and memory of each step."""

from __future__ import annotations

import numpy as np

from benchmarks.report import Facts, Table, fresh, peak, say, section, timed
from benchmarks.synthetic import items
from twokeys.builder.balance.select import select
from twokeys.builder.graph.graph import Graph, peel
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.measure.groups import Links, group
from twokeys.builder.recipe import Balance
from twokeys.core.ceilings import ceilings, codes
from twokeys.core.folds import fold_of
from twokeys.core.items import question_key
from twokeys.core.partners import partners, quads

ITEMS = 1_000_000
FOLDS = 5
LIMIT = 4096
"""Limit of the peak memory, in MiB."""


def steps(number: int) -> Facts:
    """Run the steps of a build on synthetic items, in one process."""
    done: list[tuple[str, float, float]] = []

    def step(name: str, seconds: float) -> None:
        done.append((name, seconds, peak()))
        say(f"{name}: {seconds:.2f} s, {peak():.0f} MiB")

    seconds, table = timed(lambda: items(number))
    step("drawing the items (not part of a build)", seconds)
    seconds, table["question_key"] = timed(lambda: [question_key(text, ()) for text in table["question"]])
    step("question keys", seconds)
    seconds, _ = timed(lambda: ceilings(table))
    step("ceilings", seconds)
    links = [Links("synthetic", kind, table[f"{kind}_key"]) for kind in ("image", "question")]
    seconds, (table["group"], _) = timed(lambda: group(table, links, FOLDS))
    step("groups", seconds)
    seconds, _ = timed(lambda: fold_of(table["group"], FOLDS, seed=0))
    step("folds", seconds)
    seconds, selection = timed(lambda: select(table, Balance()))
    step("selection: all of the balance stage", seconds)

    columns = ("question_key", "image_key", "answer")
    question, image, answer = (codes(table[name]).astype(np.int64) for name in columns)
    graph = Graph.plain(question, image, answer, np.ones(number, dtype=np.int64))
    seconds, _ = timed(lambda: peel(graph, 0.5))
    step("of which peeling", seconds)
    seconds, balanced = timed(lambda: largest_balanced(graph))
    step("of which the largest balanced set", seconds)
    kept = graph.part(balanced.keep)
    seconds, _ = timed(lambda: (partners(kept.question, kept.answer), partners(kept.image, kept.answer)))
    step("of which partners", seconds)
    seconds, _ = timed(lambda: quads(kept.question, kept.image, kept.answer))
    step("of which quads", seconds)
    return {"steps": done, "kept": len(selection.kept), "quads": int(selection.kept["quad"].nunique())}


def main() -> str:
    """Measure everything and return the section."""
    facts = fresh(steps, number=ITEMS)
    rows = [tuple(row) for row in facts["steps"]]
    total = sum(seconds for name, seconds, _ in rows[1:] if not name.startswith("of which"))
    verdict = "under" if facts["peak"] < LIMIT else "NOT under"
    return section(
        "Scale",
        f"{ITEMS:,} synthetic yes/no items in one process: {total:.0f} s in all, peak memory {facts['peak']:,.0f} MiB "
        f"({verdict} {LIMIT:,}). {facts['kept']:,} items are kept, {facts['quads']:,} quads are packed.",
        Table(("step", "seconds", "peak MiB so far"), rows),
    )


if __name__ == "__main__":
    print(main())
