"""All matrices that baselines and rules may read; each is made on demand, once for each content, and kept.

To add a matrix, write a class here and add it to `Representations.matrices`; a baseline names it in `reads`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.measure.baselines import Baseline, View
from twokeys.builder.measure.details import details
from twokeys.builder.measure.embed import IMAGE_DIMENSIONS, Embedded, Embeddings, embed_pictures, embed_texts
from twokeys.builder.measure.encoders import identity
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.feature_maps import CHANNELS, ENCODER, feature_maps
from twokeys.builder.measure.language.named import language_named, local_language_model
from twokeys.builder.measure.language.served import Prompted, ServedModel, way_of
from twokeys.builder.measure.language.stage import of_answers, of_cases, of_options
from twokeys.builder.measure.lexical import text_features
from twokeys.builder.measure.matrix import ContentMatrix, Contents, Matrix, Reads
from twokeys.builder.measure.metadata import of_pictures
from twokeys.builder.measure.plain_matrices import (
    IMAGE,
    PLAIN,
    TEXT,
    FieldMatrix,
    Floats,
    ImagePlaceMatrix,
    PlaceMatrix,
)
from twokeys.builder.measure.replies import identity as vision_language_identity
from twokeys.builder.measure.replies import replies
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput
from twokeys.core.item_images import ImageLists
from twokeys.core.items import canonical_json


@dataclass(frozen=True)
class Representations:
    """The inputs of matrices, and the matrices.

    Attributes:
        run: The current build.
        recipe: The recipe, which names the encoders.
        items: The item table.
        pictures: The images of the items.
        key: Key of the stage that items and images follow from.
    """

    run: Run
    recipe: Recipe
    items: pd.DataFrame
    pictures: Pictures
    key: str

    def reads(self, baselines: Mapping[str, Baseline]) -> Reads:
        """Return what some baselines, given by full name, read of these items."""
        wanted = {
            (name.partition(".")[0], matrix) for name, baseline in baselines.items() for matrix in baseline.matrices
        }
        made = [matrix for matrix in self.matrices if any((view, matrix.name) in wanted for view in matrix.views)]
        runs = any(baseline.language for baseline in baselines.values())
        name = self.recipe.encoders.language
        return Reads(made, local_language_model(name, "question.lora") if runs else None)

    @property
    def matrices(self) -> list[Matrix]:
        """All matrices; the numbers of each are made only if a baseline needs them."""
        of_items = [matrix(self.items, self.key) for matrix in (FieldMatrix, PlaceMatrix, ImagePlaceMatrix)]
        of_text = [*PLAIN, TextVectorMatrix(self), LikelihoodMatrix(self)]
        of_images = [ImageVectorMatrix(self), PixelMatrix(self), FileMatrix(self), DetailMatrix(self), MapMatrix(self)]
        return [*of_text, *of_items, *of_images, ReplyMatrix(self)]

    @property
    def text(self) -> NamedModel:
        """The recipe's text encoder."""
        return NamedModel(self.recipe.encoders.text, identity(self.recipe.encoders.text))

    @property
    def image(self) -> NamedModel:
        """The recipe's image encoder."""
        return NamedModel(self.recipe.encoders.image, identity(self.recipe.encoders.image))

    @property
    def language(self) -> NamedModel:
        """The recipe's language model."""
        return language_named(self.recipe.encoders.language, self.recipe.served.manner)

    @property
    def vision_language(self) -> NamedModel:
        """The recipe's vision-language model.

        Raises:
            BadInput: When the recipe names none.
        """
        name = self.recipe.encoders.vision_language
        return NamedModel(str(name), vision_language_identity(name))

    def images(self) -> Embeddings:
        """Embed every image."""
        return embed_pictures(self.run, self.image, self.pictures)

    def texts(self, view: View, texts: Mapping[str, str]) -> Embedded:
        """Embed texts of a view, given by key."""
        return embed_texts.named(f"embed-{view}")(self.run, self.text, dict(texts)).embedded()

    def embedded(self, view: View, items: pd.DataFrame) -> Embedded:
        """Return unit vectors of all contents of a view, by key.

        Raises:
            BadInput: When only the names of the images are available.
        """
        unique = items.drop_duplicates(f"{view}_key").set_index(f"{view}_key").sort_index()
        if view != "image":
            return self.texts(view, dict(unique["question"]))
        if not self.recipe.publishable:
            remedy = "add the images, or set `pair.partners: any`"
            raise BadInput("recipe", "pair.partners", "the images are known by name alone", "", remedy)
        shown = ImageLists.of(items, unique.index)
        return Embedded(unique.index, self.image_vectors(shown))

    def image_vectors(self, shown: ImageLists) -> Floats:
        """Return unit vectors of lists of images: the vectors of their images side by side."""
        every = self.images().embedded(IMAGE_DIMENSIONS)
        joined = shown.side_by_side(every.vectors[every.of(shown.images)])
        return joined if joined.shape[1] == every.vectors.shape[1] else unit(joined)

    def column(self, name: str, items: pd.DataFrame) -> pd.Series[Any]:
        """Return a vector column for rules, one of `COLUMNS`.

        Raises:
            BadInput: When no such column is available.
        """
        if name not in COLUMNS or (name == "image.embedding" and not self.recipe.publishable):
            allowed = ", ".join([*items.columns, *COLUMNS])
            remedy = "let the recipe measure it, or correct the rule's parameter"
            raise BadInput("recipe", "rules", f"a rule reads {name!r}, which nothing makes", allowed, remedy)
        if name == "question.lexical":
            texts = items["question"].drop_duplicates()
            rows = text_features(texts.tolist())[pd.Index(texts).get_indexer(pd.Index(items["question"]))]
        else:
            view: View = "image" if name.startswith("image") else "question"
            embedded = self.embedded(view, items)
            rows = embedded.vectors[embedded.of(items[f"{view}_key"])]
        return pd.Series(list(rows), index=items.index, dtype=object)

    def encoders_of(self, columns: set[str]) -> dict[str, NamedModel]:
        """Return the encoders of some columns for rules: what is encoded -> the encoder."""
        encoders = {"text": self.text} if "question.embedding" in columns else {}
        if "image.embedding" in columns and self.recipe.publishable:
            encoders["image"] = self.image
        return encoders


