"""Replanting: some cues are planted again in the published rows, and adversaries must detect them as often as stated.

For each view that sees text, it plants the first kind of cue that the adversaries detected: such fits are cheap and
read only the rows.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from twokeys.builder.certify.audited.control_stage import PlantedSet, adversaries_of, control, prepare
from twokeys.builder.certify.audited.controls import Control
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.plain_matrices import PLAIN, FieldMatrix, PlaceMatrix
from twokeys.builder.recipe import Recipe


def replant(
    items: pd.DataFrame, kept: pd.DataFrame, certificate: Mapping[str, Any], recipe: Recipe
) -> Generator[str, None, int]:
    """Plant cues again, and yield the views with another result.

    Args:
        items: All items that selection chose from, sorted by id.
        kept: Published rows of the tier.
        certificate: The certificate of the tier.
        recipe: The recipe.

    Returns:
        Number of cues that were planted again.
    """
    assert recipe.audited is not None
    wanted: dict[str, Control] = {}
    for stated in map(Control.read, certificate["controls"]):
        if stated.view != "image" and stated.smallest is not None:
            wanted.setdefault(stated.view, stated)
    if not wanted:
        return 0
    chosen = items[items["id"].isin(set(kept["id"]))].reset_index(drop=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        adversaries = {name: baselines()[name] for name in adversaries_of(chosen, list(wanted), recipe)}
        reads = Reads([*PLAIN, FieldMatrix(items), PlaceMatrix(chosen)])
        prepare(folder, chosen, recipe, adversaries, reads)
        planted = PlantedSet.load(folder)
        for view in (view for view in VIEWS if view in wanted):
            claim, again = wanted[view], control(planted, view, wanted[view].kind, None)
            if (again.attainable, again.tried, again.smallest) != (claim.attainable, claim.tried, claim.smallest):
                yield f"{view}: the cue {claim.kind!r}, planted again, is found otherwise than the certificate states"
    return len(wanted)
