"""Candidates for retrieved partners as columns of codes: balance needs only a few of millions.

A candidate becomes a row of the item table if balance chooses it, or if it is refused, so that the reason is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twokeys.builder.pair.edit import CODES, as_candidates, edit_id
from twokeys.builder.pair.examine import Side, answer_problem
from twokeys.builder.pair.generate import EDITS, record
from twokeys.builder.pair.merge import CARRIED, as_items
from twokeys.builder.pair.pool import Pool
from twokeys.builder.pair.retrieve import Retrieved
from twokeys.core.answers.normal import compared
from twokeys.core.items import TextRule

Ints = NDArray[np.int64]
CATEGORIES = ("kind", "of", "image", "answer", "compared", "group")
COLUMNS = ("id", "generator", *CATEGORIES, "problem", "scores")
"""Columns of a candidate: its id as an item, the number of its generator, its kind, the item that it is for, its image,
its answer as written and as compared, the group of its image, why it is refused (missing if it is sound), and the
scores of models (JSON)."""
SCHEMA = pa.schema([
    (name, CODES if name in CATEGORIES else pa.int16() if name == "generator" else pa.large_string())
    for name in COLUMNS
])  # fmt: skip
PLACED = ("image_key", "image_width", "image_height", *CARRIED)
"""Columns that a retrieved partner inherits from its image."""


def examined(retrieved: Retrieved, number: int, text: TextRule) -> pd.DataFrame:
    """The candidates of one generator, with `COLUMNS`.

    Args:
        retrieved: The generator and its candidates.
        number: Number of the generator in the recipe.
        text: The recipe's canonical form of text.
    """
    candidates = retrieved.found.candidates
    of, answer = candidates["of"].cat, candidates["answer"].cat
    sides = _sides(retrieved.items.frame.set_index("id").loc[of.categories])
    form, forms = pd.factorize(pd.Series(sides, dtype=object))
    pair = form[of.codes].astype(np.int64) * max(len(answer.categories), 1) + answer.codes
    kinds, kind = np.unique(pair, return_inverse=True)
    cases = [
        (forms[place // len(answer.categories)], str(answer.categories[place % len(answer.categories)]))
        for place in kinds.tolist()
    ]
    problems = np.array([_problem(new, base, text, retrieved.found.expected) for base, new in cases], dtype=object)
    same = [compared(base.answer_type, base.choices, new) for base, new in cases]
    names = (column.astype(str).tolist() for column in (candidates["of"], candidates["image"], candidates["answer"]))
    code, different = pd.factorize(np.array(same, dtype=object))
    ids = [edit_id(retrieved.found.kind, *each) for each in zip(*names, strict=True)]
    return candidates.assign(
        id=pd.Series(ids, dtype="str"),
        kind=pd.Categorical([retrieved.found.kind]).repeat(len(candidates)),
        generator=np.full(len(candidates), number, dtype=np.int16),
        compared=as_candidates(compared=(code[kind], different))["compared"],
        problem=pd.Series(problems[kind], dtype=object),
        scores=pd.Series(None, index=candidates.index, dtype=object),
    )


def _problem(new: str, base: Side, text: TextRule, expected: bool) -> str | None:
    """See `answer_problem`; by annotations, an onward candidate (`onward.py`) may have the answer of its item."""
    return None if new == base.answer and not expected else answer_problem(new, base, base.choices, text)


def _sides(items: pd.DataFrame) -> list[Side]:
    columns = items[["question", "choices", "answer", "answer_type"]].itertuples(index=False)
    return [Side("", tuple(choices), answer, kind) for _, choices, answer, kind in columns]


def together(tables: Sequence[pd.DataFrame], pool: Pool | None) -> pd.DataFrame:
    """The candidates of several generators, with the groups of their images.

    Args:
        tables: The candidates of each generator, as returned by `examined`.
        pool: The images; None if there are no candidates.
    """
    if pool is None or not tables:
        none: pd.DataFrame = SCHEMA.empty_table().to_pandas()
        return none
    every = pd.concat(tables, ignore_index=True)
    every = every.astype(dict.fromkeys((name for name in CATEGORIES if name in every), "category"))
    image = every["image"].cat
    groups = pool.groups(set(map(str, image.categories)))
    code, names = pd.factorize(np.array([groups[key] for key in image.categories], dtype=object))
    group = as_candidates(group=(code[image.codes], names))["group"]
    return every.assign(group=group)[list(COLUMNS)]


def without_pools(candidates: pd.DataFrame, pool: Pool, names: Collection[str]) -> pd.DataFrame:
    """The candidates that show no image of some pools."""
    image = candidates["image"].cat
    out = pool.table["source"].iloc[pool.places.get_indexer(image.categories)].isin(names).to_numpy()
    return candidates[~out[image.codes]].reset_index(drop=True) if names else candidates


def of_items(candidates: pd.DataFrame, items: pd.DataFrame, columns: Iterable[str]) -> dict[str, pd.Series[Any]]:
    """Columns of the items that candidates are for, by name.

    Args:
        candidates: Candidates with the column `of`.
        items: The items.
        columns: Names of the columns.
    """
    of = candidates["of"].cat
    rows = items.set_index("id").loc[of.categories]
    return {name: rows[name].iloc[of.codes].set_axis(candidates.index) for name in columns}


def alone(candidates: pd.DataFrame, items: pd.DataFrame, others: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether no item, edit or other candidate can contradict or repeat a candidate.

    None of them asks the same question about its image with another answer, or in the same split.

    Args:
        candidates: Candidates with `COLUMNS`.
        items: All items that were read.
        others: Sound edits as items.
    """
    places = pd.DataFrame({**of_items(candidates, items, ("question_key", "split")), "image_key": candidates["image"],
                        "compared": candidates["compared"]})  # fmt: skip
    names = ["question_key", "image_key", "split", "compared"]
    parts = [places[names], items[names], others.reindex(columns=names)]
    codes = {name: _codes([part[name] for part in parts]) for name in names}
    place = codes["question_key"] * (codes["image_key"].max(initial=0) + 1) + codes["image_key"]
    table = pd.DataFrame({"place": place, "split": codes["split"], "answer": codes["compared"]})
    of_place = table.groupby("place")["answer"]
    one_answer = of_place.transform("min") == of_place.transform("max")
    once = ~table.duplicated(["place", "split"], keep=False)
    return (one_answer & once).to_numpy()[: len(places)]


