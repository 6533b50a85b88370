"""What baselines and rules read of contents beside their text: made on demand, once per content, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure import details, feature_maps
from twokeys.builder.measure.baselines import View
from twokeys.builder.measure.baselines.problem import Halves, Matrix
from twokeys.builder.measure.embed import IMAGE_DIMENSIONS, Embedded, embed_pictures, embed_texts, load, thumbnails
from twokeys.builder.measure.language.stage import of_answers, of_options
from twokeys.builder.measure.lexical import text_features
from twokeys.builder.measure.metadata import of_items, of_pictures
from twokeys.builder.measure.places import of_pictures as places_of_pictures
from twokeys.builder.measure.places import places
from twokeys.builder.measure.replies import embedded, replies
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run, Stage
from twokeys.core.errors import BadInput

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Representations:
    """Matrices of a recipe's contents.

    Attributes:
        run: The build under way.
        recipe: Names the encoders.
        items: The item table.
        pictures: The images of the items.
    """

    run: Run
    recipe: Recipe
    items: pd.DataFrame
    pictures: Pictures

    def __call__(
        self, matrix: Matrix, view: View, contents: pd.DataFrame, candidates: Sequence[str]
    ) -> Floats | Halves | None:
        """Make one matrix for the contents of a view, see `twokeys.builder.measure.stage.Represent`."""
        if view == "image":
            return self._of_pictures(matrix, contents.index)
        if matrix == "metadata":
            fields: Floats = of_items(self.items).loc[contents.index].to_numpy()
            return fields
        if matrix == "place":
            asked = self.items[self.items["id"].isin(set(contents.index))]  # other rows are not there to be counted
            return places(asked).loc[contents.index].to_numpy(dtype=np.float32)
        if matrix == "likelihoods":
            return self._likelihoods(contents, candidates)
        if matrix == "vectors":
            joined = (contents["context"] + " " + contents["text"]).str.strip()
            found = load(
                embed_texts(
                    self.run, f"embed-{view}", self.recipe.encoders.text, dict(zip(contents.index, joined, strict=True))
                )
            )
            return found.vectors[found.of(contents.index)]
        return None

    @property
    def language(self) -> str:
        """The recipe's language model."""
        return self.recipe.encoders.language

    def _likelihoods(self, contents: pd.DataFrame, candidates: Sequence[str]) -> Floats:
        """What the language model says of contents: all of the corpus is asked at once, and a part is read off that."""
        multiple = self.items["choices"].map(len) > 0
        if candidates:
            named = self.items[~multiple]
            frequent = named["compared"].value_counts().index[: self.recipe.measure.candidates]
            texts = contents["text"].tolist()
            return of_answers(self.run, self.language, named["question"].unique(), frequent, texts, candidates)
        hidden = not contents["context"].any()
        every = [
            ("" if hidden else question, choice)
            for question, choices in zip(self.items["question"][multiple], self.items["choices"][multiple], strict=True)
            for choice in choices
        ]
        return of_options(self.run, self.language, every, list(zip(contents["context"], contents["text"], strict=True)))

    def _of_pictures(self, matrix: Matrix, keys: pd.Index[str]) -> Floats | Halves | None:
        if matrix == "place":
            return places_of_pictures(self.items, keys)
        if not self.recipe.publishable:
            return None
        if matrix == "detail":
            made = details.details(self.run, self.pictures)
            return details.load(made, keys)
        if matrix == "metadata":
            return of_pictures(self.pictures.table, keys)
        if matrix == "maps":
            made = feature_maps.feature_maps(self.run, self.pictures)
            return feature_maps.load(made, keys)
        if matrix == "replies":
            model, questions = self.recipe.encoders.vision_language, self.items["question"].unique().tolist()
            made = replies(self.run, model, self.pictures, questions)
            return embedded(made, self.recipe.encoders.text, keys)
        found = load(self.images(), IMAGE_DIMENSIONS)
        if matrix == "vectors":
            return found.vectors[found.of(keys)]
        if matrix == "pixels":
            return thumbnails(self.images())[found.of(keys)].reshape(len(keys), -1).astype(np.float32)
        return None

    def images(self) -> Stage:
        """The stage that embeds every picture."""
        return embed_pictures(self.run, self.recipe.encoders.image, self.pictures)

    def vectors(self, view: View, items: pd.DataFrame) -> Embedded:
        """Unit vectors of all contents of a view, by key.

        Raises:
            BadInput: When pictures are known by name alone.
        """
        unique = items.drop_duplicates(f"{view}_key").set_index(f"{view}_key").sort_index()
        contents = pd.DataFrame({"context": "", "text": unique["question"]}, index=unique.index)
        found = self("vectors", view, contents, ())
        if found is None:
            remedy = "add the images, or set `pair.partners: any`"
            raise BadInput("recipe", "pair.partners", "the images are known by name alone", "", remedy)
        return Embedded(contents.index, np.asarray(found, dtype=np.float32))

    def column(self, name: str, items: pd.DataFrame) -> pd.Series[Any]:
        """A vector column for rules: `question.lexical`, `question.embedding` or `image.embedding`.

        Raises:
            BadInput: When there is no such column.
        """
        rows: Floats | Halves | None = None
        if name == "question.lexical":
            key = items["question"]
            texts = key.drop_duplicates()
            rows = text_features(texts.tolist())[pd.Index(texts).get_indexer(pd.Index(key))]
        elif name in ("question.embedding", "image.embedding"):
            view: View = "image" if name.startswith("image") else "question"
            unique = items.drop_duplicates(f"{view}_key").set_index(f"{view}_key")
            contents = pd.DataFrame({"context": "", "text": unique["question"]}, index=unique.index)
            found = self("vectors", view, contents, ())
            if found is not None:
                rows = found[contents.index.get_indexer(pd.Index(items[f"{view}_key"]))]
        if rows is None:
            known = ", ".join([*items.columns, "question.embedding", "image.embedding", "question.lexical"])
            remedy = "let the recipe measure it, or correct the rule's parameter"
            raise BadInput("recipe", "rules", f"a rule reads {name!r}, which nothing makes", known, remedy)
        return pd.Series(list(rows), index=items.index, dtype=object)
