"""Minimality by embedding: a partner is near the item that it was made from in the view that changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.measure.embed import embed_pictures, embed_texts, load
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run


def dissimilar(run: Run, recipe: Recipe, items: pd.DataFrame, rows: pd.DataFrame, pictures: Pictures) -> pd.Series[Any]:
    """Say which edits lie too far from what they were made from.

    Args:
        run: The build under way.
        recipe: Names the encoders and the smallest similarity.
        items: Annotated items.
        rows: Edits as items, with `view` and `edit_of`.
        pictures: Images of both, constructed ones included.

    Returns:
        Reasons by the index of `rows`; None where an edit is near enough, or the recipe asks for no similarity.
    """
    least = recipe.pair.minimal.similarity
    if least is None:
        return pd.Series(None, index=rows.index, dtype=object)
    keys = pd.concat([items, rows])[["id", "question_key", "image_key", "question"]].set_index("id")
    texts = dict(zip(keys["question_key"], keys["question"], strict=True))
    questions = load(embed_texts(run, "embed-question", recipe.encoders.text, texts))
    seen = load(embed_pictures(run, recipe.encoders.image, pictures))
    before = keys.loc[rows["edit_of"]]
    reasons = pd.Series(None, index=rows.index, dtype=object)
    for view, vectors, column in (("question", questions, "question_key"), ("image", seen, "image_key")):
        at = np.flatnonzero((rows["view"] == view).to_numpy() & rows["image_key"].notna().to_numpy())
        new, old = (vectors.vectors[vectors.of(part[column].iloc[at])] for part in (rows, before))
        cosine = np.einsum("nd,nd->n", new, old)
        far = np.flatnonzero(cosine < least)
        reasons.iloc[at[far]] = [f"its {view} has the similarity {cosine[i]:.2f}, less than {least:.2f}" for i in far]
    return reasons
