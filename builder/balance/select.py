"""Select the largest balanced set of every part of the items, with partners, quads and reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twokeys.builder.balance.nearest import matched_partners
from twokeys.builder.graph.graph import Graph, peel
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.measure.embed import Embedded
from twokeys.builder.recipe import Balance
from twokeys.builder.run.results import Result
from twokeys.core.colours import colours, contradicted
from twokeys.core.columns import is_number, is_retrieved
from twokeys.core.errors import BadInput
from twokeys.core.items import digest
from twokeys.core.partners import NONE, partners, quads
from twokeys.core.strata import crossed
from twokeys.data_cards.manifest import BalancePart

WEIGHT_SCALE = 1000
"""Weights are measurements, but flows need whole numbers: weights are counted in thousandths."""
REASONS = np.array(
    [
        "its question about its image has another answer too: not even both together give the answer",
        "its question has no item with another answer: the question alone gives the answer",
        "its image has no item with another answer: the image alone gives the answer",
        "its image has no item whose answer has another letter: the image alone gives the letter",
        "its partners have no partners themselves: no balanced set can hold it",
        "more items share its answer than there are partners for: not in the largest balanced set",
    ],
    dtype=object,
)
"""Why an item is not in the balanced set; the first reason that holds is published."""


@dataclass(frozen=True, eq=False)
class Selection(Result):
    """The balanced set.

    Attributes:
        kept: Table of `id`, `image_partner`, `question_partner`, `quad` (ids, or None).
        removed: Table of `id` and `reason` for every other item.
        parts: Result of each part.
    """

    kept: pd.DataFrame
    removed: pd.DataFrame
    parts: list[BalancePart]


@dataclass(frozen=True)
class Near:
    """Vectors that decide which partners are nearest.

    Attributes:
        question: Unit vectors by `question_key`.
        image: Unit vectors by `image_key`.
    """

    question: Embedded
    image: Embedded


def select(items: pd.DataFrame, settings: Balance, near: Near | None = None) -> Selection:
    """Balance every part of the items separately.

    A blind model may be trained on one published split and tested on another, so balance must hold inside each split.
    If the same question about the same image has golds of different colours, in any parts, its items are removed
    first: they would be each other's counterfactuals without any visible difference.

    Args:
        items: Item table sorted by id, default index.
        settings: The recipe's part on balance.
        near: Vectors that decide which partners are nearest; if None, any valid partners are taken.

    Raises:
        BadInput: When the weight is no measurement, or is negative or no number for some item.
    """
    kept, removed, solved = [], [], []
    disputed = set(items["id"][contradicted(items)])
    for name, whole in parts(items, settings.within):
        clear = ~whole["id"].isin(disputed)
        removed.append(whole.loc[~clear, ["id"]].assign(reason=REASONS[0]))
        part = whole[clear].reset_index(drop=True)
        edges, unit = _edge_weights(part, settings.weight)
        graph = graph_of(part, edges)
        balanced = largest_balanced(graph, settings.max_share, settings.node_limit)
        kept.append(part[balanced.keep])
        removed.append(part[["id"]].assign(reason=_reasons(graph, settings.max_share))[~balanced.keep])
        report = BalancePart(
            part=name,
            items=len(whole),
            kept=int(balanced.keep.sum()),
            retrieved=int(retrieved(part)[balanced.keep].sum()),
            weight=int(np.maximum(edges[balanced.keep], 0).sum()) // unit,
            bound=(balanced.bound + unit - 1) // unit,
            solved=balanced.components,
        )
        solved.append(report)
    published = pd.concat(kept) if kept else items
    return Selection(threads(published, settings.within, near), _joined(removed, ["id", "reason"]), solved)


def threads(items: pd.DataFrame, within: Sequence[str], near: Near | None = None) -> pd.DataFrame:
    """Thread a balanced set: give its items partners and quads inside every part.

    Args:
        items: The set.
        within: Columns; every combination of their values is a part.
        near: Vectors that decide which partners are nearest; if None, any valid partners are taken.

    Returns:
        Table of `id`, `image_partner`, `question_partner`, `quad`, sorted by id.
    """
    tables = [_partners(part, near) for _, part in parts(items, within)]
    return _joined(tables, ["id", "image_partner", "question_partner", "quad"])


def parts(items: pd.DataFrame, within: Sequence[str]) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Split a table into the parts that are balanced separately, each sorted by id and with a default index."""
    for name, part in crossed(items.sort_values("id"), within):
        if len(part):
            yield name, part.reset_index(drop=True)


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=columns, dtype=object)
    return pd.concat(tables, ignore_index=True).sort_values("id", ignore_index=True)


def graph_of(items: pd.DataFrame, weight: np.ndarray | None = None) -> Graph:
    """Return the graph of a table: each item is a coloured edge from its question to its image (default weight 1)."""
    coloured, (question, image) = colours(items), _vertices(items)
    weight = np.ones(len(items), dtype=np.int64) if weight is None else weight
    return Graph(question, image, coloured.question, weight, coloured.image)


