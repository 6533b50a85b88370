"""Onward partners: a retrieved partner whose original is a retrieved partner itself.

All items of a question say `no`, and an image that came in for the `no` of another question comes in for its `yes`. A
further image with a `no` balances that, and has to be balanced by itself: a chain of retrieved partners that begins and
ends at annotated items. A candidate that has the answer of the item that it was found for is of use in such a chain
alone. If balance needs it, it needs candidates of its question that have another answer, too, and one of these is its
original.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from twokeys.builder.pair.candidates import of_items
from twokeys.builder.pair.edit import edit_id
from twokeys.core.strata import value_of


def with_originals(
    chosen: pd.DataFrame, items: pd.DataFrame, within: Sequence[str]
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Give onward candidates the originals that they have among the others.

    Args:
        chosen: Candidates that balance needs (`twokeys.builder.pair.candidates.COLUMNS`).
        items: The items that they were found for.
        within: Columns inside whose combinations is balanced, as a recipe names them.

    Returns:
        The candidates, an original before its onward ones, with `of` and `id` as they are published; and the ids of
        those that have no original: all candidates with another answer show nearly the same image.
    """
    place = [items["question_key"], *(value_of(items, name) for name in within)]
    of = of_items(chosen, items.assign(vertex=items.groupby(place, sort=False).ngroup()), ["vertex", "compared"])
    onward = of["compared"].astype(str).to_numpy() == chosen["compared"].astype(str).to_numpy()
    if not onward.any():
        return chosen, frozenset()
    vertex = of["vertex"].groupby([of["vertex"], chosen["generator"]], sort=False).ngroup()
    names = ["id", "kind", "image", "answer", "compared", "group"]
    rows = chosen[names].astype(str).assign(vertex=vertex, onward=onward)
    concerned = rows[rows["vertex"].isin(set(rows["vertex"][onward]))].sort_values("id")
    original: dict[str, str] = {}
    for _, part in concerned.groupby("vertex", sort=True):
        others = part[~part["onward"]]
        for number, row in enumerate(part[part["onward"]].itertuples()):
            fit = others["id"][(others["compared"] != row.compared) & (others["group"] != row.group)]
            if len(fit):
                original[str(row.id)] = str(fit.iloc[number % len(fit)])
    alone = frozenset(set(rows["id"][onward]) - set(original))
    made = rows[onward & rows["id"].isin(set(original)).to_numpy()]
    bases = made["id"].map(original)
    ids = [
        edit_id(kind, base, image, answer)
        for kind, base, image, answer in zip(made["kind"], bases, made["image"], made["answer"], strict=True)
    ]
    there = chosen[~onward]
    new = chosen.loc[made.index].assign(of=bases, id=pd.Series(ids, index=made.index, dtype="str"))
    whole = pd.concat([there.astype({"of": "str"}), new.astype({"of": "str"})])
    return whole.astype({"of": "category"}), alone
