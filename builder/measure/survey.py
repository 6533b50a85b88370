"""The survey: everything that is measured of a recipe's items before any item is dropped.

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
"""Number of images on which the near-duplicate threshold is calibrated."""
MOST_OF_ANY_IMAGE = 0.5
"""Largest share of a corpus in a group that shared images make: generous, since shared images leak for certain."""
ENCODED = ("text", "image", "language", "vision-language", "maps")
"""What encoders encode, in the order of manifests."""


@dataclass(frozen=True)
class Survey:
    """A recipe's items with their measurements.

    Attributes:
        items: Item table sorted by id, with `group`, `image_contrast`, `image_colour`, `image_cluster` and all
            measurements.
        pictures: Images of the items, with their facts.
        set_aside: Rows that could not be used, with the problem.
        sources: The corpora with their places.
        counts: Rows by source and split, from the reading stage.
        groups: Effect of each kind of link.
        encoders: What is encoded -> the encoder that was used.
        key: Key of the stage that items and measurements follow from.
        represent: Vectors and other matrices of the items' contents, on demand.
        pool: Further images, in which partners are searched and which are not measured; None if no generator needs any.
        panel: Answers of the recipe's panel of models without the images; None if the recipe names no panel.
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
        """The problem of each row that was set aside."""
        return [BadInput(**json.loads(problem)) for problem in self.set_aside["problem"]]


@dataclass(frozen=True, eq=False)
class Grouping(Result):
    """The groups of items.

    Attributes:
        table: `id` and `group` of every item, `image_cluster`, and `image_clusters` with a cluster for each image.
        kinds: Effect of each kind of link.
    """

    table: pd.DataFrame
    kinds: list[GroupKind]


def locate(recipe: Recipe, corpora: Path | None) -> list[Source]:
    """Find the corpora of a recipe, before any work.

    Args:
        recipe: The recipe, which names the corpora.
        corpora: Folder to which their paths are relative; the environment variable TWOKEYS_CORPORA if None.

    Raises:
        BadInput: When a corpus or a split is missing.
    """
    return [find(corpus, corpora_folder(corpora)) for corpus in recipe.corpora]


