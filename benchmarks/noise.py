"""Wrong labels before and after balance, where they are planted, and what a weight and a rule do about them.

    [TWOKEYS_CORPORA=path/to/corpora] python -m benchmarks.noise [RECIPE ...]

Yes/no items of easy-VQA, whose labels follow from how its pictures were drawn, and of POPE, which the folder must hold.
Ten annotators answer each item. Of most items two in a hundred err; of hard ones 45 do, and there are as many hard ones
as it takes for 2, 5 and 10 % of the majorities to be wrong.
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
"""Share of annotators that the rule asks for."""
HEADER = ("items", "wrong labels", "kept", "wrong", "kept by weight", "wrong", "kept after the rule", "wrong")


def yes_no(plan: Recipe, corpora: Path | None, work: Path) -> pd.DataFrame:
    """The yes/no items of a recipe, pictures by name."""
    named = [corpus.model_copy(update={"images": "names"}) for corpus in plan.corpora]
    sources = [find(corpus, corpora) for corpus in named]
    items = read(Run(work), plan.model_copy(update={"corpora": named}), sources).items
    found: pd.DataFrame = items[items["compared"].isin(OTHER)].reset_index(drop=True)
    return found


def majority_errs(error: float) -> float:
    """How often most annotators err, ties by lot, where each errs so often."""
    half = ANNOTATORS // 2
    return float(binom.sf(half, ANNOTATORS, error) + binom.pmf(half, ANNOTATORS, error) / 2)


def annotated(items: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Let annotators answer, and take what most of them say as gold; also which golds are wrong then."""
    rng = np.random.default_rng(seed)
    hard = rng.random(len(items)) < (share - majority_errs(EASY)) / (majority_errs(HARD) - majority_errs(EASY))
    errors = rng.binomial(ANNOTATORS, np.where(hard, HARD, EASY))
    wrong = errors + rng.choice([-0.25, 0.25], len(items)) > ANNOTATORS / 2
    truth = items["compared"].to_numpy()
    gold = np.array([OTHER[right] if errs else right for right, errs in zip(truth, wrong, strict=True)], dtype=object)
    said = [[OTHER[right]] * n + [right] * (ANNOTATORS - n) for right, n in zip(truth, errors.tolist(), strict=True)]
    return with_agreement(items.assign(answer=gold, compared=gold, answers=pd.Series(said))), wrong


def left(items: pd.DataFrame, wrong: NDArray[np.bool_], weight: str | None, least: float = 0.0) -> tuple[int, float]:
    """How many items balance keeps, and the share of wrong ones among them."""
    sure = items[items[AGREEMENT] >= least].reset_index(drop=True)
    kept = items["id"].isin(set(select(sure, Balance(within=["split"], weight=weight)).kept["id"])).to_numpy(dtype=bool)
    return int(kept.sum()), float(wrong[kept].mean())


def main(names: list[str]) -> str:
    """The table."""
    named = os.environ.get("TWOKEYS_CORPORA")
    rows = []
    with TemporaryDirectory() as folder:
        for name in names:
            items = yes_no(load(name), Path(named) if named else None, Path(folder) / name)
            for share in SHARES:
                noisy, wrong = annotated(items, share, seed=0)
                ways = [left(noisy, wrong, None), left(noisy, wrong, AGREEMENT), left(noisy, wrong, None, AGREED)]
                cells = [cell for kept, errs in ways for cell in (count(kept), percent(errs))]
                rows.append((f"{name}, {count(len(items))}", percent(float(wrong.mean())), *cells))
    return markdown(HEADER, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(NAMES), metavar="RECIPE")
    sys.stdout.write(main(parser.parse_args().names) + "\n")
