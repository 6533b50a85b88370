"""What `twokeys verify` recounts of the audited tier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from twokeys.builder.certify.audited.certificate import tier
from twokeys.builder.certify.audited.tier import LIBRARY
from twokeys.builder.certify.balanced import FILE as CERTIFICATE
from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.checks.recount import recount, refit
from twokeys.builder.checks.replanting import replant
from twokeys.builder.publish.folder import Folder
from twokeys.core.columns import AUDITED


def audited(known: Folder) -> Checked:
    """The audited tier's verdicts follow from what its adversaries answered."""
    said, plan = _stated_tier(known), known.recipe
    if said is None or plan.audited is None:
        if len(known.audited) or known.manifest.audited or said is not None or plan.audited is not None:
            yield "there are parts of an audited tier, but not all of them"
        return ""
    if said["fingerprint"] != known.manifest.configs[AUDITED].fingerprint or known.manifest.audited != tier(said):
        yield "manifest and certificate do not state the same audited tier"
    yield from _same_twice(known)
    yield from recount(known.paired, known.audited, said, plan)
    if said["verdict"] != "certified":
        yield f"{said['verdict']}: {'; '.join(said['reasons'])}"
    return counts(row=known.audited, view=said["views"])


def _same_twice(known: Folder) -> Iterator[str]:
    """An item in both tiers is the same in both."""
    own = {"image_partner", "question_partner", "quad"}
    shared = [name for name in known.balanced if name in known.audited and name not in own]
    both = [table.set_index("id", drop=False)[shared] for table in (known.balanced, known.audited)]
    common = both[0].index.intersection(both[1].index)
    first, second = (table.loc[common].map(str) for table in both)
    for identity in common[(first != second).any(axis=1).to_numpy()][:5]:
        yield f"{identity}: it differs between the two tiers"


def adversaries(known: Folder) -> Checked:
    """The cheap adversaries of the audited tier, fitted again on its rows, answer as the certificate says."""
    said, plan = _stated_tier(known), known.recipe
    if said is None or plan.audited is None or not len(known.audited):
        return ""
    fitted = yield from refit(known.paired, known.audited, said, plan)
    planted = 0
    if said[LIBRARY] == version(LIBRARY):
        planted = yield from replant(known.paired, known.audited, said, plan)
    return counts(row=known.audited, fit=fitted, planted_cue=planted)


def _stated_tier(known: Folder) -> dict[str, Any] | None:
    said: dict[str, Any] = json.loads((known.path / CERTIFICATE).read_text(encoding="utf-8"))
    return said.get("audited")
