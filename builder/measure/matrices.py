"""All matrices that baselines and rules may read, made on demand, once per content, and kept.

A new matrix is a class here and an entry of `Representations.matrices`; a baseline that reads it names it in `reads`.
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
    """What matrices are made from, and the matrices.

    Attributes:
        run: The build under way.
        recipe: Names the encoders.
        items: The item table.
        pictures: The images of the items.
        key: Key of what items and images follow from.
    """

    run: Run
    recipe: Recipe
    items: pd.DataFrame
    pictures: Pictures
    key: str

    def reads(self, baselines: Mapping[str, Baseline]) -> Reads:
        """What some baselines, given by full name, read of these items."""
        wanted = {
            (name.partition(".")[0], matrix) for name, baseline in baselines.items() for matrix in baseline.matrices
        }
        made = [matrix for matrix in self.matrices if any((view, matrix.name) in wanted for view in matrix.views)]
        runs = any(baseline.language for baseline in baselines.values())
        name = self.recipe.encoders.language
        return Reads(made, local_language_model(name, "question.lora") if runs else None)

    @property
    def matrices(self) -> list[Matrix]:
        """All matrices; each is made only when it is asked for."""
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
        """Every image, embedded."""
        return embed_pictures(self.run, self.image, self.pictures)

    def texts(self, view: View, texts: Mapping[str, str]) -> Embedded:
        """Texts of a view, given by key, embedded."""
        return embed_texts.named(f"embed-{view}")(self.run, self.text, dict(texts)).embedded()

    def embedded(self, view: View, items: pd.DataFrame) -> Embedded:
        """Unit vectors of all contents of a view, by key.

        Raises:
            BadInput: When the images are known by name alone.
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
        """Unit vectors of lists of images: those of their images side by side."""
        every = self.images().embedded(IMAGE_DIMENSIONS)
        found = shown.side_by_side(every.vectors[every.of(shown.images)])
        return found if found.shape[1] == every.vectors.shape[1] else unit(found)

    def column(self, name: str, items: pd.DataFrame) -> pd.Series[Any]:
        """A vector column for rules, one of `COLUMNS`.

        Raises:
            BadInput: When there is no such column.
        """
        if name not in COLUMNS or (name == "image.embedding" and not self.recipe.publishable):
            known = ", ".join([*items.columns, *COLUMNS])
            remedy = "let the recipe measure it, or correct the rule's parameter"
            raise BadInput("recipe", "rules", f"a rule reads {name!r}, which nothing makes", known, remedy)
        if name == "question.lexical":
            texts = items["question"].drop_duplicates()
            rows = text_features(texts.tolist())[pd.Index(texts).get_indexer(pd.Index(items["question"]))]
        else:
            view: View = "image" if name.startswith("image") else "question"
            found = self.embedded(view, items)
            rows = found.vectors[found.of(items[f"{view}_key"])]
        return pd.Series(list(rows), index=items.index, dtype=object)

    def encoders_of(self, columns: set[str]) -> dict[str, NamedModel]:
        """Encoders that make some columns for rules, by what they encode."""
        found = {"text": self.text} if "question.embedding" in columns else {}
        return found | ({"image": self.image} if "image.embedding" in columns and self.recipe.publishable else {})


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
        found = self.represent.texts(contents.view, texts)
        return found.vectors[found.of(contents.keys)]


@dataclass(frozen=True)
class LikelihoodMatrix(ContentMatrix):
    """Log-likelihoods of the candidates, or of options, by a language model: after the question and after none."""

    represent: Representations
    name, views = "likelihoods", TEXT

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The language model."""
        return {"language": self.represent.language}

    def make(self, contents: Contents) -> Floats:
        """Ask about all of the corpus at once, and read a part off that."""
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
            asked = zip(items["question"][multiple], items["choices"][multiple], strict=True)
            every_case = {Prompted("" if hidden else question, tuple(choices)) for question, choices in asked}
            return of_cases(run, model, every_case, _cases(contents))
        options = [
            ("" if hidden else question, choice)
            for question, choices in zip(items["question"][multiple], items["choices"][multiple], strict=True)
            for choice in choices
        ]
        return of_options(run, model, options, list(zip(context, text, strict=True)))


def _cases(contents: Contents) -> list[tuple[Prompted, str]]:
    """Each option with the question and the options that it stands among."""
    table = contents.table
    among = table.groupby("case")["text"].agg(tuple)
    return [
        (Prompted(context, among[case]), text)
        for context, text, case in zip(table["context"], table["text"], table["case"], strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _ImageMatrix(ContentMatrix):
    """A matrix that is made from image files; it cannot be had of images that are known by name alone."""

    represent: Representations
    views = IMAGE

    @property
    def key(self) -> str:
        """All that the numbers follow from: of vectors also the other images, on whose components they lie."""
        return canonical_json([super().key, self.represent.key])

    def make(self, contents: Contents) -> Floats | None:
        """Make it of the images of each content."""
        shown = ImageLists.of(contents.items, contents.keys)
        return self.of_lists(shown) if self.represent.recipe.publishable else None

    def of_lists(self, shown: ImageLists) -> Floats:
        """Make it, one row a list of images."""
        return shown.side_by_side(self.of_images(shown.images))

    @abstractmethod
    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Make it, one row an image."""


class ImageVectorMatrix(_ImageMatrix):
    """Unit vectors of images, on their principal components."""

    name = "vectors"

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The image encoder."""
        return {"image": self.represent.image} if self.represent.recipe.publishable else {}

    def of_lists(self, shown: ImageLists) -> Floats:
        """Embed all images and put those of each list side by side."""
        return self.represent.image_vectors(shown)

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Embed all images and take some."""
        found = self.represent.images().embedded(IMAGE_DIMENSIONS)
        return found.vectors[found.of(keys)]


class PixelMatrix(_ImageMatrix):
    """Small RGB images, 0..255."""

    name = "pixels"

    def of_lists(self, shown: ImageLists) -> Floats:
        """Put the thumbnails of each list into one square."""
        return shown.in_a_square(self.of_images(shown.images), 3)

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Take the thumbnails."""
        found = self.represent.images()
        small = found.thumbnails()[found.embedded().of(keys)]
        return small.reshape(len(keys), -1).astype(np.float32)


class FileMatrix(_ImageMatrix):
    """What image files say of themselves, by `twokeys.builder.measure.metadata`."""

    name, with_options = "metadata", True

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Read sizes and shapes."""
        return of_pictures(self.represent.pictures.table, keys)


class DetailMatrix(_ImageMatrix):
    """Corners, borders, frequencies and files of images, by `twokeys.builder.measure.details`."""

    name = "detail"

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Look at all images and take some."""
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
        """Encode all images and take some, (n, d) 16-bit floats."""
        return feature_maps(self.represent.run, NamedModel(ENCODER, identity(ENCODER)), self.represent.pictures).of(
            keys
        )


class ReplyMatrix(_ImageMatrix):
    """What a vision-language model says of an image when it is not told the question, embedded."""

    name = "replies"

    @property
    def encoders(self) -> dict[str, NamedModel]:
        """The vision-language model, and the text encoder of its replies."""
        represent = self.represent
        if not represent.recipe.publishable:
            return {}
        return {"vision-language": represent.vision_language, "text": represent.text}

    def of_images(self, keys: pd.Index[str]) -> Floats:
        """Ask about all images and take some."""
        represent = self.represent
        questions = sorted(set(represent.items["question"]))
        made = replies(represent.run, represent.vision_language, represent.pictures, questions)
        return made.embedded(represent.text.name, keys)