def survey(run: Run, recipe: Recipe, sources: list[Source], reading: Reading, pool: PoolImages | None = None) -> Survey:
    """Embed, group and measure the items that were read.

    Args:
        run: The current build.
        recipe: The recipe, which defines groups and baselines.
        sources: The corpora with their places.
        reading: The items that were read.
        pool: Further images, which are passed on without change.

    Raises:
        BadInput: When a corpus is bad, or too small for folds.
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
    """Map what is encoded to the identity of the encoder, as manifests state it."""
    return {kind: encoders[kind].key for kind in ENCODED if kind in encoders}


def _folds(items: pd.DataFrame, recipe: Recipe) -> np.ndarray[Any, np.dtype[np.int64]]:
    if items["group"].nunique() < 2:
        problem = f"all {len(items)} items are in one group, so that they cannot be split into folds"
        raise BadInput(recipe.name, None, problem, "", "add items, or take an entry out of `group_by`")
    return fold_of(items["group"], recipe.measure.folds, recipe.seed)


# -------------------------------------------------------------------------------------------------------- groups


Kinds = list[tuple[str, list[str]]]
"""Each corpus with the kinds of links between its items."""


def _kinds(recipe: Recipe) -> Kinds:
    """Return the kinds of links of each corpus; without image files there are no near-duplicates."""
    return [
        (corpus.name, [kind for kind in corpus.group_by if kind != "near_image" or corpus.images == "required"])
        for corpus in recipe.corpora
    ]


def _encoders(kinds: Kinds, represent: Representations) -> dict[str, NamedModel]:
    """Map what is encoded to the encoder, for the encoders that grouping uses."""
    every = {kind for _, of_corpus in kinds for kind in of_corpus}
    encoders = {"text": represent.text} if "paraphrase" in every else {}
    return encoders | ({"image": represent.image} if "near_image" in every else {})


@stage("groups", version=4)
def group_items(
    space: Workspace, represent: Representations, kinds: Kinds, folds: int, encoders: dict[str, NamedModel]
) -> Grouping:
    """Group items that must share a fold.

    Args:
        space: Where the work is done.
        represent: The items and their images.
        kinds: Kinds of links of each corpus.
        folds: Number of folds into which the groups must fit.
        encoders: What is encoded -> the encoder that decides which contents are near.
    """
    items = represent.items
    shown = images_of(items).explode()
    cluster = shown.copy()
    links: list[Links] = []
    for corpus, of_corpus in kinds:
        part = items[items["source"] == corpus]
        for kind in of_corpus:
            if kind == "near_image":
                clusters, keys = _near_images(shown.loc[part.index], represent, encoders["image"])
                cluster.loc[part.index] = keys
                links.append(Links(corpus, kind, keys, clusters.similarity, clusters.note))
            elif kind == "paraphrase":
                texts = part.drop_duplicates("question_key").set_index("question_key")["question"]
                embedded = represent.texts("question", dict(texts))
                clusters = paraphrases(embedded, texts, text_encoder(encoders["text"].name))
                leaders = _leaders(embedded, clusters, part["question_key"])
                links.append(Links(corpus, kind, leaders, clusters.similarity, clusters.note))
            elif kind == "links":
                links.append(Links(corpus, kind, part["links"].explode().dropna()))
            else:
                links.append(Links(corpus, kind, part[f"{kind}_key"]))
                if kind == "image" and several(part).any():
                    links.append(Links(corpus, "any image", shown.loc[part.index], most=MOST_OF_ANY_IMAGE))
    links += _between(items, shown, [corpus for corpus, of_corpus in kinds if "image" in of_corpus])
    names, reports = group(items, links, folds)
    lists = ByItem.of(cluster.index).lists(cluster)
    table = {"id": items["id"], "group": names, "image_cluster": lists.map(image_key), "image_clusters": lists}
    return Grouping(pd.DataFrame(table), reports)


def _between(items: pd.DataFrame, shown: pd.Series[str], corpora: list[str]) -> list[Links]:
    """Return links between items of different corpora that share an image, if there are any."""
    if len(corpora) < 2:
        return []
    source = items["source"].loc[shown.index].to_numpy()
    linked = np.isin(source, corpora)
    part = shown[linked]
    if not (pd.Series(source[linked]).groupby(part.to_numpy()).nunique() > 1).any():
        return []
    return [Links(EVERY, "any image", part, most=MOST_OF_ANY_IMAGE)]


def _near_images(
    shown: pd.Series[str], represent: Representations, encoder: NamedModel
) -> tuple[Clusters, pd.Series[str]]:
    """Cluster the near-duplicate images of one corpus.

    Args:
        shown: Keys of the images of the corpus's items, a row for each image of an item.
        represent: The items and their images.
        encoder: The encoder that decides which images are near.
    """
    made = represent.images()
    whole, small = made.embedded(), made.thumbnails()
    keys = np.unique(shown)
    rows = whole.of(pd.Series(keys))
    sample = keys[spread(len(keys), CALIBRATION)]
    decoded = [represent.pictures.decode(str(key)) for key in sample]
    embedded = Embedded(pd.Index(keys), whole.vectors[rows])
    clusters = near_images(embedded, small[rows], decoded, image_encoder(encoder.name))
    return clusters, _leaders(embedded, clusters, shown)


def _leaders(embedded: Embedded, clusters: Clusters, keys: pd.Series[str]) -> pd.Series[str]:
    """Return the cluster of each item, named by the cluster's first key."""
    leader = embedded.keys.to_numpy()[clusters.leader]
    return pd.Series(leader[embedded.of(keys)], index=keys.index)
