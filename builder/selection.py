"""The balance stage: the largest balanced set of every part of the items, with partners, quads and reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from builder.balance import Graph, largest_balanced, peel
from builder.errors import BadInput
from builder.items import digest
from builder.partners import NONE, partners, quads
from builder.recipe import Balance
from data_cards.manifest import BalancePart

WEIGHT_SCALE = 1000
"""Weights are measurements; flows want whole numbers, so weights count in thousandths."""
REASONS = np.array(
    [
        "its question has no item with another answer: the question alone gives the answer",
        "its image has no item with another answer: the image alone gives the answer",
        "its partners have no partners themselves: no balanced set can hold it",
        "more items share its answer than there are partners for: not in the largest balanced set",
    ],
    dtype=object,
)
"""Why an item is not in the balanced set; the first that holds is given."""


@dataclass(frozen=True)
class Selection:
    """The balanced set.

    Attributes:
        kept: Table of `id`, `image_partner`, `question_partner`, `quad` (ids, or None).
        removed: Table of `id` and `reason` for every item that was left out.
        parts: What was solved, part by part.
    """

    kept: pd.DataFrame
    removed: pd.DataFrame
    parts: list[BalancePart]


def select(items: pd.DataFrame, settings: Balance) -> Selection:
    """Balance every part of the items by itself.

    A blind model may be trained on one published split and tried on another, so balance must hold inside each.

    Args:
        items: Item table sorted by id, default index.
        settings: The recipe's part on balance.

    Raises:
        BadInput: When the weight is no measurement, or not a positive number everywhere.
    """
    kept, removed, parts = [], [], []
    names = list(settings.within)
    groups = items.groupby(names, sort=True) if names else [((), items)]
    for values, part in groups:
        one, gone, solved = _solve(part.reset_index(drop=True), settings)
        kept.append(one)
        removed.append(gone)
        parts.append(solved.model_copy(update={"part": dict(zip(names, map(str, values), strict=True))}))
    columns = [["id", "image_partner", "question_partner", "quad"], ["id", "reason"]]
    tables = [
        pd.concat(tables, ignore_index=True).sort_values("id", ignore_index=True)
        if tables
        else pd.DataFrame(columns=names)
        for tables, names in zip((kept, removed), columns, strict=True)
    ]
    return Selection(tables[0], tables[1], parts)


def _solve(items: pd.DataFrame, settings: Balance) -> tuple[pd.DataFrame, pd.DataFrame, BalancePart]:
    # In sorted order, so that vertices and colours are numbered the same whatever the items' order.
    vertices = [pd.factorize(items[name], sort=True)[0] for name in ("question_key", "image_key", "answer")]
    graph = Graph(vertices[0], vertices[1], vertices[2], _weights(items, settings.weight))
    found = largest_balanced(graph, settings.max_share, settings.node_limit)
    report = BalancePart(
        part={},
        items=len(items),
        kept=int(found.keep.sum()),
        weight=found.weight,
        bound=found.bound,
        solved=found.components,
    )
    ids = items["id"].to_numpy()
    gone = np.flatnonzero(~found.keep)
    removed = pd.DataFrame({"id": ids[gone], "reason": _reasons(graph, settings.max_share)[gone]})
    return _partners(graph.part(found.keep), ids[found.keep]), removed, report


def _weights(items: pd.DataFrame, name: str | None) -> np.ndarray:
    if name is None:
        return np.ones(len(items), dtype=np.int64)
    if name not in items:
        known = ", ".join(sorted(str(column) for column in items if "." in str(column)))
        raise BadInput("recipe", "balance.weight", repr(name), f"a measurement: {known}", "name one of these")
    values = items[name].to_numpy(dtype=float)
    if not (values >= 0).all():
        row = items["id"].iloc[int(np.flatnonzero(~(values >= 0))[0])]
        raise BadInput(
            "recipe",
            "balance.weight",
            f"{name} is no number >= 0 for {row}",
            "numbers >= 0",
            "choose another",
        )
    # One is added so that an item of weight 0 is still preferred to none.
    return np.round(values * WEIGHT_SCALE).astype(np.int64) + 1


def _partners(graph: Graph, ids: np.ndarray) -> pd.DataFrame:
    names = np.array([*ids, None], dtype=object)  # index NONE (-1) gives None
    same_question = partners(graph.question, graph.answer)
    same_image = partners(graph.image, graph.answer)
    quad = quads(graph.question, graph.image, graph.answer)
    # A quad is named by its first item, so that its name does not depend on how many others there are.
    first: dict[int, str] = {}
    for number, identity in zip(quad.tolist(), ids.tolist(), strict=True):
        first.setdefault(number, digest("quad", identity)[:12])
    first[NONE] = None  # type: ignore[assignment]
    return pd.DataFrame(
        {
            "id": ids,
            "image_partner": names[same_question],
            "question_partner": names[same_image],
            "quad": [first[number] for number in quad.tolist()],
        }
    )


def _reasons(graph: Graph, max_share: float) -> np.ndarray:
    """Why an item may be left out: its question or image cannot be balanced, or others were chosen."""
    impossible = np.ones(len(graph), dtype=bool)
    impossible[peel(graph, max_share)] = False
    first_that_holds = np.select(
        [_alone(graph.question, graph.answer), _alone(graph.image, graph.answer), impossible], [0, 1, 2], 3
    )
    return REASONS[first_that_holds]  # type: ignore[no-any-return]


def _alone(vertex: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Whether each edge's vertex has one answer only."""
    one = np.zeros(int(vertex.max(initial=-1)) + 1, dtype=answer.dtype)
    one[vertex] = answer  # some answer of each vertex
    others = np.bincount(vertex, weights=answer != one[vertex])
    return (others == 0)[vertex]  # type: ignore[no-any-return]