def _codes(columns: Sequence[pd.Series[Any]]) -> Ints:
    """Codes of the values of all columns in a row, without a string for each row."""
    tables = [column.astype("category") for column in columns]
    names = pd.Index(np.unique(np.concatenate([np.asarray(of.cat.categories, dtype=object) for of in tables])))
    return np.concatenate(
        [np.append(names.get_indexer(of.cat.categories), -1)[of.cat.codes].astype(np.int64) for of in tables]
    )


def as_rows(candidates: pd.DataFrame, made: Mapping[int, Retrieved], pool: Pool) -> pd.DataFrame:
    """Some candidates as rows of `EDITS`, with `PLACED`, by generator and in their order.

    Args:
        candidates: Candidates with `COLUMNS`.
        made: The generators by number.
        pool: The images.
    """
    rows: list[dict[str, Any]] = []
    shown = pool.described(map(str, candidates["image"].unique()))
    for number, part in candidates.groupby("generator", sort=True):
        retrieved = made[int(str(number))]
        edits = retrieved.retriever.as_edits(retrieved.items.frame, pool, part)
        of_candidates = part[["id", "group", "problem", "scores"]].astype(object).itertuples(index=False)
        for edit, (identity, group, problem, scores) in zip(edits, of_candidates, strict=True):
            if edit.id != identity:
                raise ValueError(f"{edit.kind} of {edit.of}: another edit than the candidate {identity}")
            row = record(edit, retrieved.making.generator.name, problem if isinstance(problem, str) else None)
            if isinstance(scores, str):
                row |= {"scores": scores, "answer_source": "expected" if row["problem"] else "verified"}
            of_image = shown[str(edit.image)] | {"group": group}
            rows.append(row | {name: of_image[name] for name in PLACED})
    return pd.DataFrame(rows, columns=[*EDITS.names, *PLACED], dtype=object)


def as_item_rows(
    candidates: pd.DataFrame, made: Mapping[int, Retrieved], pool: Pool, items: pd.DataFrame, read: pd.DataFrame
) -> pd.DataFrame:
    """Some candidates as rows of the item table; arguments as for `as_items` and `as_rows`."""
    rows = as_rows(candidates, made, pool)
    return as_items(rows.drop(columns="picture"), items, read)