def _vertices(items: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    # In sorted order, so that the numbers of vertices do not depend on the order of the items.
    question, image = (pd.factorize(items[f"{view}_key"], sort=True)[0] for view in ("question", "image"))
    return question, image


def retrieved(items: pd.DataFrame) -> np.ndarray:
    """(n,) whether an item is a retrieved partner: it only serves to balance other items."""
    if "edit_kind" not in items:
        return np.zeros(len(items), dtype=bool)
    return items["edit_kind"].map(is_retrieved).to_numpy(dtype=bool)


def weights(items: pd.DataFrame, name: str | None) -> np.ndarray:
    """Whole weights of items: positive, and 0 for retrieved partners.

    Raises:
        BadInput: When the weight is no measurement, or is negative or no number for some item.
    """
    return np.where(retrieved(items), 0, _weights(items, name))


def _edge_weights(items: pd.DataFrame, name: str | None) -> tuple[np.ndarray, int]:
    """Return the weights of edges in the graph, and the weight of an item of weight 1 there.

    A retrieved partner costs 1, and the lightest other item weighs more than all retrieved partners together. So the
    heaviest set keeps the largest weight of other items, and among such sets it has the fewest retrieved partners.
    """
    plain, costs = weights(items, name), retrieved(items)
    unit = int(costs.sum()) + 1
    return np.where(costs, -1, plain * unit), unit


def _weights(items: pd.DataFrame, name: str | None) -> np.ndarray:
    """Weight of each item, whether or not it is a retrieved partner."""
    if name is None:
        return np.ones(len(items), dtype=np.int64)
    if name not in items or not pd.api.types.is_numeric_dtype(items[name]):
        measured = sorted(str(column) for column in items if is_number(column))
        allowed = ", ".join(measured) or "none, since none was made"
        raise BadInput("recipe", "balance.weight", f"there is no measurement {name!r}", allowed, "name one of these")
    values = items[name].to_numpy(dtype=float)
    if not (values >= 0).all():
        row = items["id"].iloc[int(np.flatnonzero(~(values >= 0))[0])]
        problem = f"{name} of the item {row} is no number of 0 or more"
        raise BadInput("recipe", "balance.weight", problem, "", "choose another measurement")
    # One is added so that keeping an item of weight 0 is still better than removing it.
    return np.round(values * WEIGHT_SCALE).astype(np.int64) + 1


def _partners(items: pd.DataFrame, near: Near | None) -> pd.DataFrame:
    ids = items["id"].to_numpy()
    names = np.array([*ids, None], dtype=object)  # index NONE (-1) gives None
    coloured, (question, image) = colours(items), _vertices(items)
    if near is None:
        same_question, same_image = partners(question, coloured.question), partners(image, coloured.text)
    else:
        image_row, question_row = near.image.of(items["image_key"]), near.question.of(items["question_key"])
        same_question = matched_partners(question, coloured.question, image_row, near.image.vectors)
        same_image = matched_partners(image, coloured.text, question_row, near.question.vectors)
    # Outside the balanced set a question about an image may have two golds: such items are no partners.
    same_question[image[same_question] == image] = NONE
    same_image[question[same_image] == question] = NONE
    quad = quads(question, image, coloured.text)
    # A quad is named after its first item, so that its name does not depend on the number of other quads.
    first: dict[int, str | None] = {NONE: None}
    for number, identity in zip(quad.tolist(), ids.tolist(), strict=True):
        if number not in first:
            first[number] = digest("quad", identity)[:12]
    return pd.DataFrame(
        {
            "id": ids,
            "image_partner": names[same_question],
            "question_partner": names[same_image],
            "quad": [first[number] for number in quad.tolist()],
        }
    )


def _reasons(graph: Graph, max_share: float) -> np.ndarray:
    """Return why each item may be removed: its question or image cannot be balanced, or other items were chosen."""
    impossible = np.ones(len(graph), dtype=bool)
    impossible[peel(graph, max_share)] = False
    alone = _alone(graph.question, graph.answer), _alone(graph.image, graph.tokens[:, 0])
    letter = np.any([_alone(graph.image, column) for column in graph.tokens.T[1:]], axis=0)
    first_that_holds = np.select([*alone, letter, impossible], [1, 2, 3, 4], 5)
    return REASONS[first_that_holds]  # type: ignore[no-any-return]


def _alone(vertex: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Whether all edges of each edge's vertex have one colour."""
    some = np.zeros(int(vertex.max(initial=-1)) + 1, dtype=colour.dtype)
    some[vertex] = colour  # some colour of each vertex
    others = np.bincount(vertex, weights=(colour != some[vertex]) | (colour < 0))
    return (others == 0)[vertex]  # type: ignore[no-any-return]
