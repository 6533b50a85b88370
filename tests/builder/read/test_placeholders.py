from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.read.placeholders import named
from twokeys.core.errors import BadInput


@pytest.mark.parametrize(
    "form",
    ["<image 1>", "<image_1>", "<image1>", "<img1>", "<img 1>", "<Image 1>", "<image-1>", "<image #1>", "<img1/>"],
)
def test_numbered_placeholders_stay_as_they_are(form):
    second = form.replace("1", "2")
    found = named(f"Is {form} older than {second}?", (f"yes {form}", 7), 2, "t.csv", 3)
    assert found.question == f"Is {form} older than {second}?"
    assert found.options == (f"yes {form}", 7)


@pytest.mark.parametrize("form", ["<image 3>", "<img3>", "<image_3>", "<image 0>", "<image 12>"])
def test_a_placeholder_without_an_image_is_a_bad_row(form):
    with pytest.raises(BadInput) as told:
        named(f"What does {form} show?", (), 2, "t.csv", 7)
    assert (told.value.file, told.value.row) == ("t.csv", 7)
    assert form in str(told.value)
    assert "2 images" in str(told.value)
    assert "<image 1> to <image 2>" in str(told.value)
    assert "columns.image" in str(told.value)


@pytest.mark.parametrize("question", ["<image>", "<image 1>\n<image 2>", " <img/> "])
def test_a_question_of_placeholders_alone_asks_nothing(question):
    with pytest.raises(BadInput, match="has no words"):
        named(question, ("yes", "no"), 2, "t.csv", 1)


def test_options_are_checked_as_the_question_is():
    with pytest.raises(BadInput, match="<image 2>, and the item has one image"):
        named("Which?", ("<image 1>", "<image 2>"), 1, "t.csv", 1)


def test_placeholders_without_numbers_get_theirs_in_order():
    found = named("Is <image> older than <image>?", ("only <img>", "none"), 3, "t.csv", 1)
    assert found.question == "Is <image 1> older than <image 2>?"
    assert found.options == ("only <img 3>", "none")


def test_more_placeholders_than_images_are_a_bad_row_also_without_numbers():
    with pytest.raises(BadInput, match=r"names 3 images \(<image>\), and the item has 2 images"):
        named("<image> <image> <image>", (), 2, "t.csv", 1)


def test_some_with_numbers_and_some_without_are_a_bad_row():
    with pytest.raises(BadInput, match=r"by number \(<image 1>\) and without \(<img>\)"):
        named("<image 1> and <img>", (), 2, "t.csv", 1)


def test_one_image_keeps_its_placeholder_without_a_number():
    assert named("<image>\nIs it red?", (), 1, "t.csv", 1).question == "<image>\nIs it red?"


@pytest.mark.parametrize("text", ["a < image 9 b", "<imagery 9>", "<img src='9.png'>", "image 9", "<9>", 9, None])
def test_what_is_no_placeholder_is_left_alone(text):
    assert named(text, (), 1, "t.csv", 1).question == text


@given(st.lists(st.sampled_from(["<image>", "<img>", "a", "?"]), max_size=9), st.integers(1, 4))
def test_numbering_again_changes_nothing(parts, images):
    question, places = " ".join(["Which", *parts]), sum(part.startswith("<") for part in parts)
    if places > images:
        with pytest.raises(BadInput):
            named(question, (), images, "t.csv", 1)
        return
    once = named(question, (), images, "t.csv", 1).question
    assert named(once, (), images, "t.csv", 1).question == once


def test_numbers_in_square_brackets_name_images_too():
    found = named("Is [image 1] older than [img 2]?", ("[Image_2]", "none"), 2, "t.csv", 1)
    assert (found.question, found.options) == ("Is [image 1] older than [img 2]?", ("[Image_2]", "none"))
    with pytest.raises(BadInput, match=r"names \[image 3\], and the item has 2 images"):
        named("What does [image 3] show?", (), 2, "t.csv", 1)
    with pytest.raises(BadInput, match=r"by number \(\[image 1\]\) and without \(<image>\)"):
        named("<image> or [image 1]?", (), 2, "t.csv", 1)
    with pytest.raises(BadInput, match="has no words"):
        named("[image 1] [image 2]", (), 2, "t.csv", 1)


@pytest.mark.parametrize("text", ["[image]", "[picture 2]", "[12]", "see [image 1 and 2]", "[images 3]", "[fig. 2]"])
def test_other_words_in_square_brackets_are_words(text):
    assert named(f"What is {text}?", (), 1, "t.csv", 1).question == f"What is {text}?"
