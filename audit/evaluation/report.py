"""`report.html` of an evaluation: what a model answers, what it answers blind, and items to look at, in one file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from twokeys.audit.evaluation.each_image import NEEDED, NUMBERS, masked_rows
from twokeys.audit.evaluation.rates import dividends, rates
from twokeys.audit.explanation import figures
from twokeys.audit.pages import picture_of, png, small
from twokeys.core.intervals.means import caution
from twokeys.data_cards.page import environment

if TYPE_CHECKING:
    from PIL import Image

    from twokeys.audit.evaluation.result import Evaluation

EACH = 3
"""Items to look at of each kind."""


def report(
    evaluation: Evaluation, table: pd.DataFrame, shown: Callable[[Collection[str]], Mapping[str, Image.Image]]
) -> str:
    """Write the report of an evaluation.

    Args:
        evaluation: The evaluation.
        table: Its items as `twokeys.audit.published` reads them.
        shown: Ids of items -> their images by id; asked once, for the items that the report shows.
    """
    rows = rates(evaluation)
    known = table.set_index("id")
    chosen = choose(evaluation.items, table)
    pictures = shown([item["id"] for part in chosen.values() for item in part])
    examples = {
        why: [_example(item, known.loc[item["id"]], pictures[item["id"]]) for item in part]
        for why, part in chosen.items()
    }
    return (
        environment("twokeys.audit")
        .get_template("evaluation.html.j2")
        .render(
            run=evaluation.run,
            rates=rows,
            values=evaluation.values,
            dividend=evaluation.dividend,
            dividends=dividends(evaluation),
            masked=[] if evaluation.each_image is None else masked_rows(evaluation.each_image),
            needed={} if evaluation.each_image is None else evaluation.each_image.needed,
            numbers=NUMBERS,
            caution=caution(evaluation.dividend.groups),
            quantiles=evaluation.quantiles,
            leaks=[leak for leak in evaluation.leaks if leak.leaky],
            skipped=evaluation.skipped,
            scored=len(evaluation.items),
            figure=picture_of(figures.rates(rows)),
            categories=picture_of(evaluation.figure()) if evaluation.categories else "",
            histogram=picture_of(figures.dividends(evaluation.items["dividend"].to_numpy())),
            examples=examples,
        )
    )


def choose(items: pd.DataFrame, table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Items worth looking at: the wrong ones that the gold answer was least likely for, then both ends of the dividend.

    Args:
        items: Of an evaluation. Equals are ordered by id.
        table: The same items as `twokeys.audit.published` reads them; of a kind each image is shown once, and no item
            twice.

    Returns:
        Why -> rows of `items`; a kind that no item is of is left out.
    """
    items = items.assign(picture=table.set_index("id")["image_key"].reindex(items["id"]).to_numpy())
    wrong = items[~items["right.both"].astype(bool)].sort_values(["v.both", "id"])
    wanted = {
        "Answered wrongly": wrong,
        "Highest dividend: both sides are needed": items.sort_values(["dividend", "id"], ascending=[False, True]),
        "Lowest dividend: one side is enough, or they contradict": items.sort_values(["dividend", "id"]),
    }
    chosen: dict[str, list[dict[str, Any]]] = {}
    shown: set[str] = set()
    for why, part in wanted.items():
        new = part[~part["id"].isin(shown)].drop_duplicates("picture").head(EACH)
        shown |= set(new["id"])
        if len(new):
            chosen[why] = [{str(name): value for name, value in row.items()} for row in new.to_dict("records")]
    return chosen


def _example(item: dict[str, Any], row: pd.Series[Any], picture: Image.Image) -> dict[str, Any]:
    views = {view: float(item[f"v.{view}"]) for view in ("both", "image", "question", "neither")}
    return {
        "id": item["id"],
        "question": row["question"],
        "choices": list(row["choices"]),
        "gold": row["answer"],
        "reply": item["reply"],
        "right": bool(item["right.both"]),
        "dividend": float(item["dividend"]),
        "values": views,
        "needed": _needed(item.get(NEEDED)) if bool(item["right.both"]) else "",
        "picture": png(small(picture)),
    }


def _needed(places: Any) -> str:
    """The images that a right answer needs, in words; nothing for an item of one image."""
    if places is None:
        return ""
    if not len(places):
        return "It stays right, whichever image is masked alone."
    return f"It becomes wrong without image {', without image '.join(map(str, places))}."
