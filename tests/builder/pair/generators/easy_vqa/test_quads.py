"""Partners for easy-VQA: drawn pixel for pixel as the corpus draws, with answers that a second look confirms."""

from __future__ import annotations

import io
import json
from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.builder.conftest import folder_of
from twokeys.builder.pair.generators.easy_vqa.figure import COLOURS, STEEP, Drawing, Figure, pixels_of, png, read
from twokeys.builder.pair.generators.easy_vqa.quads import EasyVqaQuads
from twokeys.builder.pair.generators.easy_vqa.questions import parse

DATA = folder_of("easy_vqa") / "data"
EVERY = 40
"""One of so many items of the test split is looked at by default."""


def corpus(split: str, every: int) -> pd.DataFrame:
    questions = json.loads((DATA / split / "questions.json").read_text())
    rows = [
        {
            "id": f"easy-vqa:{split}:{row}",
            "question": text,
            "answer": answer,
            "image_key": f"{split}/images/{image}.png",
        }
        for row, (text, answer, image) in enumerate(questions, start=1)
    ]
    return pd.DataFrame(rows[::every])


def picture(key: str) -> bytes:
    return (DATA / key).read_bytes()


def look(data: bytes) -> tuple[str, str]:
    """Colour and shape without drawing: the ink of the inner pixels, and how much of its bounding box a shape fills.

    A triangle fills half of it, a circle pi / 4, a rectangle all; small ones a little more, being made of pixels.
    """
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    tones, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    away = np.abs(pixels - tones[counts.argmax()]).sum(axis=2)
    ink = pixels[away > 0.9 * away.max()].mean(axis=0)
    colour = min(COLOURS, key=lambda name: float(np.abs(ink - COLOURS[name]).sum()))
    inked = away > away.max() / 2
    rows, columns = (np.flatnonzero(inked.any(axis=side)) for side in (1, 0))
    filled = inked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean()
    return colour, "triangle" if filled < 0.69 else "circle" if filled < 0.935 else "rectangle"


def says(question: str, colour: str, shape: str) -> str:
    """The answer, from the words alone."""
    words = question.strip("?").split()
    if words[0] == "what":
        return colour if "color" in words else shape
    there = colour in words or shape in words
    return "yes" if there != ("not" in words or "no" in words) else "no"


def judged(items: pd.DataFrame) -> Counter[str]:
    """Answers of all edits, looked at again."""
    base = items.set_index("id")
    known: dict[str, bytes] = {}
    found: Counter[str] = Counter()
    for edit in EasyVqaQuads().edits(items, picture, seed=0):
        root = edit.of.partition("~")[0]
        data = edit.picture or known.get(edit.of) or picture(base["image_key"][root])
        known[edit.id] = data
        question = edit.question or base["question"][root]
        found["right" if says(question, *look(data)) == edit.answer else "wrong"] += 1
    return found


@pytest.mark.parametrize("every", [EVERY, pytest.param(1, marks=pytest.mark.slow)])
def test_looking_again_gives_the_annotated_answers(every):
    items = corpus("test", every)
    seen = {key: look(picture(key)) for key in items["image_key"].unique()}
    said = [says(question, *seen[key]) for question, key in zip(items["question"], items["image_key"], strict=True)]
    assert said == items["answer"].tolist()


def test_no_answer_is_wrong_in_a_sample():
    found = judged(corpus("test", EVERY))
    assert found["right"] >= 500
    assert found["wrong"] == 0


@pytest.mark.slow
def test_no_answer_of_the_test_split_is_wrong():
    found = judged(corpus("test", 1))
    print(dict(found))
    assert found["right"] > 20_000
    assert found["wrong"] == 0


def test_yes_no_questions_get_closed_quads_and_open_ones_another_picture():
    items = corpus("test", 97).set_index("id")
    by_root = defaultdict(list)
    for edit in EasyVqaQuads().edits(items.reset_index(), picture, seed=0):
        by_root[edit.of.partition("~")[0]].append(edit)
    assert len(by_root) > 0.9 * len(items)
    for root, edits in by_root.items():
        answer = items["answer"][root]
        assert edits[0].view == "image"
        assert edits[0].answer != answer
        if answer not in ("yes", "no"):
            assert len(edits) == 1
            continue
        _, words, both = edits
        assert (words.of, both.of) == (root, edits[0].id)
        assert words.question == both.question != items["question"][root]
        assert (edits[0].answer, words.answer, both.answer) == (words.answer, edits[0].answer, answer)


def test_the_corpus_is_drawn_again_pixel_for_pixel():
    """All rectangles and triangles, and most circles: some are a polygon whose corners fell elsewhere."""
    found: Counter[tuple[str, bool]] = Counter()
    for image in range(150):
        pixels = pixels_of(picture(f"test/images/{image}.png"))
        drawing = read(pixels)
        found[look(picture(f"test/images/{image}.png"))[1], drawing is not None] += 1
        assert drawing is None or np.array_equal(drawing.draw(), pixels)
    assert found["rectangle", False] == found["triangle", False] == 0
    assert found["circle", True] > 8 * found["circle", False]


def test_a_picture_that_was_touched_is_not_read():
    pixels = pixels_of(picture("test/images/0.png")).copy()
    pixels[5, 5] = (255, 0, 255)
    assert read(pixels) is None
    items = corpus("test", 1).head(1)
    assert not list(EasyVqaQuads().edits(items, lambda key: png(pixels), 0))


RECTANGLES = st.builds(
    lambda x, y, w, h: Figure("rectangle", (x, y), (w, h)),
    st.integers(0, 60), st.integers(0, 60), st.integers(16, 64), st.integers(16, 64),
)  # fmt: skip
TRIANGLES = st.builds(
    lambda x, y, w: Figure("triangle", (x, y), (w, w * STEEP)),
    st.integers(0, 60),
    st.integers(70, 127),
    st.integers(16, 64),
)


@given(st.one_of(RECTANGLES, TRIANGLES), st.sampled_from(sorted(COLOURS)), st.tuples(*[st.integers(230, 255)] * 3))
def test_what_is_drawn_is_read_back(figure, colour, background):
    drawing = Drawing(figure, colour, background)
    found = read(drawing.draw())
    assert found is not None
    assert (found.colour, found.background, found.figure.shape) == (colour, background, figure.shape)
    assert np.array_equal(found.draw(), drawing.draw())


@pytest.mark.parametrize(
    ("question", "drawing", "answer"),
    [
        ("is there a red shape?", ("red", "circle"), "yes"),
        ("is there not a red shape in the image?", ("red", "circle"), "no"),
        ("is no circle present?", ("red", "triangle"), "yes"),
        ("does the image contain a triangle?", ("red", "circle"), "no"),
        ("does the image not contain a teal shape?", ("red", "circle"), "yes"),
        ("what color is the circle?", ("red", "circle"), "red"),
        ("what color is the circle?", ("red", "triangle"), None),
        ("what is the red shape?", ("red", "triangle"), "triangle"),
        ("what shape is present?", ("red", "triangle"), "triangle"),
    ],
)
def test_questions_are_answered_as_a_person_would(question, drawing, answer):
    assert parse(question).answer(*drawing) == answer


def test_every_question_of_the_corpus_is_understood_and_no_other():
    assert all(parse(question) is not None for question in corpus("test", 1)["question"].unique())
    assert parse("is there a purple shape?") is None
    assert parse("is there a red circle?") is None
