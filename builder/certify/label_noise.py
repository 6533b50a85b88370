"""The effect of balance on wrong labels: the expected share of wrong labels in the balanced set.

Balance keeps as many items of a rare answer as of a frequent answer, and a wrong label is usually a rare answer. So the
largest balanced set can hold a larger share of wrong labels than the items that it was selected from. The items decide
how much larger. So wrong labels are planted among the items at the stated rate, balance selects, and the planted labels
that it keeps are counted. Weights do not change: they may reflect real errors, but not the planted ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.balance.select import select
from twokeys.builder.pair.edit import root_of
from twokeys.builder.recipe import Recipe
from twokeys.core.answers.normal import compared
from twokeys.data_cards.manifest import LabelNoise

DRAWS = 5
TRIES = 200
"""Items of the same answer type from which a wrong answer is drawn."""


def expected_noise(items: pd.DataFrame, recipe: Recipe) -> LabelNoise | None:
    """Plant wrong labels at the rate that the recipe states, and count those that balance keeps.

    Args:
        items: The items that go on to balance.
        recipe: The recipe, with the share of wrong labels of each corpus.

    Returns:
        The expected shares; None if the recipe states no rate, or no item goes on to balance.
    """
    stated = {corpus.name: corpus.label_noise for corpus in recipe.corpora if corpus.label_noise is not None}
    if not stated or not len(items):
        return None
    items = items.sort_values("id", ignore_index=True)
    read, kept = [], []
    for draw in range(DRAWS):
        noisy, wrong = planted(items, stated, np.random.default_rng([recipe.seed, draw]))
        chosen = noisy["id"].isin(set(select(noisy, recipe.balance).kept["id"])).to_numpy(dtype=bool)
        read.append(float(wrong.mean()))
        kept.append(float(wrong[chosen].mean()) if chosen.any() else 0.0)
    mean, low, high = sum(kept) / DRAWS, min(kept), max(kept)
    return LabelNoise(
        stated=stated,
        read=round(sum(read) / DRAWS, 6),
        kept=round(mean, 6),
        low=round(low, 6),
        high=round(high, 6),
        draws=DRAWS,
    )


def planted(
    items: pd.DataFrame, stated: dict[str, float], rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Give a share of the items a wrong answer: another option, or an answer of the same type, drawn by frequency.

    If an item is wrong, its edits are wrong too.

    Args:
        items: Item table sorted by id, default index.
        stated: Corpus -> share of its labels that are wrong.
        rng: Source of the draws.

    Returns:
        The items with changed golds, and which of them are wrong.
    """
    roots = items["id"].map(lambda identity: root_of(str(identity)))
    shares = items["source"].map(stated).fillna(0.0).to_numpy(dtype=float)
    drawn = pd.Series(rng.random(len(items))).groupby(roots.to_numpy()).transform("first").to_numpy(dtype=float)
    wrong = drawn < shares
    original, gold, kind, options = (items[name].tolist() for name in ("answer", "compared", "answer_type", "choices"))
    same_type: dict[str, list[int]] = {}
    for place, name in enumerate(kind):
        same_type.setdefault(name, []).append(place)
    answer = list(original)
    for place in map(int, np.flatnonzero(wrong)):
        others = [str(choice) for choice in options[place] if choice != gold[place]]
        if not len(options[place]):
            tried = rng.choice(same_type[kind[place]], TRIES).tolist()
            others = [original[other] for other in tried if gold[other] != gold[place]]
        if others:
            answer[place] = others[int(rng.integers(len(others)))]
        wrong[place] = bool(others)  # with a single possible answer no label can be wrong
    form = [compared(*row) for row in zip(kind, map(list, options), answer, strict=True)]
    return items.assign(answer=answer, compared=form), wrong
