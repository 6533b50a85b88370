"""The survey: everything that is known of a recipe's items before anything is dropped.

    items -> embed -> groups -> measure

`diagnose` stops here and reports; `build` goes on to filter, balance and publish.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.measure.agreement import with_agreement
from twokeys.builder.measure.baselines import VIEWS, chosen
from twokeys.builder.measure.blindness import marked
from twokeys.builder.measure.categories import check_names, check_parts
from twokeys.builder.measure.embed import Embedded
from twokeys.builder.measure.encoders import image_encoder, text_encoder
from twokeys.builder.measure.groups import EVERY, Links, group
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.near_duplicates import Clusters, near_images, paraphrases
from twokeys.builder.measure.panel import ask_panel, columns, named_models, panel
from twokeys.builder.measure.stage import CrossFit, measure
from twokeys.builder.measure.unseen import measure_unseen
from twokeys.builder.read.corpora.reader import corpora_folder
from twokeys.builder.read.item_images import image_looks
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.read.pool import PoolImages
from twokeys.builder.read.source import Source, find
from twokeys.builder.read.stage import BadRows, Reading
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import KeyedTable, NamedModel
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.errors import BadInput
from twokeys.core.folds import fold_of
from twokeys.core.item_images import ByItem, images_of, several
from twokeys.core.items import digest, image_key
from twokeys.core.measured import UNSEEN
from twokeys.core.spread import spread
from twokeys.data_cards.manifest import GroupKind
from twokeys.data_cards.panel import Panel

CALIBRATION = 48
"""Images on which the near-duplicate threshold is calibrated."""
MOST_OF_ANY_IMAGE = 0.5
"""Largest share of a corpus that items which share images may make: they surely leak, other links may."""
ENCODED = ("text", "image", "language", "vision-language", "maps")
"""What encoders encode, in the order of manifests."""


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
        key: Key of the stage that items and measurements follow from.
        represent: Vectors and other matrices of the items' contents, on demand.
        pool: Further images among which partners are found, which nothing measures; None if no generator needs them.
        panel: What the recipe's panel of models answers without the images; None if it names none.
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
    pool: PoolImages | None = None
    panel: Panel | None = None

    @property
    def aside(self) -> list[BadInput]:
        """Why each row that was set aside cannot be used."""
        return [BadInput(**json.loads(problem)) for problem in self.set_aside["problem"]]


@dataclass(frozen=True, eq=False)
class Grouping(Result):
    """Which items belong together.

    Attributes:
        table: `id` and `group` of every item, `image_cluster` and, of each of its images, `image_clusters`.
        kinds: What each kind of link did.
    """

    table: pd.DataFrame
    kinds: list[GroupKind]


def locate(recipe: Recipe, corpora: Path | None) -> list[Source]:
    """Find the corpora of a recipe, before any work.

    Args:
        recipe: Names them.
        corpora: Folder that their paths are relative to; the environment variable TWOKEYS_CORPORA when None.

    Raises:
        BadInput: When a corpus or a split is missing.
    """
    return [find(corpus, corpora_folder(corpora)) for corpus in recipe.corpora]


def survey(run: Run, recipe: Recipe, sources: list[Source], reading: Reading, pool: PoolImages | None = None) -> Survey:
    """Embed, group and measure what was read.

    Args:
        run: The build under way.
        recipe: Says what makes items belong together, and which baselines run.
        sources: The corpora as found.
        reading: What was read of them.
        pool: Further images, handed on as they are.

    Raises:
        BadInput: When a corpus is bad, or too small to be folded.
    """
    baselines = chosen(recipe.measure.baselines)
    items = reading.items
    if not len(items):
        if problems := [json.loads(problem) for problem in reading.set_aside["problem"]]:
            raise BadRows(problems, aside=True)
        problem = "the corpora hold no rows"
        raise BadInput(recipe.name, None, problem, "two groups of items or more", "name files that hold some")
    check_names(items, recipe.categories, recipe.name)
    check_parts(items, recipe.balance.categories, recipe.name)
    roots = {source.corpus.name: source.root for source in sources}
    pictures = Pictures(reading.pictures, roots, recipe.images)
    for name, looks in image_looks(items, pictures).items():
        items[name] = looks
    represent = Representations(run, recipe, items, pictures, reading.key)
    kinds = _kinds(recipe)
    grouping = _encoders(kinds, represent)
    groups = group_items(run, represent, kinds, recipe.measure.folds, grouping)
    for name in ("group", "image_cluster", "image_clusters"):
        items[name] = groups.table[name]
    reads = represent.reads(baselines)
    how = CrossFit(dict.fromkeys(VIEWS, _folds(items, recipe)), baselines, recipe.measure, reads)
    keyed = KeyedTable(items, groups.key)
    measured = measure(run, keyed, how, recipe.seed)
    unseen = measure_unseen(run, "measure-unseen", keyed, recipe, baselines, represent)
    models = named_models(recipe.encoders.panel, recipe.served.manner)
    answers, panel_key = ask_panel(run, models, KeyedTable(items, reading.key), recipe.measure.candidates)
    table = measured.table.merge(columns(items, answers), on="id", validate="one_to_one")
    if unseen is not None:
        table = table.merge(marked(unseen.table, UNSEEN), on="id", validate="one_to_one")
    keys = {name: model.key for name, model in models.items()}
    followed = [measured.key, *([unseen.key] if unseen else []), *([panel_key] if panel_key else [])]
    return Survey(
        items=with_agreement(items.merge(table, on="id", validate="one_to_one")),
        pictures=pictures,
        set_aside=reading.set_aside,
        sources=sources,
        counts=reading.counts,
        groups=groups.kinds,
        encoders=named(grouping | reads.encoders) | ({"panel": "; ".join(keys.values())} if keys else {}),
        key=digest("measured", *followed) if len(followed) > 1 else measured.key,
        represent=represent,
        pool=pool,
        panel=panel(items, answers, keys, recipe.measure.confidence) if keys else None,
    )


def named(encoders: dict[str, NamedModel]) -> dict[str, str]:
    """What identifies encoders, by what they encode, as manifests state it."""
    return {kind: encoders[kind].key for kind in ENCODED if kind in encoders}


def _folds(items: pd.DataFrame, recipe: Recipe) -> np.ndarray[Any, np.dtype[np.int64]]:
    if items["group"].nunique() < 2:
        problem = f"all {len(items)} items are in one group, so that they cannot be split into folds"
        raise BadInput(recipe.name, None, problem, "", "add items, or take an entry out of `group_by`")
    return fold_of(items["group"], recipe.measure.folds, recipe.seed)


# -------------------------------------------------------------------------------------------------------- groups


Kinds = list[tuple[str, list[str]]]
"""Each corpus with what makes its items belong together."""


def _kinds(recipe: Recipe) -> Kinds:
    """What makes items belong together; images that are known by name alone are near none."""
    return [
        (corpus.name, [kind for kind in corpus.group_by if kind != "near_image" or corpus.images == "required"])
        for corpus in recipe.corpora
    ]


def _encoders(kinds: Kinds, represent: Representations) -> dict[str, NamedModel]:
    """Encoders that grouping uses, by what they encode."""
    every = {kind for _, of_corpus in kinds for kind in of_corpus}
    found = {"text": represent.text} if "paraphrase" in every else {}
    return found | ({"image": represent.image} if "near_image" in every else {})


@stage("groups", version=4)
def group_items(
    space: Workspace, represent: Representations, kinds: Kinds, folds: int, encoders: dict[str, NamedModel]
) -> Grouping:
    """Group items that must share a fold.

    Args:
        space: Where the work is done.
        represent: The items and their images.
        kinds: What makes items of each corpus belong together.
        folds: Number of folds into which the groups must fit.
        encoders: Encoders that tell what is near, by what they encode.
    """
    items = represent.items
    shown = images_of(items).explode()
    cluster = shown.copy()
    links: list[Links] = []
    for corpus, of_corpus in kinds:
        part = items[items["source"] == corpus]
        for kind in of_corpus:
            if kind == "near_image":
                found, keys = _near_images(shown.loc[part.index], represent, encoders["image"])
                cluster.loc[part.index] = keys
                links.append(Links(corpus, kind, keys, found.similarity, found.note))
            elif kind == "paraphrase":
                texts = part.drop_duplicates("question_key").set_index("question_key")["question"]
                embedded = represent.texts("question", dict(texts))
                found = paraphrases(embedded, texts, text_encoder(encoders["text"].name))
                leaders = _leaders(embedded, found, part["question_key"])
                links.append(Links(corpus, kind, leaders, found.similarity, found.note))
            elif kind == "links":
                links.append(Links(corpus, kind, part["links"].explode().dropna()))
            else:
                links.append(Links(corpus, kind, part[f"{kind}_key"]))
                if kind == "image" and several(part).any():
                    links.append(Links(corpus, "any image", shown.loc[part.index], most=MOST_OF_ANY_IMAGE))
    links += _between(items, shown, [corpus for corpus, of_corpus in kinds if "image" in of_corpus])
    names, reports = group(items, links, folds)
    clusters = ByItem.of(cluster.index).lists(cluster)
    table = {"id": items["id"], "group": names, "image_cluster": clusters.map(image_key), "image_clusters": clusters}
    return Grouping(pd.DataFrame(table), reports)


def _between(items: pd.DataFrame, shown: pd.Series[str], corpora: list[str]) -> list[Links]:
    """Links between items of several corpora that share an image, if there are such."""
    if len(corpora) < 2:
        return []
    source = items["source"].loc[shown.index].to_numpy()
    asked = np.isin(source, corpora)
    part = shown[asked]
    if not (pd.Series(source[asked]).groupby(part.to_numpy()).nunique() > 1).any():
        return []
    return [Links(EVERY, "any image", part, most=MOST_OF_ANY_IMAGE)]


def _near_images(
    shown: pd.Series[str], represent: Representations, encoder: NamedModel
) -> tuple[Clusters, pd.Series[str]]:
    """Cluster the near-duplicate images of one corpus.

    Args:
        shown: Keys of the images of its items, a row for each image of an item.
        represent: The items and their images.
        encoder: Tells what is near.
    """
    made = represent.images()
    whole, small = made.embedded(), made.thumbnails()
    keys = np.unique(shown)
    rows = whole.of(pd.Series(keys))
    sample = keys[spread(len(keys), CALIBRATION)]
    decoded = [represent.pictures.decode(str(key)) for key in sample]
    own = Embedded(pd.Index(keys), whole.vectors[rows])
    found = near_images(own, small[rows], decoded, image_encoder(encoder.name))
    return found, _leaders(own, found, shown)


def _leaders(embedded: Embedded, clusters: Clusters, keys: pd.Series[str]) -> pd.Series[str]:
    """Each item's cluster, named by the cluster's first key."""
    leader = embedded.keys.to_numpy()[clusters.leader]
    return pd.Series(leader[embedded.of(keys)], index=keys.index)
