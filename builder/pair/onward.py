"""Onward partners: a retrieved partner whose original is a retrieved partner itself.

Example: the answer to a question is `no` in all items, and an image that was retrieved for the `no` of another question
is retrieved for its `yes`. A further image with a `no` must balance this `yes`, and needs a partner in turn: a chain of
retrieved partners that begins and ends at annotated items. A candidate with the answer of its item is useful only in
such a chain. If balance needs it, balance also needs candidates with another answer to the same question, and one of
these becomes its original.
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
    """Choose originals for onward candidates among the other candidates.

    Args:
        chosen: Candidates that balance needs (`twokeys.builder.pair.candidates.COLUMNS`).
        items: The items that the candidates are for.
        within: Columns inside whose combinations the set is balanced, as a recipe names them.

    Returns:
        The candidates, with each original before its onward candidates, and with `of` and `id` as published; and the
        ids of onward candidates without an original, since all candidates with another answer show nearly the same
        image.
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
