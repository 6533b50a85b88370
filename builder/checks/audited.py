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


def audited(folder: Folder) -> Checked:
    """The audited tier's verdicts follow from the answers of its adversaries."""
    stated, recipe = _stated_tier(folder), folder.recipe
    if stated is None or recipe.audited is None:
        if len(folder.audited) or folder.manifest.audited or stated is not None or recipe.audited is not None:
            yield "there are parts of an audited tier, but not all of them"
        return ""
    if stated["fingerprint"] != folder.manifest.configs[AUDITED].fingerprint or folder.manifest.audited != tier(stated):
        yield "manifest and certificate do not state the same audited tier"
    yield from _same_twice(folder)
    yield from recount(folder.paired, folder.audited, stated, recipe)
    if stated["verdict"] != "certified":
        yield f"{stated['verdict']}: {'; '.join(stated['reasons'])}"
    return counts(row=folder.audited, view=stated["views"])


def _same_twice(folder: Folder) -> Iterator[str]:
    """An item in both tiers is the same in both."""
    differing = {"image_partner", "question_partner", "quad"}
    shared = [name for name in folder.balanced if name in folder.audited and name not in differing]
    both = [table.set_index("id", drop=False)[shared] for table in (folder.balanced, folder.audited)]
    common = both[0].index.intersection(both[1].index)
    first, second = (table.loc[common].map(str) for table in both)
    for identity in common[(first != second).any(axis=1).to_numpy()][:5]:
        yield f"{identity}: it differs between the two tiers"


def adversaries(folder: Folder) -> Checked:
    """The cheap adversaries of the audited tier, fitted again on its rows, answer as the certificate states."""
    stated, recipe = _stated_tier(folder), folder.recipe
    if stated is None or recipe.audited is None or not len(folder.audited):
        return ""
    fitted = yield from refit(folder.paired, folder.audited, stated, recipe)
    planted = 0
    if stated[LIBRARY] == version(LIBRARY):
        planted = yield from replant(folder.paired, folder.audited, stated, recipe)
    return counts(row=folder.audited, fit=fitted, planted_cue=planted)


def _stated_tier(folder: Folder) -> dict[str, Any] | None:
    certificate: dict[str, Any] = json.loads((folder.path / CERTIFICATE).read_text(encoding="utf-8"))
    return certificate.get("audited")
