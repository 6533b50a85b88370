"""Does a mask hide what it masks? The question is asked with the masked image, and the image is shown with no question.

Who sees the question alone is right at most as often as the question's most frequent answer (the ceiling), whatever it
has learned. A model that is right more often with a masked image has seen something through the mask: the mask leaks.
A leak below the ceiling does not show; so of several masks the one with the lowest rate is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.audit.evaluation.answering import Asked, answer, nothing_scored, question_of
from twokeys.audit.evaluation.drawing import donors, drawn
from twokeys.audit.games.backgrounds import IMAGE
from twokeys.audit.models.model import Masking, Model, Responder
from twokeys.audit.models.words import TEXT
from twokeys.audit.published import Published
from twokeys.core.intervals.means import Interval, mean_interval
from twokeys.core.progress import Say, note, silent

ITEMS = 200
RESPONDERS = ("mean-colour", "blur", "other-image")
"""Image masks of models that are shown images: an image that is masked as a whole leaves nothing to inpaint from."""


@dataclass(frozen=True)
class Leak:
    """What one mask lets through.

    Attributes:
        side: `image` or `text`: what is masked.
        mask: Its name.
        rate: How often the answer is still given.
        ceiling: How often a model that sees the other side alone can give it at most.
    """

    side: str
    mask: str
    rate: Interval
    ceiling: float

    @property
    def leaky(self) -> bool:
        """Whether the rate is beyond the ceiling, its whole interval."""
        return self.rate.low > self.ceiling


def measured(
    published: Published,
    model: Responder,
    limit: int = ITEMS,
    seed: int = 0,
    only: Masking | None = None,
    say: Say = silent,
) -> list[Leak]:
    """Try every mask, or those of one masking, on some items of a config and split.

    Args:
        published: The config and split.
        model: The model.
        limit: Items to try, drawn as whole groups.
        seed: Of the draw.
        only: The one masking to try.
        say: Told how many masks were tried.

    Returns:
        Image masks, then text masks, the least leaky first.

    Raises:
        BadInput: When the model can score no item at all.
    """
    images: tuple[str, ...] = IMAGE if isinstance(model, Model) else RESPONDERS
    texts: tuple[str, ...] = TEXT if isinstance(model, Model) else ()
    if only is not None:
        images, texts = (only.image,), (only.text,)
    tries = [("image", mask, Masking(image=mask), "question") for mask in images]
    tries += [("text", mask, Masking(text=mask), "image") for mask in texts]
    why: dict[int, str] = {}
    for rows, items in _drawn(published, limit, seed):
        found = []
        note(say, f"trying {len(tries)} masks on {len(items):,} items: {len(tries) * len(items):,} answers")
        for done, (side, mask, masking, left) in enumerate(tries):
            say("masks", done, len(tries))
            if mask == "other-image" and only is None and any(item.donor is None for item in items):
                continue  # all show one image
            answered, why = answer(model, items, masking, (left,))
            if len(answered):
                right = answered[f"right.{left}"].to_numpy(dtype=bool)
                found.append(leak(side, mask, published.table, rows[answered.index], right))
        if found:
            return sorted(found, key=lambda one: (one.side, one.rate.estimate))
    raise nothing_scored(published.folder, model, why)


def _drawn(published: Published, limit: int, seed: int) -> Iterator[tuple[NDArray[np.int64], list[Asked]]]:
    """Items to try, drawn as whole groups; then, as long as more are asked for, as many others."""
    table, seen = published.table, np.zeros(0, dtype=np.int64)
    while len(seen) < len(table):
        before, seen = seen, drawn(table, len(seen) + limit, seed)
        rows = np.setdiff1d(seen, before)
        other = donors(published.image_lists, rows)
        pictures = dict(published.pictures(np.unique([*rows, *other.values()])))
        items = []
        for row in rows.tolist():
            asked = question_of(table.iloc[row], pictures[row])
            donor = pictures.get(other.get(row, -1), (None,))[0]
            items.append(Asked(asked, str(table["answer"].iat[row]), donor))
        yield rows, items


def leak(side: str, mask: str, table: pd.DataFrame, rows: NDArray[np.int64], right: NDArray[np.bool_]) -> Leak:
    """What a mask lets through, counted.

    Args:
        side: `image` or `text`: what was masked.
        mask: Its name.
        table: All items of the config and split.
        rows: Places of the items that were tried.
        right: (rows,) whether the answer was given all the same.
    """
    seen = table["question_key" if side == "image" else "image_key"]
    share = table.groupby([seen, "compared"])["id"].transform("size") / table.groupby(seen)["id"].transform("size")
    most = share.groupby(seen).transform("max").to_numpy(dtype=np.float64)
    return Leak(side, mask, mean_interval(right, table["group"].to_numpy()[rows]), float(most[rows].mean()))


def least_leaky(found: Sequence[Leak]) -> Masking:
    """The masks with the lowest rates; of equal ones the first of the usual order."""
    usual = Masking()
    best = {
        side: min(own, key=lambda one: (one.rate.estimate, order.index(one.mask))).mask
        for side, order in (("image", IMAGE), ("text", TEXT))
        if (own := [one for one in found if one.side == side])
    }
    return Masking(best.get("image", usual.image), best.get("text", usual.text))