COLUMNS = ("question.embedding", "image.embedding", "question.lexical")
"""Vector columns that rules may read."""


@dataclass(frozen=True)
class TextVectorMatrix(ContentMatrix):
    """Unit vectors of texts."""

    represent: Representations
    name, views = "vectors", TEXT

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The text encoder."""
        return {"text": self.represent.text}

    def make(self, contents: Contents) -> Floats:
        """Embed context and text together."""
        texts = dict(zip(contents.keys, contents.joined, strict=True))
        embedded = self.represent.texts(contents.view, texts)
        return embedded.vectors[embedded.of(contents.keys)]


@dataclass(frozen=True)
class LikelihoodMatrix(ContentMatrix):
    """Log-likelihoods of candidates or options by a language model, after the question and after the empty question."""

    represent: Representations
    name, views = "likelihoods", TEXT

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The language model."""
        return {"language": self.represent.language}

    def make(self, contents: Contents) -> Floats:
        """Score the whole corpus at once, and take the requested part."""
        run, model, items = self.represent.run, self.represent.language, self.represent.items
        multiple = items["choices"].map(len) > 0
        context, text = contents.table["context"], contents.table["text"]
        if contents.candidates:
            named = items[~multiple]
            frequent = named["compared"].value_counts().index[: self.represent.recipe.measure.candidates]
            every = named["question"].unique()
            return of_answers(run, model, every, frequent, text.tolist(), contents.candidates)
        hidden = not context.any()
        if isinstance(model, ServedModel) and way_of(run, model).kind == "replies":
            pairs = zip(items["question"][multiple], items["choices"][multiple], strict=True)
            every_case = {Prompted("" if hidden else question, tuple(choices)) for question, choices in pairs}
            return of_cases(run, model, every_case, _cases(contents))
        options = [
            ("" if hidden else question, choice)
            for question, choices in zip(items["question"][multiple], items["choices"][multiple], strict=True)
            for choice in choices
        ]
        return of_options(run, model, options, list(zip(context, text, strict=True)))


