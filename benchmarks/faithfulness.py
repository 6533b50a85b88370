"""F_syn and its improved form against the exact interaction of eight players, on models that answer easy-VQA.

    python -m benchmarks.faithfulness --model reference:llava-natural --items 200

For every item each explainer is scored by the exact Shapley interaction along its ranking (256 coalitions for each of
nine fractions), by F_syn from the same game, and by the improved estimate at several budgets. Every metric pays for
itself: the cache is emptied before each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from audit.explainers.explainer import Task, play
from audit.explainers.registry import named
from audit.models.loading import load_game
from audit.reference import corpus
from audit.validation import EXACT, correlations, measure
from benchmarks.report import Table, say, section

EXPLAINERS = (
    "attn-lrp", "grad-rollout", "rollout", "tam", "grad-cam", "input-x-gradient", "occlusion", "random",
)  # fmt: skip
BUDGETS = (36, 52, 76, 138)


def rows(model: str, items: int, seed: int) -> pd.DataFrame:
    """Measure a model on items of easy-VQA's test split, drawn at random."""
    player, part = load_game(model), corpus.read("test")
    chosen = np.random.default_rng(seed).permutation(len(part.questions))[:items]
    found = []
    for done, at in enumerate(chosen.tolist()):
        prepared = player.prepare(part.question(at))
        task = Task(player, prepared, seed + at)
        scores = {explainer.name: explainer(task) for explainer in named(EXPLAINERS)}
        game = play(player, prepared)
        found += [{"item": at, **row} for row in measure(game, scores, BUDGETS, seed=seed + at)]
        if done % 10 == 9:
            say(f"{model}: {done + 1} of {items} items")
    return pd.DataFrame(found)


def main() -> None:
    """Print one section a model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=Path, help="folder to write all rows to, as Parquet")
    wanted = parser.parse_args()
    for model in wanted.model:
        table = rows(model, wanted.items, wanted.seed)
        if wanted.rows:
            wanted.rows.mkdir(parents=True, exist_ok=True)
            table.to_parquet(wanted.rows / f"{model.replace(':', '-').replace('/', '-')}.parquet")
        print(shown(model, table))


def shown(model: str, table: pd.DataFrame) -> str:
    """One section: correlations with intervals, error, cost and speed-up."""
    exact = table[table["metric"] == EXACT]
    passes, seconds = float(exact["passes"].mean()), float(exact["seconds"].mean())
    lines: list[tuple[str | int | float, ...]] = [
        (
            found.metric,
            f"{found.pooled:.3f} [{found.pooled_low:.3f}, {found.pooled_high:.3f}]",
            f"{found.within:.3f} [{found.within_low:.3f}, {found.within_high:.3f}]",
            "" if np.isnan(found.error) else f"{found.error:.4f}",
            f"{found.passes:.0f}",
            f"{passes / found.passes:.1f}",
            f"{seconds / found.seconds:.1f}",
        )
        for found in correlations(table)
    ]
    header = (
        "metric", "across samples [95 %]", "within sample [95 %]", "mean error", "passes", "exact / passes",
        "exact / seconds",
    )  # fmt: skip
    text = (
        f"{table['item'].nunique()} items of easy-VQA's test split by {table['explainer'].nunique()} explainers; "
        f"Spearman with the exact interaction of eight players, k < 1. The exact one takes {passes:,.0f} passes and "
        f"{seconds:.2f} s an explainer and item; another split of its background is the noise ceiling."
    )
    return section(model, text, Table(header, lines))


if __name__ == "__main__":
    main()
