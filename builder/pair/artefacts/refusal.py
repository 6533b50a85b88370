"""Kinds of edits that give themselves and an answer away are refused before anything is balanced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd
import pyarrow as pa

from twokeys.builder.balance.select import select
from twokeys.builder.measure.encoders import image_encoder, text_encoder
from twokeys.builder.pair.artefacts.artefact_pairs import judge
from twokeys.builder.pair.artefacts.artefacts import Artefacts
from twokeys.builder.pair.work import Work
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Run, Workspace, stage


@dataclass(frozen=True, eq=False)
class RefusedKinds(Result):
    """Edits of kinds that can be told from originals where that helps to answer.

    Attributes:
        gone: `id` and `reason` of every edit that is refused.
        kinds: What is known of each kind.
    """

    gone: pd.DataFrame
    kinds: list[Artefacts]

    SCHEMAS: ClassVar = {"gone": pa.schema([("id", pa.string()), ("reason", pa.string())])}


def look_for(recipe: Recipe, made: Work, most: int, image: NamedModel, text: NamedModel) -> list[Artefacts]:
    """Judge every kind of edit by so many pairs of an original and its edit.

    Args:
        recipe: How sets are balanced, and the seed.
        made: Items and images, constructed ones included.
        most: Pairs of each kind at most.
        image: The image encoder.
        text: The text encoder.
    """
    encoders = image_encoder(image.name), text_encoder(text.name)
    kept = select(made.items, recipe.balance.model_copy(update={"weight": None})).kept
    balanced = made.items[made.items["id"].isin(set(kept["id"]))]
    seen = made.pictures.decode
    return judge(made.items, balanced, seen, *encoders, most=most, seed=recipe.seed, spare=made.spare)


def without_refused_kinds(run: Run, recipe: Recipe, made: Work, image: NamedModel, text: NamedModel) -> Work:
    """Take out the kinds of edits that can be told from originals where that helps to answer.

    Args:
        run: The build under way.
        recipe: Says by how many pairs kinds are judged.
        made: What pairing made.
        image: The image encoder.
        text: The text encoder.
    """
    refusing = refuse_kinds(run, recipe.only("balance", "seed"), made, recipe.pair.artefacts, image, text)
    reasons = refusing.gone.set_index("id")["reason"]
    out = made.items["id"].isin(set(reasons.index)).to_numpy()
    refused = made.items[out].assign(reason=made.items["id"][out].map(reasons))
    return replace(
        made,
        items=made.items[~out].reset_index(drop=True),
        refused=pd.concat([made.refused, refused], ignore_index=True),
        key=refusing.key,
    )


@stage("artefacts", version=5)
def refuse_kinds(
    space: Workspace, recipe: Recipe, made: Work, most: int, image: NamedModel, text: NamedModel
) -> RefusedKinds:
    """Look for artefacts of every kind of edit; arguments as `look_for`."""
    kinds = look_for(recipe, made, most, image, text)
    gone = refused_edits(made.items, kinds)
    return RefusedKinds(pd.DataFrame({"id": list(gone), "reason": list(gone.values())}), kinds)


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
