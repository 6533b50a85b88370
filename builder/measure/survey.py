"""The survey: everything that is known of a recipe's items before anything is dropped.

    corpora -> items -> embed -> groups -> measure

`diagnose` stops here and reports; `build` goes on to filter, balance and publish.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from twokeys.builder.measure.agreement import with_agreement
from twokeys.builder.measure.baselines import VIEWS, Baseline, chosen
from twokeys.builder.measure.embed import Embedded, embed_texts, load, thumbnails
from twokeys.builder.measure.encoders import identity, image_encoder, text_encoder
from twokeys.builder.measure.feature_maps import ENCODER
from twokeys.builder.measure.groups import Links, group
from twokeys.builder.measure.language.loading import identity as model_identity
from twokeys.builder.measure.near_duplicates import Clusters, near_images, paraphrases
from twokeys.builder.measure.replies import identity as vision_language
from twokeys.builder.measure.representations import Representations
from twokeys.builder.measure.stage import MEASUREMENTS, measure
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.read.stage import ITEMS, PICTURES, SET_ASIDE, BadRows, Source, find, read
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.errors import BadInput
from twokeys.core.folds import fold_of
from twokeys.core.pictures.facts import LOOKS
from twokeys.data_cards.manifest import GroupKind

CALIBRATION = 48
"""Pictures on which the near-duplicate threshold is calibrated."""
GROUPS = "groups.parquet"


@dataclass(frozen=True)
class Survey:
    """What is known of a recipe's items.

    Attributes:
        items: Item table sorted by id, with `group`, `image_contrast`, `image_colour`, `image_cluster` and all
            measurements.
        pictures: Their images, with what is kept of each.
        set_aside: Rows that could not be used, with the problem.
        sources: The corpora as found.
        counts: Rows by source and split, from the reading stage.
        groups: What each kind of link did.
        encoders: Encoders that were used, by what they encode.
        key: Hash of everything that the survey depends on.
        represent: Vectors and other matrices of the items' contents, on demand.
    """

    items: pd.DataFrame
    pictures: Pictures
    set_aside: pd.DataFrame
    sources: list[Source]
    counts: list[dict[str, Any]]
    groups: list[GroupKind]
    encoders: dict[str, str]
    key: str
    represent: Representations


def locate(recipe: Recipe, corpora: Path | None) -> list[Source]:
    """Find the corpora of a recipe, before any work.

    Args:
        recipe: Names them.
        corpora: Folder that their paths are relative to; the environment variable TWOKEYS_CORPORA when None.

    Raises:
        BadInput: When a corpus or a split is missing.
    """
    if corpora is None and (named := os.environ.get("TWOKEYS_CORPORA")):
        corpora = Path(named)
    return [find(corpus, corpora) for corpus in recipe.corpora]


def survey(run: Run, recipe: Recipe, sources: list[Source]) -> Survey:
    """Read, embed, group and measure.

    Raises:
        BadInput: When a corpus is bad, or too small to be folded.
    """
    baselines = chosen(recipe.measure.baselines)
    reading = read(run, recipe, sources)
    items = reading.table(ITEMS).to_pandas()
    roots = {source.corpus.name: source.root for source in sources}
    pictures = Pictures(reading.table(PICTURES).to_pandas(), roots, recipe.images)
    if not len(items):
        if problems := [json.loads(problem) for problem in reading.table(SET_ASIDE).to_pandas()["problem"]]:
            raise BadRows(problems)  # all of them: to set them aside leaves nothing
        problem = "the corpora hold no rows"
        raise BadInput(recipe.name, None, problem, "two groups of items or more", "name files that hold some")
    looks = pictures.table.set_index("image_key")
    for name in LOOKS:
        items[f"image_{name}"] = items["image_key"].map(looks[name])
    represent = Representations(run, recipe, items, pictures)
    grouping = run.stage(
        "groups",
        partial(_write_groups, items, recipe, represent),
        2,
        reading.key,
        identity(recipe.encoders.image) if recipe.publishable else "",
        [corpus.group_by for corpus in recipe.corpora],
        recipe.measure.folds,
    )
    groups = grouping.table(GROUPS).to_pandas()
    items["group"], items["image_cluster"] = groups["group"], groups["image_cluster"]
    measured = measure(
        run, "measure", items, dict.fromkeys(VIEWS, _folds(items, recipe)), baselines, recipe.measure, recipe.seed,
        represent, grouping.key, encoders_of(recipe, baselines),
    )  # fmt: skip
    table = measured.table(MEASUREMENTS).to_pandas()
    items = with_agreement(items.merge(table, on="id", validate="one_to_one"))
    return Survey(
        items=items,
        pictures=pictures,
        set_aside=reading.table(SET_ASIDE).to_pandas(),
        sources=sources,
        counts=reading.notes()["counts"],
        groups=[GroupKind.model_validate(kind) for kind in grouping.notes()["kinds"]],
        encoders=encoders_of(recipe, baselines),
        key=measured.key,
        represent=represent,
    )


def encoders_of(recipe: Recipe, baselines: dict[str, Baseline]) -> dict[str, str]:
    """Encoders that the baselines or the groups use."""
    views = {name.partition(".")[0] for name, baseline in baselines.items() if "vectors" in baseline.reads}
    kinds = {kind for corpus in recipe.corpora for kind in corpus.group_by}
    found = {}
    if views & {"question", "choices"} or "paraphrase" in kinds:
        found["text"] = identity(recipe.encoders.text)
    if recipe.publishable and ("image" in views or "near_image" in kinds):
        found["image"] = identity(recipe.encoders.image)
    if any(baseline.language or "likelihoods" in baseline.reads for baseline in baselines.values()):
        found["language"] = model_identity(recipe.encoders.language)
    if recipe.publishable and any("replies" in baseline.reads for baseline in baselines.values()):
        found["vision-language"] = vision_language(recipe.encoders.vision_language)
    if recipe.publishable and any("maps" in baseline.reads for baseline in baselines.values()):
        found["maps"] = identity(ENCODER)
    return found


def _folds(items: pd.DataFrame, recipe: Recipe) -> np.ndarray[Any, np.dtype[np.int64]]:
    if items["group"].nunique() < 2:
        problem = f"all {len(items)} items are in one group, so that they cannot be split into folds"
        raise BadInput(recipe.name, None, problem, "", "add items, or take an entry out of `group_by`")
    return fold_of(items["group"], recipe.measure.folds, recipe.seed)


# -------------------------------------------------------------------------------------------------------- groups


def _write_groups(items: pd.DataFrame, recipe: Recipe, represent: Representations, stage: Stage) -> dict[str, Any]:
    cluster = items["image_key"].copy()
    links: list[Links] = []
    for corpus in recipe.corpora:
        part = items[items["source"] == corpus.name]
        for kind in corpus.group_by:
            if kind == "near_image" and corpus.images == "required":
                found, keys = _near_images(part, recipe, represent)
                cluster.loc[part.index] = keys
                links.append(Links(corpus.name, kind, keys, found.similarity, found.note))
            elif kind == "paraphrase":
                texts = part.drop_duplicates("question_key").set_index("question_key")["question"]
                embedded = load(embed_texts(represent.run, "embed-question", recipe.encoders.text, dict(texts)))
                found = paraphrases(embedded, texts, text_encoder(recipe.encoders.text))
                links.append(
                    Links(
                        corpus.name,
                        kind,
                        _leaders(embedded, found, part["question_key"]),
                        found.similarity,
                        found.note,
                    )
                )
            elif kind == "links":
                links.append(Links(corpus.name, kind, part["links"].explode().dropna()))
            elif kind != "near_image":
                links.append(Links(corpus.name, kind, part[f"{kind}_key"]))
    names, reports = group(items, links, recipe.measure.folds)
    table = pa.table({"id": items["id"], "group": names, "image_cluster": cluster})
    write_table(stage.folder / GROUPS, table)
    return {"kinds": [report.model_dump() for report in reports]}


def _near_images(part: pd.DataFrame, recipe: Recipe, represent: Representations) -> tuple[Clusters, pd.Series[str]]:
    """Cluster the near-duplicate pictures of one corpus."""
    made = represent.images()
    whole, small = load(made), thumbnails(made)
    keys = np.unique(part["image_key"])
    rows = whole.of(pd.Series(keys))
    sample = keys[np.unique(np.linspace(0, len(keys) - 1, min(CALIBRATION, len(keys)), dtype=int))]
    decoded = [represent.pictures.decode(str(key)) for key in sample]
    own = Embedded(pd.Index(keys), whole.vectors[rows])
    found = near_images(own, small[rows], decoded, image_encoder(recipe.encoders.image))
    return found, _leaders(own, found, part["image_key"])


def _leaders(embedded: Embedded, clusters: Clusters, keys: pd.Series[str]) -> pd.Series[str]:
    """Each item's cluster, named by the cluster's first key."""
    leader = embedded.keys.to_numpy()[clusters.leader]
    return pd.Series(leader[embedded.of(keys)], index=keys.index)
