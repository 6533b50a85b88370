"""Judging a small set by the usual adversaries of the audited tier, in memory: what a certificate would say of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from tests.builder.certify.audited.items import table
from twokeys.builder.certify.audited.evidence import Adversary, Scored, Standard, weigh
from twokeys.builder.certify.audited.families import CERTIFY
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.verdict import Verdict, decide
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.details import of_bytes
from twokeys.builder.measure.matrix import ContentMatrix, Contents, Reads
from twokeys.builder.measure.metadata import of_pictures
from twokeys.builder.measure.plain_matrices import PLAIN, FieldMatrix, ImagePlaceMatrix, PlaceMatrix
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Measure
from twokeys.core.folds import fold_of
from twokeys.core.pictures.limits import Images

FOLDS, ALPHA = 3, 0.05
SLOW = {"convnet", "neighbours"}
"""Families that are left out: the first trains a network, the second wants an encoder."""


class OfFiles(ContentMatrix):
    """What adversaries read of pictures' files, given by image key."""

    views = ("image",)

    def __init__(self, name: str, files: dict[str, bytes]) -> None:
        self.name, self._files = name, files

    def make(self, contents: Contents) -> np.ndarray:
        keys, files = contents.keys, self._files
        if self.name == "detail":
            return np.stack([of_bytes(files[key], key, Images()) for key in keys])
        pictures = [Image.open(io.BytesIO(files[key])).convert("RGB") for key in keys]
        if self.name == "pixels":
            return np.stack([np.asarray(one.resize((16, 16), Image.Resampling.BOX)).reshape(-1) for one in pictures])
        size = [(key, len(files[key]), *one.size, 1.0) for key, one in zip(keys, pictures, strict=True)]
        return of_pictures(pd.DataFrame(size, columns=["image_key", "size", "width", "height", "contrast"]), keys)


def published(items: pd.DataFrame, files: dict[str, bytes] | None = None) -> Reads:
    """What adversaries read of a set: its rows and, where there are any, its pictures' files by image key."""
    of_files = [OfFiles(name, files) for name in ("detail", "pixels", "metadata")] if files is not None else []
    return Reads([*PLAIN, FieldMatrix(items), PlaceMatrix(items), ImagePlaceMatrix(items), *of_files])


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
    made = problems(items, CrossFit(dict.fromkeys(VIEWS, fold), chosen, settings, published(items, files)))
    refits = Refits([(problem, able) for _, problem, able in made], labels, settings.max_answers)
    evidence = [
        weigh(
            Scored(one.right[one.applies], one.chance[one.applies], labels.group[one.applies]),
            Adversary(view, one.name),
            Standard(margin, resamples=50),
        )
        for one in refits.ask(names, labels.given, everything, fold, 1)
        if one.applies.any()
    ]
    return decide(view, evidence, margin, ALPHA)


def agreeing(rng: np.random.Generator, truth: np.ndarray, share: float) -> np.ndarray:
    """A bit per item that agrees with the truth in a share of them."""
    return np.where(rng.random(len(truth)) < share, truth, 1 - truth)
