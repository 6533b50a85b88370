"""Planted wrong labels before and after balance, and the effect of a weight and of a rule.

    [TWOKEYS_CORPORA=path/to/corpora] python -m benchmarks.noise [RECIPE ...]

The benchmark uses yes/no items of easy-VQA, whose labels follow from its drawings, and of POPE, which the folder must
hold. Ten annotators answer each item. An annotator errs with a probability of 2 % on most items, and of 45 % on hard
items. The share of hard items is such that 2, 5 or 10 % of the majorities are wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from twokeys.builder.balance.select import select
from twokeys.builder.measure.agreement import AGREEMENT, with_agreement
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Balance, Recipe, load
from twokeys.builder.run.stages import Run
from twokeys.data_cards.tables import count, markdown, percent

NAMES = ("easy-vqa", "pope")
SHARES = (0.02, 0.05, 0.10)
ANNOTATORS, EASY, HARD = 10, 0.02, 0.45
OTHER = {"yes": "no", "no": "yes"}
AGREED = 0.7
"""Share of annotators that the rule requires."""
HEADER = ("items", "wrong labels", "kept", "wrong", "kept by weight", "wrong", "kept after the rule", "wrong")


def yes_no(recipe: Recipe, corpora: Path | None, work: Path) -> pd.DataFrame:
    """Return the yes/no items of a recipe, with the names of images only."""
    named = [corpus.model_copy(update={"images": "names"}) for corpus in recipe.corpora]
    sources = [find(corpus, corpora) for corpus in named]
    items = read(Run(work), recipe.model_copy(update={"corpora": named}), sources).items
    answered_yes_or_no: pd.DataFrame = items[items["compared"].isin(OTHER)].reset_index(drop=True)
    return answered_yes_or_no


def majority_errs(error: float) -> float:
    """Return how often most annotators err if each errs with this probability; a draw resolves ties."""
    half = ANNOTATORS // 2
    return float(binom.sf(half, ANNOTATORS, error) + binom.pmf(half, ANNOTATORS, error) / 2)


def annotated(items: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Draw answers of annotators and take the majority as gold; also return which golds are wrong."""
    rng = np.random.default_rng(seed)
    hard = rng.random(len(items)) < (share - majority_errs(EASY)) / (majority_errs(HARD) - majority_errs(EASY))
    errors = rng.binomial(ANNOTATORS, np.where(hard, HARD, EASY))
    wrong = errors + rng.choice([-0.25, 0.25], len(items)) > ANNOTATORS / 2
    truth = items["compared"].to_numpy()
    gold = np.array([OTHER[right] if errs else right for right, errs in zip(truth, wrong, strict=True)], dtype=object)
    answers = [[OTHER[right]] * n + [right] * (ANNOTATORS - n) for right, n in zip(truth, errors.tolist(), strict=True)]
    return with_agreement(items.assign(answer=gold, compared=gold, answers=pd.Series(answers))), wrong


def kept_of(items: pd.DataFrame, wrong: NDArray[np.bool_], weight: str | None, least: float = 0.0) -> tuple[int, float]:
    """Return how many items balance keeps, and the share of wrong labels among them."""
    sure = items[items[AGREEMENT] >= least].reset_index(drop=True)
    kept = items["id"].isin(set(select(sure, Balance(within=["split"], weight=weight)).kept["id"])).to_numpy(dtype=bool)
    return int(kept.sum()), float(wrong[kept].mean())


def main(names: list[str]) -> str:
    """Return the table."""
    named = os.environ.get("TWOKEYS_CORPORA")
    rows = []
    with TemporaryDirectory() as folder:
        for name in names:
            items = yes_no(load(name), Path(named) if named else None, Path(folder) / name)
            for share in SHARES:
                noisy, wrong = annotated(items, share, seed=0)
                ways = [
                    kept_of(noisy, wrong, None),
                    kept_of(noisy, wrong, AGREEMENT),
                    kept_of(noisy, wrong, None, AGREED),
                ]
                cells = [cell for kept, errs in ways for cell in (count(kept), percent(errs))]
                rows.append((f"{name}, {count(len(items))}", percent(float(wrong.mean())), *cells))
    return markdown(HEADER, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(NAMES), metavar="RECIPE")
    sys.stdout.write(main(parser.parse_args().names) + "\n")
