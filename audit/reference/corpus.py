"""easy-VQA for training the reference models: images, questions, and the shapes that the questions describe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twokeys.audit.reference.vocabulary import ANSWERS, COLOURS, SHAPES
from twokeys.core.errors import BadInput, MissingPackage

if TYPE_CHECKING:
    from twokeys.audit.models.model import Question

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """Images and their questions.

    Attributes:
        pictures: (images, 64, 64, 3) bytes.
        questions: (items,) texts.
        answers: (items,) places in `ANSWERS`.
        picture_of: (items,) image of each question.
        shapes: (pictures,) place in `SHAPES`, -1 if no question describes it.
        colours: (pictures,) place in `COLOURS`, -1 if no question describes it.
    """

    pictures: NDArray[np.uint8]
    questions: list[str]
    answers: Ints
    picture_of: Ints
    shapes: Ints
    colours: Ints

    def question(self, at: int, choices: tuple[str, ...] = ()) -> Question:
        """One item, as models are asked; with options where some are given."""
        from twokeys.audit.models.model import Question

        kind = "choice" if choices else "yes/no" if ANSWERS[self.answers[at]] in ("yes", "no") else "open"
        return Question(Image.fromarray(self.pictures[self.picture_of[at]]), self.questions[at], choices, kind)

    def chosen(self, pictures: Any) -> Part:
        """The part of some images, (pictures,) bool."""
        place = np.cumsum(pictures) - 1
        items = np.flatnonzero(pictures[self.picture_of])
        return Part(
            self.pictures[pictures],
            [self.questions[at] for at in items],
            self.answers[items],
            place[self.picture_of[items]],
            self.shapes[pictures],
            self.colours[pictures],
        )


def read(split: str) -> Part:
    """Read `train` or `test` of the installed package.

    Raises:
        MissingPackage: When the corpus is not installed.
        BadInput: When a question has an answer that easy-VQA does not know.
    """
    # Found, not imported: importing the package would parse every question of both splits.
    spec = find_spec("easy_vqa")
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackage("the training of reference models", "easy-vqa", 'pip install "twokeys[offline]"')
    folder = Path(next(iter(spec.submodule_search_locations))) / "data" / split
    rows = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    names = sorted({int(row[2]) for row in rows})
    place = {name: at for at, name in enumerate(names)}
    pictures = np.stack([np.asarray(Image.open(folder / "images" / f"{name}.png").convert("RGB")) for name in names])
    shapes, colours = np.full(len(names), -1), np.full(len(names), -1)
    answers = np.empty(len(rows), dtype=np.int64)
    for at, (question, answer, name) in enumerate(rows):
        if answer not in ANSWERS:
            problem = f"the answer is {answer!r}"
            raise BadInput(folder / "questions.json", at, problem, ", ".join(ANSWERS), "reinstall easy-vqa")
        answers[at] = ANSWERS.index(answer)
        if answer not in ("yes", "no"):  # what an open question presupposes is true: "what is the blue shape?"
            for word in (answer, *question.lower().rstrip("?").split()):
                if word in SHAPES:
                    shapes[place[name]] = SHAPES.index(word)
                if word in COLOURS:
                    colours[place[name]] = COLOURS.index(word)
    picture_of = np.array([place[int(row[2])] for row in rows])
    return Part(pictures, [row[0] for row in rows], answers, picture_of, shapes, colours)
