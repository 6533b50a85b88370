"""Ways to select a set without shortcuts, judged by adversaries that none of them used.

    TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.audited vqa-rad sugarcrepe

Our selection bounds the adversaries `SELECT` from both sides; the published methods are given the same features and
brought to the same size. `CERTIFY` are of other families, fitted anew on each set with other folds. Writes
`docs/audited.md`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from builder.audited.evidence import Evidence, weigh
from builder.audited.panel import Panel
from builder.audited.published import aflite, iterative_bias_pruning, random_removal, symmetric_grid
from builder.audited.selection import Bools, choose
from builder.audited.verdict import decide
from builder.engines import engine
from builder.recipe import load
from builder.stages import Run, write_text
from builder.survey import Survey, locate, survey
from data_cards.tables import count, interval, markdown, percent

RESULTS = Path(__file__).parent.parent / "docs" / "audited.md"
SELECT = ("question.prior", "question.tfidf", "choices.prior", "choices.tfidf")
CERTIFY = ("question.forest", "question.neighbours", "choices.forest", "choices.neighbours")
COLUMNS = ("recipe", "selected by", "items", "held-out adversary", "accuracy [95 %]", "chance", "verdict on the view")
HEAD = f"""# Selection for the audited tier against published methods

Selection by {", ".join(SELECT)}; judged by held-out families with folds of another seed, fitted on each set itself.
The verdict is two-sided: below chance is a cue too. Get the table again with
`TWOKEYS_CORPORA=folder python -m benchmarks.audited`.

"""


def sets(panel: Panel, known: Survey, margin: float) -> Iterator[tuple[str, Bools]]:
    """All items, ours, and the published methods at our size."""
    items = panel.items
    everything = np.ones(len(items), dtype=bool)
    yield "nothing: all items", everything
    ours = choose(lambda keep: panel.ask(list(SELECT), keep, 0), margin, 8, everything)
    size = int(ours.keep.sum())
    yield "twokeys: bounded from both sides", ours.keep
    yield "random removal", random_removal(len(items), size)
    vectors = np.stack(list(known.represent.column("question.embedding", items)))
    lexical = np.stack(list(known.represent.column("question.lexical", items)))
    answer, group, kind = (pd.factorize(items[name], sort=True)[0] for name in ("answer", "group", "answer_type"))
    batch = max(50, (len(items) - size) // 10)
    yield "iterative bias pruning", iterative_bias_pruning(lexical, answer, group, kind, size, batch=batch, trees=50)
    if len(np.unique(answer)) <= 20:
        yield "AFLite", aflite(vectors, answer, size, partitions=16, slice_size=0.1)
    if (items["choices"].map(len) == 2).all():
        first, second = (2 * items[f"{name}.p_gold"].to_numpy(dtype=float) - 1 for name in SELECT[2:])
        yield "symmetric grid (its own size)", symmetric_grid(first, second)


def judged(panel: Panel, keep: Bools, margin: float) -> list[tuple[Evidence, str]]:
    """Held-out adversaries on a set, with the verdict on their view."""
    group = pd.factorize(panel.items["group"])[0]
    found: dict[str, list[Evidence]] = {}
    for one in panel.ask(list(CERTIFY), keep, 1):
        inside = keep & one.applies
        if inside.any():
            view = one.name.partition(".")[0]
            evidence = weigh(
                one.right[inside], one.chance[inside], group[inside], view=view, adversary=one.name, margin=margin
            )
            found.setdefault(view, []).append(evidence)
    verdicts = {view: decide(view, evidence, margin).outcome for view, evidence in found.items()}
    return [(one, verdicts[one.view]) for evidence in found.values() for one in evidence]


def rows(name: str, corpora: Path | None, out: Path, margin: float) -> Iterator[tuple[str, ...]]:
    """All ways on one recipe."""
    run = Run(out / f".{name}.run", engine("process"))
    plan = load(name)
    known = survey(run, plan, locate(plan, corpora))
    panel = Panel(run, known.items, plan.measure, known.represent, known.key)
    for way, keep in sets(panel, known, margin):
        for one, verdict in judged(panel, keep, margin):
            low, high = (one.chance + end for end in one.interval)
            accuracy = f"{percent(one.accuracy)} {interval(max(low, 0), min(high, 1))}"
            yield name, way, count(int(keep.sum())), one.adversary, accuracy, percent(one.chance), verdict


def main() -> None:
    """Run the recipes that are named and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", default=["vqa-rad", "sugarcrepe", "gqa-ood"])
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--margin", type=float, default=0.05)
    arguments = parser.parse_args()
    corpora = Path(os.environ["TWOKEYS_CORPORA"]) if "TWOKEYS_CORPORA" in os.environ else None
    found = [row for name in arguments.recipes for row in rows(name, corpora, arguments.out, arguments.margin)]
    write_text(RESULTS, HEAD + markdown(COLUMNS, found) + "\n")


if __name__ == "__main__":
    main()
