"""The certificate of the `balanced` tier: ceilings counted from the published rows, and their consequences.

Its verdict is *bounded*, not certified: even if no predictor of one side is right on more than half of the set, a
trained adversary may be far above chance if there are many answers. So the certificate states the best adversary and
chance beside the bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from twokeys.builder.measure.blindness import measured_by
from twokeys.core.ceilings import BLIND, Ceiling, all_ceilings, ceilings
from twokeys.core.intervals.accuracy import chance
from twokeys.core.measured import BALANCED, UNMET
from twokeys.core.strata import crossed, strata

FILE = "certificate.json"
BOUNDED, NOT_BOUNDED = "bounded", "not bounded"
"""Verdicts."""
STATEMENT = (
    "Let f be any predictor that sees only the {view} of an item of this set and writes any reply. Grouped by {view}, "
    "f writes one reply per group. {read}, so f is right in a group at most as often as the most frequent of these. "
    "Counted over the set, that is {right} of {items} items. This holds for every f, even if it is trained on the "
    "labels of this set. It is a bound on the set and says nothing about a single item."
)
READ = {
    "question": "A reply is read as one of the question's options, or as one answer if it has none",
    "image": "A reply is read as one answer or as one option's letter, whatever the item",
}
"""How a reply to each view is read."""


def certify(items: pd.DataFrame, max_share: float, within: list[str], fingerprint: str) -> dict[str, Any]:
    """Count what the certificate claims.

    Args:
        items: Published rows with keys, `question`, `image_colour`, `choices`, `answer`, the columns of the strata, and
            `meta` if a category is among `within`.
        max_share: The promised bound on both ceilings.
        within: Columns; the bound is promised inside every combination of their values.
        fingerprint: Fingerprint of the config.

    Returns:
        The certificate as JSON values. `verdict` is `bounded`, or `not bounded` with `reasons`; no predictor that sees
        one side exceeds `bound`, and `best_adversary` is the best trained adversary, with chance.
    """
    counted: dict[str, dict[str, dict[str, float]]] = {
        stratum: {str(view): _count(ceiling) for view, ceiling in all_ceilings(part).items()}
        for stratum, part in strata(items, within).items()
        if len(part)
    }
    promised = {"all": items}
    if within and len(items):
        for values, part in crossed(items, within):
            promised[", ".join(f"{name}={value}" for name, value in values.items())] = part
    reasons = [
        f"the {view} ceiling on {name} is {ceiling.right} of {ceiling.items}, above {max_share:.0%}"
        for name, part in promised.items()
        for view, ceiling in ceilings(part).items()
        if view in BLIND and ceiling.right > max_share * ceiling.items + 1e-9
    ]
    joint = ceilings(items)["both"]
    if joint.right < joint.items:
        reasons.append(f"question and image together determine {joint.right} of {joint.items} answers, not all")
    if not len(items):
        reasons = ["no item was kept: there is nothing to bound"]
    statements = {
        view: STATEMENT.format(view=view, read=READ[view], right=f"{ceiling.right:,}", items=f"{ceiling.items:,}")
        for view, ceiling in ceilings(items).items()
        if view in BLIND
    }
    return {
        "tier": "balanced",
        "verdict": NOT_BOUNDED if reasons else BOUNDED,
        "reasons": reasons,
        "bound": max((counted["all"][view]["share"] for view in BLIND), default=None) if counted else None,
        "best_adversary": best_adversary(items),
        "max_share": max_share,
        "within": within,
        "fingerprint": fingerprint,
        "ceilings": counted,
        "statements": statements,
        "recount": "twokeys verify, or the lines of pandas in README.md",
    }


def holds(certificate: Mapping[str, Any]) -> bool:
    """Whether every requested tier that holds items is what it claims: bounded, or certified.

    Recipes request an audited tier if exact balance cannot hold the items: an empty balanced tier is then no failure.
    """
    audited = certificate.get("audited")
    if audited is None:
        return bool(certificate["verdict"] == BOUNDED)
    balanced = certificate["verdict"] == BOUNDED or not certificate["ceilings"]
    return bool(balanced and audited["verdict"] == "certified")


def best_adversary(items: pd.DataFrame) -> dict[str, Any] | None:
    """Return the trained adversary with the highest accuracy on published rows, and chance; None if none was fitted."""
    best: tuple[float, dict[str, Any]] | None = None
    for fit, name, column in ((each, *pair) for each in BALANCED for pair in measured_by(items, each).items()):
        part = items[items[column].notna()]
        if len(part):
            right, view = float((part[column] == part["compared"]).mean()), name.partition(".")[0]
            level = round(chance(part, view), 6)
            if best is None or right > best[0]:
                best = right, {"baseline": name, "view": view, "accuracy": round(right, 6), "chance": level}
                best[1]["new_questions"] = fit in UNMET
    return best[1] if best else None


def _count(ceiling: Ceiling) -> dict[str, float]:
    share = round(ceiling.share, 6)
    return {"right": ceiling.right, "items": ceiling.items, "keys": ceiling.keys, "share": share}
