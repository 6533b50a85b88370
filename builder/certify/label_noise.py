"""What balance does to wrong labels: of a stated share of them, how many are expected in the balanced set.

Balance keeps as many items of a rare answer as of a frequent one, and a wrong label is a rare answer more often than
not: so the largest balanced set can hold a larger share of wrong labels than the items that it was selected from. How
much larger follows from the items. So wrong labels are planted among them at the stated rate, balance selects, and
those that it keeps are counted. Weights stay as they are: what they know of real errors, they do not know of these.
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
"""Items of the same answer type among which a wrong answer is looked for."""


def expected_noise(items: pd.DataFrame, recipe: Recipe) -> LabelNoise | None:
    """Plant wrong labels as often as the recipe says that there are some, and count those that balance keeps.

    Args:
        items: What goes on to balance.
        recipe: Says how many labels of which corpus are wrong.

    Returns:
        None where the recipe says it of no corpus, or nothing goes on to balance.
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
    """Give a share of the items a wrong answer: another option, or an answer of the same type as often as it is given.

    What was made of an item is wrong with it.

    Args:
        items: Item table sorted by id, default index.
        stated: Corpus -> share of its labels that are wrong.
        rng: Draws the items and their wrong answers.

    Returns:
        The items with other golds, and which are wrong.
    """
    roots = items["id"].map(lambda identity: root_of(str(identity)))
    shares = items["source"].map(stated).fillna(0.0).to_numpy(dtype=float)
    drawn = pd.Series(rng.random(len(items))).groupby(roots.to_numpy()).transform("first").to_numpy(dtype=float)
    wrong = drawn < shares
    told, gold, kind, options = (items[name].tolist() for name in ("answer", "compared", "answer_type", "choices"))
    same_type: dict[str, list[int]] = {}
    for place, name in enumerate(kind):
        same_type.setdefault(name, []).append(place)
    answer = list(told)
    for place in map(int, np.flatnonzero(wrong)):
        others = [str(choice) for choice in options[place] if choice != gold[place]]
        if not len(options[place]):
            tried = rng.choice(same_type[kind[place]], TRIES).tolist()
            others = [told[other] for other in tried if gold[other] != gold[place]]
        if others:
            answer[place] = others[int(rng.integers(len(others)))]
        wrong[place] = bool(others)  # where there is one answer alone nobody can err
    form = [compared(*row) for row in zip(kind, map(list, options), answer, strict=True)]
    return items.assign(answer=answer, compared=form), wrong
