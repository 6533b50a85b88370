"""The edit record refuses what cannot be published, and its id is a function of what is new."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twokeys.builder.pair.edit import MARK, Edit, rng

QUESTION = Edit(
    "swap", "toy:test:1", "question", "no", "constructed", "red is not blue", question="is it blue?", words=((6, 10),)
)
IMAGE = Edit("recolour", "toy:test:1", "image", "no", "constructed", "it is", picture=b"png", boxes=((0, 0, 4, 4),))


def test_the_span_marks_the_new_words() -> None:
    assert QUESTION.question is not None
    assert [QUESTION.question[a:b] for a, b in QUESTION.words] == ["blue"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"picture": b"png"},
        {"words": ()},
        {"words": ((6, 99),)},
        {"boxes": ((0, 0, 1, 1),)},
        {"note": ""},
        {"answer_source": "verified"},
        {"scores": (("model", 0.9),)},
        {"question": None},
    ],
)
def test_question_edits_that_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="swap of toy:test:1"):
        replace(QUESTION, **wrong)


@pytest.mark.parametrize("wrong", [{"boxes": ()}, {"boxes": ((4, 0, 4, 4),)}, {"question": "other"}, {"picture": None}])
def test_image_edits_that_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="recolour of toy:test:1"):
        replace(IMAGE, **wrong)


def test_ids_differ_where_the_edits_do_and_keep_one_mark() -> None:
    edits = [
        QUESTION,
        IMAGE,
        replace(QUESTION, of=IMAGE.id),
        replace(IMAGE, picture=b"other"),
        replace(IMAGE, answer="2"),
    ]
    assert len({edit.id for edit in edits}) == len(edits)
    assert all(edit.id.count(MARK) == 1 and edit.id.startswith("toy:test:1" + MARK) for edit in edits)
    assert replace(QUESTION, note="said otherwise").id == QUESTION.id


def test_an_item_has_its_own_randomness() -> None:
    draws = [rng(*case).integers(2**62) for case in [(0, "g", "a"), (0, "g", "b"), (1, "g", "a"), (0, "h", "a")]]
    assert len(set(draws)) == 4
    assert rng(0, "g", "a").integers(2**62) == draws[0]
    assert isinstance(rng(0, "g", "a"), np.random.Generator)
