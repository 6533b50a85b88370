"""Pairs of originals and edits by kind, and how artefacts are searched for in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from twokeys.builder.measure.encoders.encoder import ImageEncoder, TextEncoder
from twokeys.builder.pair.artefacts.artefacts import Artefacts, Contents, artefacts
from twokeys.builder.pair.artefacts.cue import Cue, Help, alone, beside
from twokeys.builder.pair.artefacts.pixel_statistics import pixel_statistics
from twokeys.core.columns import is_retrieved
from twokeys.core.items import digest

MOST = 300
"""Default number of pairs of each kind."""
AT_ONCE = 32
ALPHA = 0.05
"""Level of the tests."""
Look = Callable[[str], Image.Image]
"""Decodes an image by its key."""


@dataclass(frozen=True)
class Sides:
    """Pairs of one kind.

    Attributes:
        kind: The kind.
        column: The edited view: `image_key` or `question`.
        pairs: Columns `original`, `edited`, `group`.
        edited: All edited contents of the kind that no corpus contains, including contents that are not in `pairs`.
        shown: All items that show edited contents or their originals: `answer`, `group`, `edited`.
    """

    kind: str
    column: str
    pairs: pd.DataFrame
    edited: frozenset[str]
    shown: pd.DataFrame


def sides(items: pd.DataFrame, most: int = MOST, seed: int = 0, spare: pd.DataFrame | None = None) -> Iterator[Sides]:
    """Pair edits with their originals, a single edit with each original, so that no image counts twice.

    Retrieved partners are paired with images of the corpus about which the same question has the same answer.

    Args:
        items: Annotated and constructed items, with `group`, `edit_of` and `edit_kind`.
        most: Largest number of pairs of each kind.
        seed: Seed of the draw if there are more pairs.
        spare: Candidates for retrieved partners that are not among the items: answers about images of the corpus to
            questions that the corpus does not ask about them.
    """
    base = items.set_index("id")
    made = items[items["edit_of"].notna()]
    for kind, part in made.groupby("edit_kind", sort=True):
        before = base.loc[part["edit_of"]]
        column = "image_key" if (before["image_key"].to_numpy() != part["image_key"].to_numpy()).any() else "question"
        if column == "image_key":
            # An edit of an edited image is paired with the original image, too.
            before = base.loc[[_start(identity, base["edit_of"]) for identity in part["id"]]]
        pairs = pd.DataFrame(
            {
                "original": before[column].to_numpy(),
                "edited": part[column].to_numpy(),
                "group": before["group" if column == "image_key" else "question"].to_numpy(),
                "draw": [digest("artefacts", str(seed), identity) for identity in part["id"]],
            }
        )
        # An edit whose contents are in the corpus cannot be recognised as an edit.
        of_corpus = set(items.loc[items["edit_of"].isna(), column])
        pairs = pairs[~pairs["edited"].isin(of_corpus)].sort_values("draw")
        edited = frozenset(pairs["edited"])
        shown = items[items[column].isin(edited | set(pairs["original"]))]
        shown = (
            shown[["compared", "group"]]
            .rename(columns={"compared": "answer"})
            .assign(edited=shown[column].isin(edited))
        )
        if is_retrieved(kind):
            pairs = _with_the_same_answer(
                part, pd.concat([items, *([] if spare is None else [spare])]), of_corpus, seed
            )
        once = ["original"] if column == "image_key" else ["original", "edited"]
        pairs = pairs.drop_duplicates(once).head(most).reset_index(drop=True)
        yield Sides(str(kind), column, pairs, edited, shown)


def _with_the_same_answer(part: pd.DataFrame, every: pd.DataFrame, of_corpus: set[str], seed: int) -> pd.DataFrame:
    """Pair retrieved images with images of the corpus about which the same question has the same answer.

    A classifier can distinguish a retrieved image from its original by the answer itself: the object of the question
    is present in only one of them. The answer about an image of the corpus is annotated, or is the answer of a
    candidate: if a question always has the same answer in a corpus, no annotated item has the other answer, and there a
    recognisable pool would give all answers away. Each group of images is on each side once.

    Args:
        part: Retrieved partners of one kind.
        every: Items and candidates.
        of_corpus: Images of the corpus.
        seed: Seed of the draw of pairs.
    """
    annotated = every[every["image_key"].isin(of_corpus)]
    both = ["question_key", "compared"]
    sides = part[~part["image_key"].isin(of_corpus)].merge(annotated, on=both, suffixes=("", "_original"))
    draw = [digest("artefacts", str(seed), *ids) for ids in zip(sides["id"], sides["id_original"], strict=True)]
    taken: set[str] = set()
    rows = []
    for place in np.argsort(draw).tolist():
        row = sides.iloc[place]
        here = {str(row["group"]), str(row["group_original"])}
        if not here & taken:
            taken |= here
            rows.append(row)
    return pd.DataFrame(
        [(row["image_key_original"], row["image_key"], row["group"], "") for row in rows],
        columns=["original", "edited", "group", "draw"],
    )


def _start(identity: str, edit_of: pd.Series[str]) -> str:
    """The annotated item that an edit, or an edit of an edit, was made from."""
    while isinstance(edit_of[identity], str):
        identity = edit_of[identity]
    return identity


@dataclass(frozen=True)
class ArtefactJudge:
    """Judges kinds of edits by pairs of originals and edits.

    Attributes:
        look: Decodes an image, constructed images included.
        images: Encoder of images.
        texts: Encoder of questions.
        margin: See `twokeys.builder.pair.artefacts.artefacts.artefacts`.
        most: Largest number of pairs of each kind.
        seed: Seed of sample, folds and classifiers.
    """

    look: Look
    images: ImageEncoder
    texts: TextEncoder
    margin: float = 0.05
    most: int = MOST
    seed: int = 0

    def judge(self, items: pd.DataFrame, balanced: pd.DataFrame, spare: pd.DataFrame | None = None) -> list[Artefacts]:
        """Judge every kind of edit among some items; kinds with fewer than two groups are omitted.

        Args:
            items: As for `sides`.
            balanced: The largest balanced set of these items.
            spare: As for `sides`.
        """
        pairs = (side for side in sides(items, self.most, self.seed, spare) if side.pairs["group"].nunique() > 1)
        return [self._artefacts(side, balanced) for side in pairs]

    def _artefacts(self, side: Sides, balanced: pd.DataFrame) -> Artefacts:
        original, edited = (self._contents(side, name) for name in ("original", "edited"))
        cue = Cue(alone(side.shown, self.seed), _beside(side, balanced, self.seed))
        groups = side.pairs["group"].tolist()
        return artefacts(side.kind, original, edited, groups, cue, self.margin, ALPHA, self.seed)

    def _contents(self, side: Sides, name: str) -> dict[str, Contents]:
        contents = side.pairs[name].tolist()
        return self._of_images(contents) if side.column == "image_key" else self._of_questions(contents)

    def _of_images(self, keys: list[str]) -> dict[str, Contents]:
        vectors: list[NDArray[np.float32]] = []
        pixels: list[NDArray[np.float32]] = []
        for start in range(0, len(keys), AT_ONCE):
            images = [self.look(key) for key in keys[start : start + AT_ONCE]]
            vectors.append(self.images.encode(images))
            pixels.extend(pixel_statistics(image) for image in images)
        return {"vectors": np.concatenate(vectors), "pixels": np.stack(pixels)}

    def _of_questions(self, questions: list[str]) -> dict[str, Contents]:
        return {"vectors": self.texts.encode(questions), "words": questions}


def _beside(side: Sides, balanced: pd.DataFrame, seed: int) -> Help:
    other = "question" if side.column == "image_key" else "image_key"
    return beside(balanced, balanced[side.column].isin(side.edited).to_numpy(), other, ALPHA, seed)
