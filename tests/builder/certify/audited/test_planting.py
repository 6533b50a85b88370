"""Planted cues: who knows where to look reads each bit without error, and nothing else changes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from twokeys.builder.certify.audited.planting import (  # fmt: skip
    LONGER,
    NUMBER,
    OPTIONS,
    ORDER,
    PICTURES,
    POSITION,
    RARE,
    SEEN,
    TEXT,
    TWO_WAY,
    in_options,
    in_picture,
    in_text,
)
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.details import FILE, GROUPS, WIDTH, of_file, of_pixels, replaced

IN_TEXT = [kind.name for kind in TEXT if kind.name not in (NUMBER, ORDER)]
IN_OPTIONS = [kind.name for kind in OPTIONS]
QUESTION = "Is the cat, or the dog, on the left?"


def test_there_are_twelve_kinds_or_more_and_each_has_a_judge_of_its_view() -> None:
    kinds = {"question": TEXT, "choices": OPTIONS, "image": PICTURES}
    assert len({kind.name for found in kinds.values() for kind in found}) >= 12
    for view in VIEWS:
        assert len({kind.name for kind in kinds[view]}) == len(kinds[view])
        for kind in kinds[view]:
            assert any(f"{view}.{family}" in baselines() for family in kind.families), kind


READ = {
    "letter case": lambda text: text.split()[1].isupper(),
    "punctuation": lambda text: text.split()[0].endswith(","),
    "spacing": lambda text: text[-2] == " ",
    "word order": lambda text: text.startswith("please"),
    "rare word": lambda text: RARE in text,
    TWO_WAY: lambda text: (text[-2] == " ") != text.split()[1].isupper(),
}


@pytest.mark.parametrize("kind", IN_TEXT)
@pytest.mark.parametrize("bit", [0, 1])
@pytest.mark.parametrize("other", [0, 1])
def test_bits_of_questions_are_read_without_error(kind: str, bit: int, other: int) -> None:
    for question in (QUESTION, "is it red ?", "Which one is it?"):
        assert READ[kind](in_text(kind, question, bit, other)) == bit


def test_two_bits_say_something_together_only() -> None:
    for read in (READ["letter case"], READ["spacing"]):
        seen = {(bit, read(in_text(TWO_WAY, QUESTION, bit, other))) for bit in (0, 1) for other in (0, 1)}
        assert len(seen) == 4


@pytest.mark.parametrize("kind", IN_TEXT)
@given(text=st.text(min_size=1, max_size=30), bit=st.integers(0, 1), other=st.integers(0, 1))
def test_any_question_can_be_planted_in(kind: str, text: str, bit: int, other: int) -> None:
    assert isinstance(in_text(kind, text, bit, other), str)


def test_word_order_changes_no_word() -> None:
    one, other = (in_text("word order", QUESTION, bit, 0).strip("?").split() for bit in (0, 1))
    assert sorted(one) == sorted(other)
    assert one != other


@pytest.mark.parametrize("kind", IN_OPTIONS)
@pytest.mark.parametrize("marked", [0, 1, 2])
def test_marks_of_options_are_read_without_error(kind: str, marked: int) -> None:
    options = ["a cat", "the dog", "one hen"]
    for coins in np.ndindex(2, 2, 2):
        made = in_options(kind, options, marked, np.array(coins))
        read = {
            "option length": [text.endswith(LONGER) for text in made],
            "option case": [text[0].isupper() for text in made],
            "option punctuation": [text.endswith(".") for text in made],
            "rare word in an option": [RARE in text for text in made],
            "two-way interaction in an option": [text.endswith(".") == text[0].isupper() for text in made],
            POSITION: [place == marked for place in range(3)],
        }[kind]
        assert np.flatnonzero(read).tolist() == [marked]


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("kind", SEEN)
def test_bits_of_pictures_are_read_without_error(kind: str, form: str) -> None:
    rng = np.random.default_rng(0)
    read = {
        "corner pixel": lambda row: row[FILE] > 128,
        "lowest bits": lambda row: row[start("frequencies") + 14] == 1,
        "JPEG quality": lambda row: row[7] > 1_000,
        "file size": lambda row: row[2] == 0,
    }
    for _ in range(5):
        pixels = np.kron(rng.integers(30, 220, (6, 7, 3)), np.ones((9, 9, 1))).astype(np.uint8)
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, form)
        with Image.open(io.BytesIO(data.getvalue())) as again:
            shown = np.asarray(again.convert("RGB"))
        plain = replaced(np.zeros(WIDTH, np.float32), {"file": of_file(data.getvalue())} | of_pixels(shown))
        nought, one = (replaced(plain, groups) for groups in in_picture(kind, shown, data.getvalue()))
        assert (nought != one).any()
        if kind in read:
            assert (read[kind](nought), read[kind](one)) == (False, True)
        elif kind == "border":
            assert one[start("borders")] - nought[start("borders")] > 20
        elif kind == "mark inside":
            assert abs(one - nought)[start("frequencies") :].max() > 0
            assert (one[FILE : FILE + 12] == nought[FILE : FILE + 12]).all()  # not in a corner
        else:
            assert kind == "high frequency"
            assert one[start("frequencies") + 6] - nought[start("frequencies") + 6] > 5


def start(group: str) -> int:
    """Where a group begins among details."""
    names = list(GROUPS)
    return FILE + sum(GROUPS[name] for name in names[: names.index(group)])
