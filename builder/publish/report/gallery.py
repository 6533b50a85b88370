"""A few retrieved partners for the report, spread over kinds, answers and questions, each with its original."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from twokeys.builder.balance.select import retrieved
from twokeys.builder.publish.report.counterfactuals import shares, text
from twokeys.builder.publish.report.material import Material
from twokeys.core.spread import in_turn, spread
from twokeys.data_cards.pictures import Picture, RetrievedPair
from twokeys.data_cards.retrieved import judge

MOST = 20
"""Pairs that are shown."""
Row = dict[str, Any]


def gallery(material: Material, thumbnail: Callable[[str], Picture | None]) -> list[RetrievedPair]:
    """Choose retrieved partners whose original's image can be shown, too.

    Args:
        material: All rows.
        thumbnail: Makes thumbnails.
    """
    every = pd.concat(list(material.tiers.values())).drop_duplicates("id")
    partners = every[retrieved(every)]
    if not len(partners):
        return []
    rows = material.rows[material.rows["id"].isin(set(partners["edit_of"]))]
    at_hand = rows[[key in material.at_hand for key in rows["image_key"]]]
    images = at_hand.set_index("id")["image_key"]
    beside = partners.assign(original=partners["edit_of"].map(images))
    chosen = _chosen(beside[beside["original"].notna()].sort_values("id"))
    originals = {row["id"]: row for row in _records(at_hand[at_hand["id"].isin(set(chosen["edit_of"]))])}
    pools = {pool.name for pool in material.manifest.pools} if material.manifest else set()
    return [_pair(originals[row["edit_of"]], row, pools, thumbnail) for row in _records(chosen)]


def _records(rows: pd.DataFrame) -> list[Row]:
    return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]


def _chosen(partners: pd.DataFrame) -> pd.DataFrame:
    """Partners of each kind and answer in turn; new questions and images first."""
    queues = [*in_turn([_queues(part) for _, part in partners.groupby("edit_kind", sort=True)])]
    columns = partners[["id", "question_key", "image_key", "original"]].itertuples(index=False, name=None)
    shows = {identity: set(shown) for identity, *shown in columns}
    chosen: list[str] = []
    seen: set[str] = set()
    for fresh in (True, False):
        more = True
        while more:
            more = False
            for queue in queues:
                remaining = (each for each in queue if each not in chosen and not (fresh and shows[each] & seen))
                if len(chosen) < MOST and (identity := next(remaining, None)) is not None:
                    chosen.append(identity)
                    seen |= shows[identity]
                    more = True
    return partners.set_index("id", drop=False).loc[chosen]


def _queues(part: pd.DataFrame) -> list[list[str]]:
    """Ids by answer, the most frequent answer first, each spread over the items with it."""
    answers = part.groupby("compared", sort=True)["id"].agg(list)
    ordered = sorted(answers, key=len, reverse=True)
    return [[ids[place] for place in spread(len(ids), 10 * MOST)] for ids in ordered]


def _pair(original: Row, row: Row, pools: set[str], thumbnail: Callable[[str], Picture | None]) -> RetrievedPair:
    image = json.loads(row["meta"]).get("image", {})
    return RetrievedPair(
        question=text(row),
        original=thumbnail(str(original["image_key"])),
        retrieved=thumbnail(str(row["image_key"])),
        boxes=shares(row),
        answers=(str(original["answer"]), str(row["answer"])),
        judge=judge(str(row["edit_kind"])),
        facts=str(row["edit_note"]),
        terms=f"{image['source']} (licence: {image['license']})" if image.get("source") in pools else "",
    )
