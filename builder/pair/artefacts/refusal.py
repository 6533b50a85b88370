"""Kinds of edits that give themselves and an answer away are refused before anything is balanced."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from twokeys.builder.balance.select import select
from twokeys.builder.measure.encoders import identity, image_encoder, text_encoder
from twokeys.builder.pair.artefacts.artefact_pairs import judge
from twokeys.builder.pair.artefacts.artefacts import Artefacts
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run, Stage, write_table

if TYPE_CHECKING:
    from twokeys.builder.pair.work import Work

GONE = "gone.parquet"


def look_for(recipe: Recipe, made: Work, most: int) -> list[Artefacts]:
    """Judge every kind of edit by so many pairs of an original and its edit.

    Args:
        recipe: Names the encoders.
        made: Items and images, constructed ones included.
        most: Pairs of each kind at most.
    """
    encoders = image_encoder(recipe.encoders.image), text_encoder(recipe.encoders.text)
    kept = select(made.items, recipe.balance.model_copy(update={"weight": None})).kept
    balanced = made.items[made.items["id"].isin(set(kept["id"]))]
    return judge(made.items, balanced, made.pictures.decode, *encoders, most=most, seed=recipe.seed)


def without_refused_kinds(run: Run, recipe: Recipe, made: Work) -> Work:
    """Take out the kinds of edits that can be told from originals where that helps to answer.

    Args:
        run: The build under way.
        recipe: Says by how many pairs kinds are judged; with 0 none is.
        made: What pairing made.
    """
    if not recipe.pair.artefacts or not made.items["edit_of"].notna().any():
        return made
    encoders = identity(recipe.encoders.image), identity(recipe.encoders.text)
    stage = run.stage(
        "artefacts", partial(_write, recipe, made), 3, made.key, recipe.pair.artefacts, encoders, recipe.seed,
        recipe.balance.model_dump(mode="json"),
    )  # fmt: skip
    gone = stage.table(GONE).to_pandas().set_index("id")["reason"]
    out = made.items["id"].isin(set(gone.index)).to_numpy()
    refused = made.items[out].assign(reason=made.items["id"][out].map(gone))
    return replace(
        made,
        items=made.items[~out].reset_index(drop=True),
        refused=pd.concat([made.refused, refused], ignore_index=True),
        key=stage.key,
    )


def _write(recipe: Recipe, made: Work, stage: Stage) -> list[dict[str, Any]]:
    told = look_for(recipe, made, recipe.pair.artefacts)
    gone = refused_edits(made.items, told)
    write_table(stage.folder / GONE, pa.table({"id": list(gone), "reason": pa.array(list(gone.values()), pa.string())}))
    return [asdict(kind) for kind in told]


def refused_edits(items: pd.DataFrame, told: list[Artefacts]) -> dict[str, str]:
    """Edits of refused kinds, and edits that were made from these: id -> reason.

    Args:
        items: Annotated and constructed items with `edit_of` and `edit_kind`.
        told: What is known of each kind.
    """
    refused = {kind.kind: kind for kind in told if kind.verdict == "refused"}
    made = items[items["edit_of"].notna()]
    gone: dict[str, str] = {}
    for identity_, kind in zip(made["id"], made["edit_kind"], strict=True):
        if kind in refused:
            best = max(refused[kind].told, key=lambda one: one.accuracy)
            gone[identity_] = (
                f"edits of the kind {kind} can be told from originals ({best.classifier} is right on "
                f"{100 * best.accuracy:.1f} %, chance 50 %), which gives answers away"
            )
    base = dict(zip(made["id"], made["edit_of"], strict=True))
    while follow := [one for one, origin in base.items() if origin in gone and one not in gone]:
        gone |= dict.fromkeys(follow, "the edit that it was made from is refused")
    return gone
