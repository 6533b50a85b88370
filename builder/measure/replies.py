"""What a vision-language model says of an image when it is not told what was asked: the image view at its strongest.

Two prompts per image: one that asks for a guess and shows no question, and a question that was asked of *another*
image (which one follows from the image's key, so it says nothing about the item). Replies are embedded like any
text; `twokeys.builder.measure.baselines.vlm` reads answers off them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.audit.models.hosts import Hosts, hosts, is_address
from twokeys.audit.models.loading import REFERENCE, load, references
from twokeys.audit.models.model import Question, Responder
from twokeys.audit.wording import BLIND_PROMPT
from twokeys.builder.measure.encoders import text_encoder
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.room import needs_of, threads_for, weight
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256_of_weights

PICTURES_PER_SHARD, PER_BATCH = 256, 16


def identity(model: str | None) -> str:
    """A model and the state of its weights, as far as it can be told without loading it.

    Raises:
        BadInput: When the recipe names none.
    """
    if model is None:
        remedy = "add `encoders: {vision_language: NAME}`, or take out the baseline image.vlm"
        raise BadInput("recipe", "encoders.vision_language", "no vision-language model is named", "", remedy)
    folder = (
        references().get(model.removeprefix(REFERENCE), Path(model)) if model.startswith(REFERENCE) else Path(model)
    )
    return f"{model}@{sha256_of_weights(folder)[:16]}" if folder.is_dir() else model


def named_hosts(recipe: Recipe, allow_host: Sequence[str]) -> Hosts:
    """Hosts that the user named, before anything is read: a recipe's models must be served by these.

    Args:
        recipe: Names models.
        allow_host: Hosts, as `twokeys.audit.models.hosts.hosts` takes them.

    Raises:
        BadInput: When a model of the recipe is served by another host.
    """
    found = hosts(allow_host)
    encoders = recipe.encoders
    asked = [("encoders.vision_language", encoders.vision_language), ("encoders.language", encoders.language)]
    asked += [("encoders.panel", model) for model in encoders.panel]
    asked += [("pair.verify.models", model) for model in (recipe.pair.verify.models if recipe.pair.verify else [])]
    for field, model in asked:
        if model is not None and is_address(model):
            found.require(f"recipe {recipe.name}, {field}", model)
    return found


@dataclass(frozen=True, eq=False)
class ImageReplies(Parts):
    """What a vision-language model replied about images, by key: to no question, and to another image's."""

    def embedded(self, encoder: str, keys: pd.Index[str]) -> NDArray[np.float32]:
        """Embed both replies about some images, (n, 2 d)."""
        parts = [pq.read_table(part).to_pandas() for part in self.parts]
        replied = pd.concat(parts, ignore_index=True).set_index("key").loc[keys]
        texts = sorted({*replied["guess"], *replied["other"]})
        vectors = text_encoder(encoder).encode(texts)
        place = pd.Index(texts)
        return np.concatenate(
            [vectors[place.get_indexer(pd.Index(replied[name]))] for name in ("guess", "other")], axis=1
        )


@stage("replies", version=3)
def replies(space: Workspace, model: NamedModel, pictures: Pictures, questions: Sequence[str]) -> ImageReplies:
    """Ask a vision-language model about every image.

    Args:
        space: Where the work is done.
        model: Named as `twokeys evaluate --model` takes it.
        pictures: The images.
        questions: All questions of the corpus, sorted: each image is asked a question that is drawn from them.

    Raises:
        BadInput: When there is no such model.
    """
    hosts = space.run.hosts
    drawn = [
        questions[int(hashlib.sha256(f"asked {key}".encode()).hexdigest(), 16) % len(questions)]
        for key in pictures.keys
    ]
    shards = [
        (shard, drawn[number * PICTURES_PER_SHARD :][: len(shard)])
        for number, shard in enumerate(pictures.shards(PICTURES_PER_SHARD))
    ]
    needs = needs_of(weight(getattr(_loaded(model.name, hosts), "module", None)))
    space.parts(partial(_ask, model.name, hosts, needs), shards, needs)
    return ImageReplies()


@cache
def _loaded(model: str, hosts: Hosts) -> Responder:
    """Once per process."""
    return load(model, hosts=hosts)


def _ask(model: str, hosts: Hosts, needs: Needs, shard: tuple[Pictures, list[str]], path: Path) -> None:
    pictures, questions = shard
    responder, rest = _loaded(model, hosts), iter(questions)
    guess: list[str] = []
    other: list[str] = []
    for batch in pictures.batches(PER_BATCH):
        asked = [Question(image, next(rest)) for image in batch]
        with threads_for(needs):
            guess += responder.reply([Question(image, BLIND_PROMPT) for image in batch])
            other += responder.reply(asked)
    write_table(path, pa.table({"key": pictures.keys, "guess": guess, "other": other}))
