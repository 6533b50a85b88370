"""What a model answers to an item as it is, with its image masked, its question masked, and both.

A model that can be played as a game says with what probability it gives the answer under each of the four masks, and
what it replies. Of any other model there are replies alone: the image becomes its background, the question is left out,
and the value is 1 where the reply is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from twokeys.audit.games.backgrounds import blur
from twokeys.audit.models.model import Masking, Model, Prepared, Question, Responder
from twokeys.audit.wording import BLIND_PROMPT
from twokeys.core.answers.marking import right as marked
from twokeys.core.errors import BadInput, Unscorable
from twokeys.core.pictures.shown import mean_colour, upright

VIEWS = ("both", "image", "question", "neither")
"""What is left: everything, the image, the question, nothing."""
WITHOUT = "without"
"""What is left where one image of several is masked alone: everything else. Its columns hold lists, image by image."""


@dataclass(frozen=True)
class Asked:
    """An item to be answered.

    Attributes:
        question: The item as it is asked.
        answer: Its gold answer.
        donor: Another item's first image, for the masking `other-image`.
    """

    question: Question
    answer: str
    donor: Image.Image | None = None


class Answered(NamedTuple):
    """What came of asking some items.

    Attributes:
        rows: A row per item that was scored, under its place among the items.
        skipped: Place -> why the model cannot score the item.
    """

    rows: pd.DataFrame
    skipped: dict[int, str]


def nothing_scored(folder: Path, model: Responder, why: Mapping[Any, str]) -> BadInput:
    """What to say where a model can score no item.

    Args:
        folder: The published folder.
        model: The model.
        why: Items, or their places, and why each cannot be scored.
    """
    problem = f"{model.name} can score none of the items; of the first, {next(iter(why.values()))}"
    return BadInput(folder, None, problem, "items whose answers the model can give", "use another model or config")


def question_of(row: pd.Series, images: Sequence[Image.Image]) -> Question:
    """A row of a published folder as it is asked, with its images in their order."""
    return Question(images[0], row["question"], tuple(row["choices"]), row["answer_type"], tuple(images[1:]))


def is_right(reply: str, question: Question, answer: str) -> bool:
    """Whether a reply gives the answer."""
    return marked(reply, question.kind, question.choices, answer)


def answer(
    model: Responder, items: Sequence[Asked], masking: Masking, views: Sequence[str] = VIEWS, each_image: bool = False
) -> Answered:
    """Answer items under some views.

    Args:
        model: The model.
        items: The items.
        masking: What masked sides become.
        views: What is left, one after another.
        each_image: Whether each image of an item of several is masked alone, too.

    Returns:
        A row per item that the model can score, under its place in `items`: `reply` where nothing is masked, and for
        each view `right.VIEW` and `v.VIEW`; where each image is masked alone, `right.without` and `v.without`, a list
        with an entry for each image, None for items of one; and of each other item, by place, why it cannot be scored.
    """
    if isinstance(model, Model):
        return _played(model, items, masking, views, each_image)
    skipped: dict[int, str] = {}
    if not getattr(model, "several", False):
        skipped = {at: _of_several(item) for at, item in enumerate(items) if item.question.more}
    places = [at for at in range(len(items)) if at not in skipped]
    items = [items[at] for at in places]
    columns: dict[str, list[object]] = {}
    for view in views:
        replies = model.reply([_without(item, view, masking) for item in items])
        right = [is_right(reply, one.question, one.answer) for reply, one in zip(replies, items, strict=True)]
        if view == "both":
            columns["reply"] = list(replies)
        columns[f"right.{view}"], columns[f"v.{view}"] = list(right), [float(one) for one in right]
    if each_image:
        masked = _each(items)
        replies = model.reply([_without_image(items[at], place, masking) for at, place in masked])
        columns |= _lists(items, masked, replies, [])
    return Answered(pd.DataFrame(columns, index=places), skipped)


def _each(items: Sequence[Asked]) -> list[tuple[int, int]]:
    """Item and image of every image of the items of several."""
    several = [(at, len(item.question.pictures)) for at, item in enumerate(items) if item.question.more]
    return [(at, place) for at, count in several for place in range(count)]


def _lists(
    items: Sequence[Asked], masked: Sequence[tuple[int, int]], replies: Sequence[str], values: Sequence[float]
) -> dict[str, list[object]]:
    """Marks and values with one image masked alone, a list for each item; values are 1 or 0 where none are given."""
    right: list[list[bool]] = [[] for _ in items]
    value: list[list[float]] = [[] for _ in items]
    for number, (at, _) in enumerate(masked):
        right[at].append(bool(is_right(replies[number], items[at].question, items[at].answer)))
        value[at].append(float(values[number] if len(values) else right[at][-1]))
    return {f"right.{WITHOUT}": [marks or None for marks in right], f"v.{WITHOUT}": [each or None for each in value]}


def _of_several(item: Asked) -> str:
    return f"the item has {len(item.question.pictures)} images, and the model takes one"


def _played(model: Model, items: Sequence[Asked], masking: Masking, views: Sequence[str], each_image: bool) -> Answered:
    """Replies and probabilities under masks."""
    ready: dict[int, Prepared] = {}
    skipped: dict[int, str] = {}
    for at, item in enumerate(items):
        try:
            ready[at] = model.prepare(item.question, item.answer, masking, item.donor)
        except Unscorable as error:
            skipped[at] = error.problem
    items, prepared = [items[at] for at in ready], list(ready.values())
    columns: dict[str, object] = {}
    for view in views:
        image, text = view in ("both", "image"), view in ("both", "question")
        keeps = [(np.full(one.patches, image), np.full(one.tokens, text)) for one in prepared]
        said, values = model.respond(prepared, keeps)
        right = [is_right(reply, one.question, one.answer) for reply, one in zip(said, items, strict=True)]
        if view == "both":
            columns["reply"] = said
        columns[f"right.{view}"], columns[f"v.{view}"] = right, values
    if each_image:
        masked = _each(items)
        keeps = [(prepared[at].without_image(place), np.full(prepared[at].tokens, True)) for at, place in masked]
        replies, values = model.respond([prepared[at] for at, _ in masked], keeps)
        columns |= _lists(items, masked, replies, values.tolist())
    return Answered(pd.DataFrame(columns, index=list(ready)), skipped)


def _without(item: Asked, view: str, masking: Masking) -> Question:
    """The item without what the view lacks, for models that take images and words alone; all images are masked."""
    pictures, question, choices = item.question.pictures, item.question.question, item.question.choices
    if view in ("question", "neither"):
        pictures = tuple(_background(picture, masking, item.donor) for picture in pictures)
    if view in ("image", "neither"):
        question, choices = BLIND_PROMPT, ()  # the options are the question's side
    return Question(pictures[0], question, choices, item.question.kind, pictures[1:])


def _without_image(item: Asked, place: int, masking: Masking) -> Question:
    """The item with one of its images masked."""
    question, shown = item.question, list(item.question.pictures)
    shown[place] = _background(shown[place], masking, item.donor)
    return Question(shown[0], question.question, question.choices, question.kind, tuple(shown[1:]))


def _background(picture: Image.Image, masking: Masking, donor: Image.Image | None) -> Image.Image:
    if masking.image == "other-image" and donor is not None:
        return upright(donor).resize(picture.size, Image.Resampling.BICUBIC)
    if masking.image == "blur":
        return blur(upright(picture))
    if masking.image in ("mean-colour", "inpainted"):  # a whole image that is masked leaves nothing to inpaint from
        return mean_colour(upright(picture))
    problem = f"there is no image mask {masking.image!r}"
    raise BadInput("masking", "image", problem, "mean-colour, blur, other-image", "name one of these")
