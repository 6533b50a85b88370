"""Kinds of edits that give themselves and an answer away are refused before anything is balanced.

Of retrieved partners the pool whose images are told best is left out first, and partners are chosen from what remains.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.columns import is_retrieved


@dataclass(frozen=True, eq=False)
class RefusedKinds(Result):
    """Edits of kinds that can be told from originals where that helps to answer.

    Attributes:
        gone: `id` and `reason` of every edit that is refused.
        kinds: What is known of each kind.
        pool: The pool whose images are told best, if it is to be left out before any kind is refused; None if no
            retrieved partners are refused, or none of them shows an image of a pool.
    """

    gone: pd.DataFrame
    kinds: list[Artefacts]
    pool: str | None

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


def without_refused(made: Work, refusing: RefusedKinds) -> Work:
    """Take out the edits that are refused."""
    reasons = refusing.gone.set_index("id")["reason"]
    out = made.items["id"].isin(set(reasons.index)).to_numpy()
    refused = made.items[out].assign(reason=made.items["id"][out].map(reasons))
    return replace(
        made,
        items=made.items[~out].reset_index(drop=True),
        refused=pd.concat([made.refused, refused], ignore_index=True),
        key=refusing.key,
    )


@stage("artefacts", version=6)
def refuse_kinds(
    space: Workspace, recipe: Recipe, made: Work, pools: Sequence[str], image: NamedModel, text: NamedModel
) -> RefusedKinds:
    """Look for artefacts of every kind of edit.

    Args:
        space: Where the work is done.
        recipe: How sets are balanced, the seed, and by how many pairs kinds are judged.
        made: What pairing made.
        pools: Names of the recipe's pools.
        image: The image encoder.
        text: The text encoder.
    """
    kinds = look_for(recipe, made, recipe.pair.artefacts, image, text)
    gone = refused_edits(made.items, kinds)
    return RefusedKinds(
        pd.DataFrame({"id": list(gone), "reason": list(gone.values())}),
        kinds,
        _told_best(recipe, made, pools, kinds, (image, text)),
    )


def _told_best(
    recipe: Recipe,
    made: Work,
    pools: Sequence[str],
    kinds: Sequence[Artefacts],
    encoders: tuple[NamedModel, NamedModel],
) -> str | None:
    """The pool whose images are told best, if partners of it, or all retrieved partners of a kind, are refused.

    A pool that can be told hides among others that cannot, so that each is looked at by itself.
    """
    partner, source = made.items["edit_kind"].map(is_retrieved), made.source_of(made.items["image_key"])
    shown = [name for name in pools if (partner & (source == name)).any()]
    every = [kind for kind in kinds if is_retrieved(kind.kind)]
    by_pool = dict.fromkeys(shown, every)
    for name in shown if len(shown) > 1 else []:
        alone = replace(made, items=made.items[~partner | (source == name)].reset_index(drop=True))
        found = look_for(recipe, alone, recipe.pair.artefacts, *encoders)
        by_pool[name] = [kind for kind in found if is_retrieved(kind.kind)]
    refused = [name for name, of in by_pool.items() if any(kind.verdict == "refused" for kind in of)]
    if not refused and any(kind.verdict == "refused" for kind in every):
        refused = shown
    # The lower end of an interval counts, so that a few images do not seem to be told by luck.
    return max(refused, key=lambda name: _low(by_pool[name]), default=None)


def _low(kinds: Sequence[Artefacts]) -> float:
    return max((told.low for kind in kinds for told in kind.told), default=0.0)


def images_refused(made: Work, pool: str) -> pd.DataFrame:
    """Retrieved partners that show images of a pool, as rows that are refused."""
    shown = made.items["edit_kind"].map(is_retrieved) & (made.source_of(made.items["image_key"]) == pool)
    return made.items[shown].assign(
        reason=f"images of the pool {pool} can be told from those of the corpora, which gives answers away"
    )


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