def _cases(contents: Contents) -> list[tuple[Prompted, str]]:
    """Return each option with its question and all options of its item."""
    table = contents.table
    among = table.groupby("case")["text"].agg(tuple)
    return [
        (Prompted(context, among[case]), text)
        for context, text, case in zip(table["context"], table["text"], table["case"], strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _ImageMatrix(ContentMatrix):
    """A matrix that is made from image files; it is not available if only the names of images are."""

    represent: Representations
    views = IMAGE

    @property
    def key(self) -> str:
        """Key of everything that the numbers follow from, other images included, which decide principal components."""
        return canonical_json([super().key, self.represent.key])

    def make(self, contents: Contents) -> Floats | None:
        """Make one row for the images of each content."""
        shown = ImageLists.of(contents.items, contents.keys)
        return self.of_lists(shown) if self.represent.recipe.publishable else None

    def of_lists(self, shown: ImageLists) -> Floats:
        """Make one row for each list of images."""
        return shown.side_by_side(self.of_images(shown.images))

    @abstractmethod
    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Make one row for each image."""


class ImageVectorMatrix(_ImageMatrix):
    """Unit vectors of images, on their principal components."""

    name = "vectors"

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The image encoder."""
        return {"image": self.represent.image} if self.represent.recipe.publishable else {}

    def of_lists(self, shown: ImageLists) -> Floats:
        """Embed all images and put the vectors of each list side by side."""
        return self.represent.image_vectors(shown)

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Embed all images and take the requested ones."""
        embedded = self.represent.images().embedded(IMAGE_DIMENSIONS)
        return embedded.vectors[embedded.of(keys)]


class PixelMatrix(_ImageMatrix):
    """Small RGB images, 0..255."""

    name = "pixels"

    def of_lists(self, shown: ImageLists) -> Floats:
        """Put the thumbnails of each list into one square."""
        return shown.in_a_square(self.of_images(shown.images), 3)

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Take the thumbnails."""
        embeddings = self.represent.images()
        small = embeddings.thumbnails()[embeddings.embedded().of(keys)]
        return small.reshape(len(keys), -1).astype(np.float32)


class FileMatrix(_ImageMatrix):
    """Metadata of image files, by `twokeys.builder.measure.metadata`."""

    name, with_options = "metadata", True

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Read sizes and shapes."""
        return of_pictures(self.represent.pictures.table, keys)


class DetailMatrix(_ImageMatrix):
    """Corners, borders, frequencies and files of images, by `twokeys.builder.measure.details`."""

    name = "detail"

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Read the details of all images and take the requested ones."""
        return details(self.represent.run, self.represent.pictures).of(keys)


class MapMatrix(_ImageMatrix):
    """Feature maps, by `twokeys.builder.measure.feature_maps`."""

    name = "maps"

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The packaged image encoder."""
        return {"maps": NamedModel(ENCODER, identity(ENCODER))} if self.represent.recipe.publishable else {}

    def of_lists(self, shown: ImageLists) -> Any:
        """Put the maps of each list into one square."""
        return shown.in_a_square(self.of_images(shown.images), CHANNELS)

    def of_images(self, keys: pd.Index[str]) -> Any:
        """Encode all images and take the requested ones, (n, d) 16-bit floats."""
        encoder = NamedModel(ENCODER, identity(ENCODER))
        return feature_maps(self.represent.run, encoder, self.represent.pictures).of(keys)


class ReplyMatrix(_ImageMatrix):
    """Embedded replies of a vision-language model about an image, without the question."""

    name = "replies"

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The vision-language model, and the text encoder of its replies."""
        represent = self.represent
        if not represent.recipe.publishable:
            return {}
        return {"vision-language": represent.vision_language, "text": represent.text}

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Ask about all images and take the requested ones."""
        represent = self.represent
        questions = sorted(set(represent.items["question"]))
        made = replies(represent.run, represent.vision_language, represent.pictures, questions)
        return made.embedded(represent.text.name, keys)
