"""Kinds of edits that a classifier recognises, and whose recognition helps to answer, are refused before balance.

If retrieved partners are refused, the pool whose images are most distinct is removed first, and partners are chosen
from the remaining pools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd
import pyarrow as pa

from twokeys.builder.balance.select import select
from twokeys.builder.measure.encoders import image_encoder, text_encoder
from twokeys.builder.pair.artefacts.artefact_pairs import ArtefactJudge
from twokeys.builder.pair.artefacts.artefacts import Artefacts
from twokeys.builder.pair.work import Work
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.columns import is_retrieved


@dataclass(frozen=True, eq=False)
class RefusedKinds(Result):
    """Edits of kinds that a classifier distinguishes from originals, if this helps to answer.

    Attributes:
        gone: `id` and `reason` of every refused edit.
        kinds: The artefacts of each kind.
        pool: The pool with the most distinct images, which must be removed before any kind is refused; None if no
            retrieved partners are refused, or no refused partner shows an image of a pool.
    """

    gone: pd.DataFrame
    kinds: list[Artefacts]
    pool: str | None

    SCHEMAS: ClassVar = {"gone": pa.schema([("id", pa.string()), ("reason", pa.string())])}


def look_for(recipe: Recipe, made: Work, most: int, image: NamedModel, text: NamedModel) -> list[Artefacts]:
    """Judge every kind of edit by pairs of an original and its edit.

    Args:
        recipe: How sets are balanced, and the seed.
        made: Items and images, including constructed items and images.
        most: Largest number of pairs of each kind.
        image: The image encoder.
        text: The text encoder.
    """
    encoders = image_encoder(image.name), text_encoder(text.name)
    kept = select(made.items, recipe.balance.model_copy(update={"weight": None})).kept
    balanced = made.items[made.items["id"].isin(set(kept["id"]))]
    judge = ArtefactJudge(made.pictures.decode, *encoders, most=most, seed=recipe.seed)
    return judge.judge(made.items, balanced, made.spare)


def without_refused(made: Work, refusing: RefusedKinds) -> Work:
    """Remove the refused edits."""
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
        made: The result of pairing.
        pools: Names of the recipe's pools.
        image: The image encoder.
        text: The text encoder.
    """
    kinds = look_for(recipe, made, recipe.pair.artefacts, image, text)
    gone = refused_edits(made.items, kinds)
    return RefusedKinds(
        pd.DataFrame({"id": list(gone), "reason": list(gone.values())}),
        kinds,
        _most_distinct_pool(recipe, made, pools, kinds, (image, text)),
    )


def _most_distinct_pool(
    recipe: Recipe,
    made: Work,
    pools: Sequence[str],
    kinds: Sequence[Artefacts],
    encoders: tuple[NamedModel, NamedModel],
) -> str | None:
    """The pool with the most distinct images, if its partners, or all retrieved partners of a kind, are refused.

    A distinct pool can hide among inconspicuous pools, so that each pool is tested separately.
    """
    partner, source = made.items["edit_kind"].map(is_retrieved), made.source_of(made.items["image_key"])
    shown = [name for name in pools if (partner & (source == name)).any()]
    every = [kind for kind in kinds if is_retrieved(kind.kind)]
    by_pool = dict.fromkeys(shown, every)
    for name in shown if len(shown) > 1 else []:
        alone = replace(made, items=made.items[~partner | (source == name)].reset_index(drop=True))
        artefacts = look_for(recipe, alone, recipe.pair.artefacts, *encoders)
        by_pool[name] = [kind for kind in artefacts if is_retrieved(kind.kind)]
    refused = [name for name, of in by_pool.items() if any(kind.verdict == "refused" for kind in of)]
    if not refused and any(kind.verdict == "refused" for kind in every):
        refused = shown
    # The lower end of the interval counts, so that a pool with few images does not seem distinct by luck.
    return max(refused, key=lambda name: _low(by_pool[name]), default=None)


def _low(kinds: Sequence[Artefacts]) -> float:
    return max((result.low for kind in kinds for result in kind.told), default=0.0)


def images_refused(made: Work, pool: str) -> pd.DataFrame:
    """Retrieved partners that show images of a pool, as refused rows."""
    shown = made.items["edit_kind"].map(is_retrieved) & (made.source_of(made.items["image_key"]) == pool)
    return made.items[shown].assign(
        reason=f"images of the pool {pool} can be told from those of the corpora, which gives answers away"
    )


def refused_edits(items: pd.DataFrame, kinds: list[Artefacts]) -> dict[str, str]:
    """Id -> reason of the edits of refused kinds, and of the edits that were made from refused edits.

    Args:
        items: Annotated and constructed items with `edit_of` and `edit_kind`.
        kinds: The artefacts of each kind.
    """
    refused = {kind.kind: kind for kind in kinds if kind.verdict == "refused"}
    made = items[items["edit_of"].notna()]
    gone: dict[str, str] = {}
    for identity, kind in zip(made["id"], made["edit_kind"], strict=True):
        if kind in refused:
            best = max(refused[kind].told, key=lambda each: each.accuracy)
            gone[identity] = (
                f"edits of the kind {kind} can be told from originals ({best.classifier} is right on "
                f"{100 * best.accuracy:.1f} %, chance 50 %), which gives answers away"
            )
    base = dict(zip(made["id"], made["edit_of"], strict=True))
    while follow := [identity for identity, origin in base.items() if origin in gone and identity not in gone]:
        gone |= dict.fromkeys(follow, "the edit that it was made from is refused")
    return gone
