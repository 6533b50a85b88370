"""Replanting: some cues are planted again in the published rows, and must be found as often as the certificate states.

One kind of each view that sees text, the first that its judges find: such fits are cheap and read nothing but the rows.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from twokeys.builder.certify.audited.control_stage import PlantedSet, control, judges_of, prepare
from twokeys.builder.certify.audited.controls import Control
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.plain_matrices import PLAIN, FieldMatrix, PlaceMatrix
from twokeys.builder.recipe import Recipe


def replant(
    items: pd.DataFrame, kept: pd.DataFrame, said: Mapping[str, Any], plan: Recipe
) -> Generator[str, None, int]:
    """Plant again, and say what comes out otherwise.

    Args:
        items: All items that selection chose from, sorted by id.
        kept: Published rows of the tier.
        said: The certificate of the tier.
        plan: The recipe.

    Returns:
        How many cues were planted again.
    """
    assert plan.audited is not None
    stated = [Control.read(one) for one in said["controls"]]
    wanted: dict[str, Control] = {}
    for one in stated:
        if one.view != "image" and one.smallest is not None:
            wanted.setdefault(one.view, one)
    if not wanted:
        return 0
    chosen = items[items["id"].isin(set(kept["id"]))].reset_index(drop=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        judges = {name: baselines()[name] for name in judges_of(chosen, list(wanted), plan)}
        reads = Reads([*PLAIN, FieldMatrix(items), PlaceMatrix(chosen)])
        prepare(folder, chosen, plan, judges, reads)
        planted = PlantedSet.load(folder)
        for view in (view for view in VIEWS if view in wanted):
            one, again = wanted[view], control(planted, view, wanted[view].kind, None)
            if (again.attainable, again.tried, again.smallest) != (one.attainable, one.tried, one.smallest):
                yield f"{view}: the cue {one.kind!r}, planted again, is found otherwise than the certificate states"
    return len(wanted)
