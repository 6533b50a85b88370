"""`report.html` of a run: one file that opens from disk, with every image inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from twokeys.audit.explanation.figures import cost, dividends, intervals, ranks
from twokeys.audit.explanation.heat_maps import GRIDS, heat_maps
from twokeys.audit.explanation.metrics import FOUND, RANKED
from twokeys.audit.pages import picture_of, png, small
from twokeys.data_cards.page import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from twokeys.audit.explanation.result import Explained


def report(found: Explained, pictures: Mapping[str, Sequence[Image.Image]]) -> str:
    """Write the report of a run.

    Args:
        found: The run.
        pictures: Images of each item by id, in their order.
    """
    summary = found.summary
    chosen = choose(found.items)
    return (
        environment("twokeys.audit", p=p_value)
        .get_template("report.html.j2")
        .render(
            run=found.run,
            summary=summary,
            titles=RANKED,
            found=FOUND,
            leaks=[one for one in found.leaks if one.leaky],
            skipped=found.skipped,
            scored=len(found.items),
            rankings={name: table.to_dict("index") for name, table in summary.rankings.items()},
            localisation=summary.localisation.to_dict("index"),
            effects=summary.mixed.effects.to_dict("index"),
            costs=summary.cost.to_dict("index"),
            intervals={name: picture_of(intervals(table, RANKED[name])) for name, table in summary.rankings.items()},
            ranks=picture_of(ranks(summary.rankings["image.srg"], summary.rankings["text.srg"])),
            cost=picture_of(cost(summary.rankings["improved.raw"], summary.cost)),
            dividends=picture_of(dividends(summary.dividends)),
            several=any(GRIDS in item for item in found.items),
            examples=[_example(why, item, pictures[item["id"]]) for why, item in chosen],
        )
    )


def choose(items: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Items worth looking at: best and worst by the improved estimate, and where image and text disagree most."""

    def mean(item: dict[str, Any], metric: str) -> float:
        return float(np.mean([own["metrics"][metric] for own in item["explainers"].values()]))

    def disagreement(item: dict[str, Any]) -> float:
        own = [entry["metrics"] for entry in item["explainers"].values()]
        image, text = (np.argsort(np.argsort([one[name] for one in own])) for name in ("image.srg", "text.srg"))
        return float(np.abs(image - text).sum())

    by_value = sorted(items, key=lambda item: (mean(item, "improved.raw"), item["id"]))
    by_quarrel = sorted(items, key=lambda item: (-disagreement(item), item["id"]))
    wanted = [
        *(("Most interaction found", item) for item in by_value[-2:][::-1]),
        *(("Least interaction found", item) for item in by_value[:2]),
        *(("Image and text ranking disagree most", item) for item in by_quarrel[:2]),
    ]
    first = {item["id"]: (why, item) for why, item in reversed(wanted)}
    return [(why, item) for why, item in wanted if first[item["id"]][0] == why]


def p_value(value: float) -> str:
    """A p value as it is read."""
    if np.isnan(value):
        return ""
    return "< .0001" if value < 0.0001 else f"{value:.4f}".lstrip("0") if value < 1 else "1"


def shades(scores: list[float]) -> list[str]:
    """Background colour of each word: orange speaks for the answer, blue against it, by share of the largest score."""
    top = max((abs(score) for score in scores), default=0) or 1
    colours = [("230, 97, 1" if score > 0 else "94, 60, 153", abs(score) / top) for score in scores]
    # No stronger: the word must be told from its background (contrast 4.5 to 1), on white paper and on dark.
    return [f"rgba({colour}, {0.6 * share:.2f})" for colour, share in colours]


def _example(why: str, item: dict[str, Any], pictures: Sequence[Image.Image]) -> dict[str, Any]:
    shown, sizes, explained = [small(picture) for picture in pictures], [picture.size for picture in pictures], []
    for name, own in item["explainers"].items():
        maps = [png(laid) for laid in heat_maps(shown, sizes, item, np.array(own["image"]))]
        words = list(zip(item["words"], shades(own["text"]), strict=True))
        explained.append({"name": name, "maps": maps, "words": words, "metrics": own["metrics"]})
    return {"why": why, "item": item, "pictures": [png(each) for each in shown], "explained": explained}
