"""The certificate of the `balanced` tier: ceilings counted from the published rows, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from builder.ceilings import BLIND, Ceiling, all_ceilings, ceilings, strata

FILE = "certificate.json"
STATEMENT = (
    "Let f be any predictor that sees only the {view} of an item of this set and writes any reply. Grouped by {view}, "
    "f writes one reply per group. {read}, so f is right in a group at most as often as the most frequent of these. "
    "Counted over the set that is {right} of {items} items. This holds for every f, also for one trained on this set's "
    "own labels. It is a bound on the set: of a single item it says nothing."
)
READ = {
    "question": "A reply is read as one of the question's options, or as one answer where it has none",
    "image": "A reply is read as one answer or as one option's letter, whatever the item",
}
"""How a reply to each view is read."""


def certify(items: pd.DataFrame, max_share: float, within: list[str], fingerprint: str) -> dict[str, Any]:
    """Count what the certificate claims.

    Args:
        items: Published rows with keys, `question`, `image_colour`, `choices`, `answer` and the columns of the strata.
        max_share: The promised bound on both ceilings.
        within: Columns inside whose every combination the bound is promised.
        fingerprint: Fingerprint of the config.

    Returns:
        The certificate as JSON values. `verdict` is `certified`, or `not certified` with `reasons`.
    """
    counted = {
        stratum: {view: _count(found) for view, found in all_ceilings(part).items()}
        for stratum, part in strata(items).items()
        if len(part)
    }
    promised = {"all": items}
    if within and len(items):
        for values, part in items.groupby(within, sort=True):
            promised[", ".join(f"{name}={value}" for name, value in zip(within, values, strict=True))] = part
    reasons = [
        f"the {view} ceiling on {name} is {found.right} of {found.items}, above {max_share:.0%}"
        for name, part in promised.items()
        for view, found in ceilings(part).items()
        if view in BLIND and found.right > max_share * found.items + 1e-9
    ]
    joint = ceilings(items)["both"]
    if joint.right < joint.items:
        reasons.append(f"question and image together tell {joint.right} of {joint.items} answers, not all")
    if not len(items):
        reasons = ["no item is left: nothing can be certified"]
    statements = {
        view: STATEMENT.format(view=view, read=READ[view], right=f"{found.right:,}", items=f"{found.items:,}")
        for view, found in ceilings(items).items()
        if view in BLIND
    }
    return {
        "tier": "balanced",
        "verdict": "not certified" if reasons else "certified",
        "reasons": reasons,
        "max_share": max_share,
        "within": within,
        "fingerprint": fingerprint,
        "ceilings": counted,
        "statements": statements,
        "recount": "twokeys verify, or the lines of pandas in README.md",
    }


def holds(certificate: Mapping[str, Any]) -> bool:
    """Whether every tier that was asked for, and holds items, is certified.

    An audited tier is asked for where no exact balance can hold the items: then an empty balanced tier is no failure.
    """
    audited = certificate.get("audited")
    if audited is None:
        return bool(certificate["verdict"] == "certified")
    balanced = certificate["verdict"] == "certified" or not certificate["ceilings"]
    return bool(balanced and audited["verdict"] == "certified")


def _count(found: Ceiling) -> dict[str, float]:
    return {"right": found.right, "items": found.items, "keys": found.keys, "share": round(found.share, 6)}
