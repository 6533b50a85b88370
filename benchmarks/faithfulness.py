"""F_syn and its improved form against the exact interaction of eight players, on models that answer easy-VQA.

    python -m benchmarks.faithfulness --items 200 --values out/faithfulness

For every item, three metrics score each explainer: the exact Shapley interaction along its ranking (256 coalitions for
each of nine fractions), F_syn from the same game, and the improved estimate at several budgets. The model's values of
the coalitions are stored for each item. So an interrupted run continues, and metrics are computed again without a
forward pass.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.report import Table, say, section
from benchmarks.validation import CEILING, EXACT, correlations, measure
from twokeys.audit.explainers.explainer import Task, play
from twokeys.audit.explainers.registry import named
from twokeys.audit.games.game import Game
from twokeys.audit.games.synergy import Scores
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Model
from twokeys.audit.reference import corpus

MODELS = ("reference:llava-natural", "reference:qwen-natural", "reference:internvl-natural")
EXPLAINERS = (
    "attn-lrp", "grad-rollout", "rollout", "tam", "grad-cam", "input-x-gradient", "occlusion", "random",
)  # fmt: skip
BUDGETS = (44, 68, 84, 140, 156, 196)
PUBLISHED_PASSES = 11 * 256
"""Forward passes of the exact interaction as published: 256 coalitions at each of eleven fractions."""
CEILING_EVERY = 5
"""One of so many items is also measured by another split: the noise ceiling costs as much as everything else."""
BLOCK = 10
"""Items of one model before the next model's turn, so that an interrupted run has equally many items of each model."""


def rows(
    players: dict[str, Model], chosen: Sequence[int], values: Path, mixed: bool = False, seed: int = 0
) -> dict[str, pd.DataFrame]:
    """Measure models on items of easy-VQA's test split.

    Args:
        players: Name -> model.
        chosen: Places of the items.
        values: Folder of the models' values, which is read and written.
        mixed: Whether background players mix patches and tokens.
        seed: Seed of splits, draws, ties and explainers; the item's place is added.

    Returns:
        Name -> rows of `benchmarks.validation.measure`, with `item`.
    """
    part = corpus.read("test")
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in players}
    for start in range(0, len(chosen), BLOCK):
        for name, player in players.items():
            folder = values / name.replace(":", "-").replace("/", "-")
            for done, at in enumerate(chosen[start : start + BLOCK], start):
                with kept(player, part, at, folder / f"{at}.npz", seed + at) as (game, scores):
                    again = done % CEILING_EVERY == 0
                    measured = measure(game, scores, BUDGETS, again=again, mixed=mixed, seed=seed + at)
                tables[name].append(pd.DataFrame(measured).assign(item=at))
            say(f"{name}: {min(start + BLOCK, len(chosen))} of {len(chosen)} items")
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


@contextmanager
def kept(player: Model, part: corpus.Part, at: int, file: Path, seed: int) -> Iterator[tuple[Game, dict[str, Scores]]]:
    """Yield the game of an item and the scores of the explainers; a file stores its values and gets the new ones."""
    prepared = player.prepare(part.question(at))
    game = play(player, prepared)
    if file.is_file():
        with np.load(file) as before:
            game.learn(before["coalitions"], before["values"])
            pairs = zip(before["image"], before["text"], strict=True)
            scores = {str(name): Scores(*pair) for name, pair in zip(before["explainers"], pairs, strict=True)}
    else:
        task = Task(player, prepared, seed)
        scores = {explainer.name: explainer(task) for explainer in named(EXPLAINERS)}
    yield game, scores
    if game.passes:
        coalitions, values = game.known()
        file.parent.mkdir(parents=True, exist_ok=True)
        part_file = file.with_suffix(".part")
        with part_file.open("wb") as out:
            np.savez_compressed(
                out,
                coalitions=coalitions,
                values=values,
                explainers=np.array(list(scores)),
                image=np.stack([explained.image for explained in scores.values()]),
                text=np.stack([explained.text for explained in scores.values()]),
            )
        part_file.replace(file)


def main() -> None:
    """Print one section for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", help=f"default: {', '.join(MODELS)}")
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mixed", action="store_true", help="background players of patches and tokens, as published")
    parser.add_argument("--values", type=Path, default=Path("out/faithfulness"), help="folder of what models said")
    wanted = parser.parse_args()
    chosen = np.random.default_rng(wanted.seed).permutation(len(corpus.read("test").questions))[: wanted.items]
    folder = wanted.values / ("mixed" if wanted.mixed else "apart")
    players = {model: load_game(model) for model in wanted.model or MODELS}
    for model, table in rows(players, chosen.tolist(), folder, wanted.mixed, wanted.seed).items():
        print(shown(model, table))


def shown(model: str, table: pd.DataFrame) -> str:
    """Return one section: correlations with intervals, error, cost and speed-up."""
    passes = float(table.loc[table["metric"] == EXACT, "passes"].mean())
    lines: list[tuple[str | int | float, ...]] = [
        (
            f"{correlation.metric} ({correlation.items} items)"
            if correlation.metric == CEILING
            else correlation.metric,
            f"{correlation.pooled:.3f} [{correlation.pooled_low:.3f}, {correlation.pooled_high:.3f}]",
            f"{correlation.within:.3f} [{correlation.within_low:.3f}, {correlation.within_high:.3f}]",
            "" if np.isnan(correlation.error) else f"{correlation.error:.4f}",
            f"{correlation.passes:.0f}",
            f"{PUBLISHED_PASSES / correlation.passes:.1f}",
            f"{passes / correlation.passes:.1f}",
        )
        for correlation in correlations(table)
    ]
    header = (
        "metric", "across samples [95 %]", "within sample [95 %]", "mean error", "passes", "2,816 / passes",
        "exact / passes",
    )  # fmt: skip
    text = (
        f"{table['item'].nunique()} items of easy-VQA's test split by {table['explainer'].nunique()} explainers; "
        f"Spearman with the exact interaction of eight players, k < 1. The exact one takes {passes:,.0f} passes an "
        "explainer and item, equal coalitions counted once, and 2,816 as published; another split of its background "
        "is the noise ceiling."
    )
    return section(f"Faithfulness: {model}", text, Table(header, lines))


if __name__ == "__main__":
    main()
