"""The generator for NLVR: for every item a second picture and a second statement, and all four answers known.

One item is one corner of a quad. The picture is changed so that the statement's truth flips, the statement so that its
truth flips on both pictures; the two questions by two pictures then have the answers a b / b a, and every vertex that
the edits add is balanced from the start.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, ReadImage, rng
from twokeys.builder.pair.generators.nlvr.changes import Change, changes
from twokeys.builder.pair.generators.nlvr.drawing import Pixels, Stencils, as_drawn, frames, kind, pixels_of, png
from twokeys.builder.pair.generators.nlvr.scene import Scene, write_scene
from twokeys.builder.pair.generators.nlvr.trust import FALSE, TRUE, Trust, scene_of
from twokeys.builder.pair.generators.nlvr.wording import NEGATION, Reworded, rewordings
from twokeys.core.items import canonical_json

CUT_FROM = 2000
"""Pictures that stencils are cut from."""
TRIED = 60
"""Changed scenes that are tried as the second picture."""
SECOND = 40
"""Changes after which a second one is tried, where one alone does not do."""


@dataclass(frozen=True)
class NlvrQuads:
    """Quads for NLVR; see the module.

    Attributes:
        depth: Most things that may be changed in a picture, 1 or 2.
    """

    name: ClassVar[str] = "nlvr-quads"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ("nlvr",)
    needs: ClassVar[tuple[str, ...]] = ("pictures", "study")

    depth: int = 2

    def study(self, items: pd.DataFrame, picture: ReadImage) -> NlvrScholar:
        """Learn from all items of the corpus which statements are understood and what its shapes look like."""
        return NlvrScholar(self, Trust.learn(items), Stencils.cut(_drawn(items, picture)))

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield the edits of items that are a whole corpus by themselves."""
        return self.study(items, picture).edits(items, picture, seed)


def _drawn(items: pd.DataFrame, picture: ReadImage) -> Iterator[tuple[Scene, Pixels]]:
    one_each = items.drop_duplicates("image_key").sort_values("image_key").head(CUT_FROM)
    for key, meta in zip(one_each["image_key"], one_each["meta"], strict=True):
        scene = scene_of(meta)
        if scene is not None:
            pixels = pixels_of(picture(key))
            order = as_drawn(scene, pixels)
            if order is not None:
                yield order, pixels


@dataclass(frozen=True)
class _Corner:
    """The corner that is given: an item whose picture, scene, statement and answer agree."""

    id: str
    statement: str
    answer: str
    meta: dict[str, Any]
    scene: Scene
    pixels: Pixels


@dataclass(frozen=True)
class NlvrScholar:
    """`NlvrQuads` after it has studied a corpus.

    Attributes:
        quads: Its parameters.
        trust: Which statements are understood.
        stencils: The corpus's shapes.
    """

    quads: NlvrQuads
    trust: Trust
    stencils: Stencils

    name: ClassVar[str] = NlvrQuads.name
    version: ClassVar[int] = NlvrQuads.version
    view: ClassVar[EditView] = NlvrQuads.view
    formats: ClassVar[tuple[str, ...]] = NlvrQuads.formats
    needs: ClassVar[tuple[str, ...]] = NlvrQuads.needs

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield three edits for each item that a quad can be made of: picture, statement, and both."""
        for row in items.to_dict("records"):
            corner = self._corner(row, picture)
            if corner is not None:
                yield from self._quad(corner, rng(seed, self.name, corner.id))

    def _corner(self, row: dict[Any, Any], picture: ReadImage) -> _Corner | None:
        scene = scene_of(row["meta"])
        if scene is None or self.trust.truth(row["question"], scene) != (row["answer"] == TRUE):
            return None
        pixels = pixels_of(picture(row["image_key"]))
        order = as_drawn(scene, pixels)
        if order is None or not self.stencils.redraws(order, pixels):
            return None
        return _Corner(row["id"], row["question"], row["answer"], json.loads(row["meta"]), order, pixels)

    def _quad(self, corner: _Corner, random: np.random.Generator) -> Iterator[Edit]:
        second = self._second(corner, random)
        if second is None:
            return
        change, words = second
        other = FALSE if corner.answer == TRUE else TRUE
        image = Edit(
            kind=f"nlvr.{change.kind}",
            of=corner.id,
            view="image",
            answer=other,
            answer_source="constructed",
            note=f"{change.note}; the statement is then {other}",
            picture=png(self.stencils.change(corner.pixels, corner.scene, change.scene)),
            boxes=frames(corner.scene, change.scene),
            meta=canonical_json({"structured_rep": write_scene(change.scene)}),
        )
        yield image
        for of, answer in ((corner.id, other), (image.id, corner.answer)):
            yield Edit(
                kind=f"nlvr.{words.kind}",
                of=of,
                view="question",
                answer=answer,
                answer_source="constructed",
                note=f"{words.note}; of this picture's scene that is {answer}",
                question=words.text,
                words=(words.span,),
            )

    def _second(self, corner: _Corner, random: np.random.Generator) -> tuple[Change, Reworded] | None:
        """A changed scene and a reworded statement that close the quad: as few changes as possible, contraries last."""
        truth = corner.answer == TRUE
        wordings = list(rewordings(corner.statement))
        random.shuffle(wordings)
        wordings = [w for w in wordings if self._says(w, corner, corner.scene) == (not truth)]
        level = [Change("", "", corner.scene)]
        for _ in range(self.quads.depth):
            level = self._deeper(level, random)
            flipped = [c for c in level if self.trust.truth(corner.statement, c.scene) == (not truth)][:TRIED]
            for contrary in (False, True):
                for change, words in itertools.product(flipped, wordings):
                    right_kind = (words.kind == NEGATION) == contrary
                    if right_kind and self._says(words, corner, change.scene) == truth:
                        return change, words
        return None

    def _says(self, words: Reworded, corner: _Corner, scene: Scene) -> bool | None:
        return self.trust.truth(words.text, scene, as_in=corner.statement)

    def _deeper(self, level: list[Change], random: np.random.Generator) -> list[Change]:
        """All drawable scenes one change further, in an order in which every kind of change has an equal chance."""
        found = [
            Change(_both(before.kind, after.kind), _both(before.note, after.note), after.scene)
            for before in level[:SECOND]
            for after in changes(before.scene, random)
            if {kind(thing) for box in after.scene for thing in box} <= self.stencils.kinds
        ]
        by_kind: dict[str, list[Change]] = {}
        for at in random.permutation(len(found)):
            by_kind.setdefault(found[at].kind, []).append(found[at])
        turns = itertools.zip_longest(*(by_kind[name] for name in random.permutation(sorted(by_kind))))
        return [change for turn in turns for change in turn if change is not None]


def _both(before: str, after: str) -> str:
    if not before:
        return after
    return before if before == after else f"{before}, {after}" if " " in before else f"{before}+{after}"
