"""The editor: chooses what to do for each question of a picture, paints it, checks it, and yields the edits.

With `both_sides` an item's edits are a quad of two edited pictures. Two questions a and b, answered alike on the
original, are each flipped in one of the pictures, by the same operation:

    picture A (edited for a):   a flipped   b kept
    picture B (edited for b):   a kept      b flipped

so that a trace of editing is in both and says nothing. Where no second question can be flipped, picture B shows the
same operation done elsewhere, and a alone is asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from twokeys.builder.pair.edit import Edit, EditView, ReadImage, rng
from twokeys.builder.pair.examine import spans_of_change
from twokeys.builder.pair.generators.photos.asking import Asked
from twokeys.builder.pair.generators.photos.detector import detector
from twokeys.builder.pair.generators.photos.donors import Donor
from twokeys.builder.pair.generators.photos.plans import Plan, Scene, pastes, removals, repaints
from twokeys.builder.pair.generators.photos.removal import inpainting
from twokeys.builder.pair.generators.photos.settings import Settings
from twokeys.builder.pair.generators.photos.things import Known, boxes_of, published
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels, pixels_of, write
from twokeys.core.items import canonical_json

GONE = 0.3
"""Score at which a detector still finds what was to be removed."""


@dataclass(frozen=True)
class Question:
    """An annotated item, as far as it is needed beside another one about the same picture."""

    id: str
    text: str
    asked: Asked
    answer: str


@dataclass(frozen=True)
class PhotoEditor:
    """`PhotoEdits` after it has studied the corpus.

    Attributes:
        settings: What the recipe says.
        known: Image key -> what the picture shows.
        questions: Image key -> the questions about it that are understood, by id.
        donors: Label -> things to paste.
        declined: Image key -> why a picture is left alone whatever is asked about it.
    """

    name: ClassVar[str] = "photo-edits"
    version: ClassVar[int] = 4
    view: ClassVar[EditView] = "image"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("pictures",)

    settings: Settings
    known: Mapping[str, Known]
    questions: Mapping[str, tuple[Question, ...]]
    donors: Mapping[str, tuple[Donor, ...]]
    declined: Mapping[str, str] = field(default_factory=dict)

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        """Yield the edits of each item whose question is understood and whose answer the known things give."""
        wanted = set(items["id"])
        for key in items["image_key"].unique():
            mine = [question for question in self.questions.get(key, ()) if question.id in wanted]
            if not mine:
                continue
            data = picture(key)
            pixels = pixels_of(data, key, self.settings.images)
            scene = Scene(pixels, self.known[key], self.settings.area, self.settings.cut)
            for question in mine:
                work = _Work(self, key, data, scene, question, rng(seed, self.name, question.id))
                yield from work.counted()


@dataclass(frozen=True)
class _Work:
    """What is done for one question."""

    editor: PhotoEditor
    key: str
    data: bytes
    scene: Scene
    question: Question
    random: np.random.Generator

    @property
    def source(self) -> str:
        return "constructed" if self.scene.known.annotated else "expected"

    def counted(self) -> Iterator[Edit]:
        """Edits that change how many there are; one change per question, the first that works."""
        question, counts = self.question, self.scene.known.counts
        if question.asked.answer(counts) != question.answer:
            return  # the answer and what is known of the picture disagree, or there is no saying
        for operation in self.editor.settings.operations:
            for plan in self._plans(operation, question):
                painted = self._painted(plan, question)
                if painted is None:
                    continue
                if not self.editor.settings.both_sides:
                    yield self._image(
                        plan.kind, question.id, question.asked.answer(counts | plan.after), plan.note, *painted
                    )
                    return
                pair = self._pair(plan, painted)
                if pair is not None:
                    yield from pair
                    return

    def _plans(self, operation: str, question: Question) -> Iterator[Plan]:
        """Plans of one operation that flip a question's answer."""
        label, counts, settings = question.asked.label, self.scene.known.counts, self.editor.settings
        plans: Iterator[Plan] = iter(())
        if operation == "remove":
            plans = removals(self.scene, label, question.asked.what == "count", inpainting(settings.inpainting))
        elif operation == "paste":
            plans = pastes(self.scene, self._given(label), self.random)
        return (plan for plan in plans if question.asked.answer(counts | plan.after) not in (None, question.answer))

    def _given(self, label: str) -> tuple[Donor, ...]:
        donors = [donor for donor in self.editor.donors.get(label, ()) if donor.image_key != self.key]
        return tuple(donors[at] for at in self.random.permutation(len(donors))[:3])

    def _painted(self, plan: Plan, question: Question | None) -> tuple[bytes, Mask, Pixels] | None:
        """Paint and write a plan; None where it cannot be done or written, changes nothing, or takes no effect."""
        new = plan.paint()
        written = None if new is None else write(self.data, new, self.key, self.editor.settings.images)
        if written is None or not written.changed.any():
            return None
        pixels = pixels_of(written.data, self.key, self.editor.settings.images)
        if (
            plan.kind == "remove"
            and question is not None
            and not self._gone(pixels, question.asked.label, written.changed)
        ):
            return None
        return written.data, written.changed, pixels

    def _gone(self, pixels: Pixels, label: str, where: Mask) -> bool:
        """Whether the detector, where it knows the label, finds no such thing at the place any more."""
        score = self._score(pixels, label, where)
        return score is None or score < GONE

    def _score(self, pixels: Pixels, label: str, where: Mask) -> float | None:
        """Best score of such a thing at the place; None where no detector knows the label."""
        name = self.editor.settings.detector
        if name is None or label not in detector(name).labels:
            return None
        scores = [0.0]
        for thing in detector(name).things(pixels, 0.05):
            x0, y0, x1, y1 = thing.box
            if thing.label == label and where[y0:y1, x0:x1].mean() > 0.3:
                scores.append(float(thing.score or 0))
        return max(scores)

    def _pair(self, plan: Plan, painted: tuple[bytes, Mask, Pixels]) -> list[Edit] | None:
        """Two edited pictures, and a second question where there is one: see the module.

        Returns:
            None where nothing can be done to the other picture; empty where another question makes the same quad.
        """
        question, counts = self.question, self.scene.known.counts
        for other, second in self._seconds(plan, painted[1]):
            beside = self._painted(second, other)
            if beside is None:
                continue
            if other is not None and other.id < question.id:
                return []  # it comes first, with the same kind of change
            first = self._image(plan.kind, question.id, question.asked.answer(counts | plan.after), plan.note, *painted)
            between = (painted[2] != beside[2]).any(axis=2)
            note = f"instead of it: {second.note}"
            twin = self._image(second.kind, first.id, question.answer, note, beside[0], between, beside[2])
            if other is None:
                return [first, twin]
            flipped = other.asked.answer(counts | second.after)
            assert flipped is not None
            return [first, self._asks(other, other.answer, first), twin, self._asks(other, flipped, twin)]
        return None

    def _seconds(self, plan: Plan, changed: Mask) -> Iterator[tuple[Question | None, Plan]]:
        """What may be done to the other picture: first what flips another question answered alike, then controls."""
        question, counts = self.question, self.scene.known.counts
        for other in self.editor.questions[self.key]:
            alike = other.answer == question.answer and other.asked.what == question.asked.what
            if not alike or other.asked.label == question.asked.label or other.asked.answer(counts) != other.answer:
                continue
            for second in self._plans(plan.kind, other):
                if question.asked.label not in second.after and other.asked.label not in plan.after:
                    yield other, second
        if plan.kind == "remove":
            ways = inpainting(self.editor.settings.inpainting)
            yield from ((None, control) for control in repaints(self.scene, changed, ways, self.random))
        elif plan.kind == "paste":
            for label in sorted(self.editor.donors):
                if label != question.asked.label:
                    yield from ((None, control) for control in pastes(self.scene, self._given(label), self.random))

    def _image(
        self, kind: str, of: str, answer: str | None, note: str, data: bytes, changed: Mask, pixels: Pixels
    ) -> Edit:
        assert answer is not None
        meta: dict[str, object] = {"difference_mask": published(changed)}
        score = self._score(pixels, self.question.asked.label, changed)
        if score is not None:
            before = self._score(self.scene.pixels, self.question.asked.label, changed)
            meta["detector"] = {"name": "".join(re.findall(r"[^/]+$", self.editor.settings.detector or "")),
                                "label": self.question.asked.label, "before": before, "after": score}  # fmt: skip
        return Edit(
            kind=f"photo.{kind}", of=of, view="image", answer=answer, answer_source=self.source,  # type: ignore[arg-type]
            note=note, picture=data, boxes=boxes_of(changed), meta=canonical_json(meta),
        )  # fmt: skip

    def _asks(self, other: Question, answer: str, of: Edit) -> Edit:
        """The second question about an edited picture."""
        return Edit(
            kind="photo.other-question", of=of.id, view="question", answer=answer, answer_source=self.source,  # type: ignore[arg-type]
            note=f"asks of the edited picture for the {other.asked.label}", question=other.text,
            words=spans_of_change(other.text, self.question.text) or ((0, len(other.text)),),
        )  # fmt: skip
