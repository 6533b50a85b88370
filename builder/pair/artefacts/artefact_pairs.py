"""Which originals and edits are set against each other to look for artefacts, kind by kind."""

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
"""Pairs of each kind that are looked at, unless more are asked for."""
AT_ONCE = 32
ALPHA = 0.05
"""Level of the tests."""
Look = Callable[[str], Image.Image]
"""Gives a decoded picture by its key."""


@dataclass(frozen=True)
class Sides:
    """Pairs of one kind.

    Attributes:
        kind: The kind.
        column: `image_key` or `question`: what was edited.
        pairs: Columns `original`, `edited`, `group`.
        edited: Whatever edits of the kind show that is none of the corpus: all of it, not only what stands in `pairs`.
        shown: All items that show one of these or an original of theirs: `answer`, `group`, `edited`.
    """

    kind: str
    column: str
    pairs: pd.DataFrame
    edited: frozenset[str]
    shown: pd.DataFrame


def sides(items: pd.DataFrame, most: int = MOST, seed: int = 0, spare: pd.DataFrame | None = None) -> Iterator[Sides]:
    """Set edits against what they were made from; one edit per original, so that no picture counts twice.

    Retrieved partners are set against images of the corpus that have the same answer to the same question.

    Args:
        items: Annotated and constructed items, with `group`, `edit_of` and `edit_kind`.
        most: Pairs per kind at most.
        seed: Of which are looked at where there are more.
        spare: Candidates for retrieved partners that are not among the items: what is known of images of the corpus
            that nobody asked.
    """
    base = items.set_index("id")
    made = items[items["edit_of"].notna()]
    for kind, part in made.groupby("edit_kind", sort=True):
        before = base.loc[part["edit_of"]]
        column = "image_key" if (before["image_key"].to_numpy() != part["image_key"].to_numpy()).any() else "question"
        if column == "image_key":
            # An edit of an edited picture is set against the original too: the edited one is no original.
            before = base.loc[[_start(identity, base["edit_of"]) for identity in part["id"]]]
        pairs = pd.DataFrame(
            {
                "original": before[column].to_numpy(),
                "edited": part[column].to_numpy(),
                "group": before["group" if column == "image_key" else "question"].to_numpy(),
                "draw": [digest("artefacts", str(seed), identity) for identity in part["id"]],
            }
        )
        # An edit that stands in the corpus by itself is no edit to whoever reads it.
        known = set(items.loc[items["edit_of"].isna(), column])
        pairs = pairs[~pairs["edited"].isin(known)].sort_values("draw")
        edited = frozenset(pairs["edited"])
        shown = items[items[column].isin(edited | set(pairs["original"]))]
        shown = (
            shown[["compared", "group"]]
            .rename(columns={"compared": "answer"})
            .assign(edited=shown[column].isin(edited))
        )
        if is_retrieved(kind):
            pairs = _with_the_same_answer(part, pd.concat([items, *([] if spare is None else [spare])]), known, seed)
        once = ["original"] if column == "image_key" else ["original", "edited"]
        pairs = pairs.drop_duplicates(once).head(most).reset_index(drop=True)
        yield Sides(str(kind), column, pairs, edited, shown)


def _with_the_same_answer(part: pd.DataFrame, every: pd.DataFrame, known: set[str], seed: int) -> pd.DataFrame:
    """Set retrieved images against images of the corpus about which the same question has the same answer.

    Against the original that it stands in for, an image can be told by the answer itself: what is asked for is there or
    not. The answer about an image of the corpus may be annotated, or known as that of a candidate is: a corpus that
    asks a question with one answer alone has no annotated item with the other one, and just there a look of the pool
    would give all answers away. Each group of images stands on each side once.

    Args:
        part: Retrieved partners of one kind.
        every: Items and candidates.
        known: Images of the corpus.
        seed: Of which are set against each other.
    """
    annotated = every[every["image_key"].isin(known)]
    both = ["question_key", "compared"]
    sides = part[~part["image_key"].isin(known)].merge(annotated, on=both, suffixes=("", "_original"))
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


def judge(
    items: pd.DataFrame,
    balanced: pd.DataFrame,
    look: Look,
    images: ImageEncoder,
    texts: TextEncoder,
    margin: float = 0.05,
    most: int = MOST,
    seed: int = 0,
    spare: pd.DataFrame | None = None,
) -> list[Artefacts]:
    """Judge every kind of edit among some items; kinds of fewer than two groups say nothing and are left out.

    Args:
        items: As `sides`.
        balanced: Those of the largest balanced set of them.
        look: Gives pictures, constructed ones included.
        images: Encoder of pictures.
        texts: Encoder of questions.
        margin: See `twokeys.builder.pair.artefacts.artefacts.artefacts`.
        most: Pairs per kind at most.
        seed: Of sample, folds and classifiers.
        spare: As `sides`.
    """
    found = []
    for side in sides(items, most, seed, spare):
        if side.pairs["group"].nunique() < 2:
            continue
        contents = [
            _of_pictures(side.pairs[name].tolist(), look, images)
            if side.column == "image_key"
            else _of_questions(side.pairs[name].tolist(), texts)
            for name in ("original", "edited")
        ]
        groups = side.pairs["group"].tolist()
        cue = Cue(alone(side.shown, seed), _beside(side, balanced, seed))
        found.append(artefacts(side.kind, contents[0], contents[1], groups, cue, margin, ALPHA, seed))
    return found


def _beside(side: Sides, balanced: pd.DataFrame, seed: int) -> Help:
    other = "question" if side.column == "image_key" else "image_key"
    return beside(balanced, balanced[side.column].isin(side.edited).to_numpy(), other, ALPHA, seed)


def _of_pictures(keys: list[str], look: Look, encoder: ImageEncoder) -> dict[str, Contents]:
    vectors: list[NDArray[np.float32]] = []
    pixels: list[NDArray[np.float32]] = []
    for start in range(0, len(keys), AT_ONCE):
        pictures = [look(key) for key in keys[start : start + AT_ONCE]]
        vectors.append(encoder.encode(pictures))
        pixels.extend(pixel_statistics(picture) for picture in pictures)
    return {"vectors": np.concatenate(vectors), "pixels": np.stack(pixels)}


def _of_questions(questions: list[str], encoder: TextEncoder) -> dict[str, Contents]:
    return {"vectors": encoder.encode(questions), "words": questions}
