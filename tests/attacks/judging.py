"""Judging a small set by the usual adversaries of the audited tier, in memory: what a certificate would say of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from tests.builder.audited.items import table
from twokeys.builder.certify.audited.evidence import weigh
from twokeys.builder.certify.audited.families import CERTIFY
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.verdict import Verdict, decide
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.metadata import of_items, of_pictures
from twokeys.builder.measure.stage import problems
from twokeys.builder.recipe import Measure
from twokeys.core.folds import fold_of
from twokeys.core.pictures.limits import Images

FOLDS, ALPHA = 3, 0.05
SLOW = {"convnet", "neighbours"}
"""Families that are left out: the first trains a network, the second wants an encoder."""


class Published:
    """What adversaries read of a set: its rows and, where there are any, its pictures' files by image key."""

    language = ""

    def __init__(self, items: pd.DataFrame, files: dict[str, bytes] | None = None) -> None:
        self._items, self._files = items, files

    def __call__(self, matrix: str, view: str, contents: pd.DataFrame, candidates: Sequence[str]) -> Any:
        if view != "image":
            return self._of_rows(matrix, contents.index)
        if matrix == "place":
            from twokeys.builder.measure.places import of_pictures as places_of_pictures

            return places_of_pictures(self._items, contents.index)
        if self._files is None:
            return None
        return self._of_files(matrix, contents.index, self._files)

    def _of_rows(self, matrix: str, ids: pd.Index) -> Any:
        if matrix == "place":
            from twokeys.builder.measure.places import places

            return places(self._items).loc[ids].to_numpy(dtype=np.float32)
        return of_items(self._items).loc[ids].to_numpy() if matrix == "metadata" else None

    def _of_files(self, matrix: str, keys: pd.Index, files: dict[str, bytes]) -> Any:
        if matrix == "detail":
            from twokeys.builder.measure.details import of_bytes

            return np.stack([of_bytes(files[key], key, Images()) for key in keys])
        pictures = [Image.open(io.BytesIO(files[key])).convert("RGB") for key in keys]
        if matrix == "pixels":
            return np.stack([np.asarray(one.resize((16, 16), Image.Resampling.BOX)).reshape(-1) for one in pictures])
        if matrix == "metadata":
            size = [(key, len(files[key]), *one.size, 1.0) for key, one in zip(keys, pictures, strict=True)]
            columns = ["image_key", "size", "width", "height", "contrast"]
            return of_pictures(pd.DataFrame(size, columns=columns), keys)
        return None


def items_of(questions: Sequence[str], answers: Sequence[str], choices: Any = None, ids: Any = None) -> pd.DataFrame:
    """An item table, every item on a picture of its own; ids count on unless they are given."""
    found = table(questions, answers, choices)
    numbers = [str(number) for number in (range(len(found)) if ids is None else ids)]
    return found.assign(source="toy", split="all", source_id=numbers, meta="{}", compared=found["answer"])


def verdict(view: str, items: pd.DataFrame, margin: float, files: dict[str, bytes] | None = None) -> Verdict:
    """What the usual adversaries of a view say of all items, fitted on the set in folds."""
    labels, everything = Labels.of(items), np.ones(len(items), dtype=bool)
    fold = fold_of(items["group"], FOLDS, 1)
    names = [name for name in CERTIFY if name.startswith(f"{view}.") and name.partition(".")[2] not in SLOW]
    chosen, settings = {name: baselines()[name] for name in names}, Measure(folds=FOLDS)
    made = problems(items, dict.fromkeys(VIEWS, fold), chosen, settings, Published(items, files))
    refits = Refits([(problem, able) for _, problem, able in made], labels, settings.max_answers)
    evidence = [
        weigh(one.right[one.applies], one.chance[one.applies], labels.group[one.applies], view=view,
              adversary=one.name, margin=margin, resamples=50)
        for one in refits.ask(names, labels.given, everything, fold, 1)
        if one.applies.any()
    ]  # fmt: skip
    return decide(view, evidence, margin, ALPHA)


def agreeing(rng: np.random.Generator, truth: np.ndarray, share: float) -> np.ndarray:
    """A bit per item that agrees with the truth in a share of them."""
    return np.where(rng.random(len(truth)) < share, truth, 1 - truth)
