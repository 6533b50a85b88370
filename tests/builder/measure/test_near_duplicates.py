"""Copies of a picture are found and other pictures are not; the same for questions."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from twokeys.builder.measure.embed import Embedded, thumbnail
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.near_duplicates import (
    content_words,
    harmless_copies,
    lead,
    local_difference,
    near_images,
    paraphrases,
    reworded,
)

Encode = Callable[..., bytes]


def embedded(vectors: np.ndarray) -> Embedded:
    """Vectors as a build keeps them: by sorted keys, in 16 bits."""
    return Embedded(
        pd.Index([f"key {n:03d}" for n in range(len(vectors))]), vectors.astype(np.float16).astype(np.float32)
    )


# ------------------------------------------------------------------------------------------------------- pictures


def test_copies_are_found_and_other_pictures_are_not(
    shapes: list[Image.Image], photos: dict[str, Image.Image], efficientnet: Any, encoded: Encode
) -> None:
    originals = [*shapes, *photos.values()]
    copied = [*range(0, 40, 5), 40, 41]
    copies = [Image.open(io.BytesIO(encoded(originals[n], "JPEG", quality=85))).convert("RGB") for n in copied]
    pictures = originals + copies
    small = np.stack([thumbnail(picture) for picture in pictures])
    found = near_images(embedded(efficientnet.encode(pictures)), small, originals, efficientnet)
    assert found.leader[:42].tolist() == list(range(42))
    assert found.leader[42:].tolist() == copied
    # The embedding alone proposes many pairs of different shapes; what is verified are the copies.
    assert found.candidates > 5 * found.verified
    assert found.verified == len(copies)
    assert 0.5 < found.similarity < 1
    assert 0 < found.difference < 100


def test_a_picture_in_which_something_was_changed_is_no_copy(photos: dict[str, Image.Image], efficientnet: Any) -> None:
    # A red disc of a tenth of the picture's width: the embedding hardly moves, the place where it stands does.
    changed = photos["china"].copy()
    width, height = changed.size
    ImageDraw.Draw(changed).ellipse((width // 2, height // 2, width * 6 // 10, height // 2 + width // 10), fill="red")
    pictures = [photos["china"], changed, *harmless_copies(photos["china"])[:2]]
    small = np.stack([thumbnail(picture) for picture in pictures])
    found = near_images(embedded(efficientnet.encode(pictures)), small, list(photos.values()), efficientnet)
    assert found.leader.tolist() == [0, 1, 0, 0]


def test_colours_of_the_same_brightness_differ() -> None:
    # Pure red is as bright as this grey, 76; in grey levels the two would be one picture.
    red, grey = (thumbnail(Image.new("RGB", (9, 9), colour)) for colour in ((255, 0, 0), (76, 76, 76)))
    assert local_difference(red[None], grey[None]).tolist() == [179]


def test_a_small_change_is_not_averaged_away() -> None:
    # One thumbnail pixel of 16 x 16 turns from black to white: in a window of 2 x 2 it is a quarter of 255, over the
    # whole picture it would be one level.
    black = thumbnail(Image.new("RGB", (16, 16)))
    dotted = black.copy()
    dotted[7, 7] = 255
    assert local_difference(black[None], dotted[None]).tolist() == [255 / 4]
    assert local_difference(black[None], black[None]).tolist() == [0]


def test_harmless_copies_are_three_and_keep_what_is_shown(photos: dict[str, Image.Image]) -> None:
    picture = photos["flower"]
    jpeg, smaller, brighter = harmless_copies(picture)
    assert (jpeg.format, jpeg.size) == ("JPEG", picture.size)
    assert smaller.size == (picture.width * 3 // 4, picture.height * 3 // 4)
    assert np.asarray(brighter).mean() > np.asarray(picture).mean()
    assert [copy.size for copy in harmless_copies(Image.new("RGBA", (1, 1)))] == [(1, 1)] * 3


# ------------------------------------------------------------------------------------------------------ questions

QUESTIONS = [
    "Is there a red circle?",
    "Is there the red circle",
    "is a red circle there?",
    "Is there a blue circle?",
    "Is there no red circle?",
    "How many dogs are there?",
    "Are there two dogs?",
    "Are there three dogs?",
    "Is the cat on the table?",
    "Is the cat under the table?",
    "What is 3 + 4?",
    "What is 3 - 4?",
    "What color is the car?",
]


def test_questions_that_say_the_same_are_clustered_and_others_are_not(minilm: Any) -> None:
    known = embedded(minilm.encode(QUESTIONS))
    found = paraphrases(known, pd.Series(QUESTIONS, index=known.keys), minilm)
    assert found.leader[:3].tolist() == [0, 0, 0]
    assert found.leader[3:].tolist() == list(range(3, len(QUESTIONS)))
    assert found.difference is None
    assert found.verified <= found.candidates


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Is there a mass?", {"mass"}),
        ("is a mass there", {"mass"}),
        ("Is it not red?", {"not", "red"}),
        ("Are there two dogs?", {"two", "dogs"}),
        ("Is the cat under the table?", {"cat", "under", "table"}),
        ("Is 3.5 > 3,000?", {"3.5", ">", "3,000"}),
        ("the man's hat", {"man's", "hat"}),
        ("猫は 黒い?", {"猫は", "黒い"}),
        ("Is this it?", set()),
    ],
)
def test_content_words_by_hand(text: str, kept: set[str]) -> None:
    assert content_words(text) == kept


def test_rewording_keeps_the_content_words() -> None:
    assert reworded("Is the cat on a table?") == "is cat on table"
    for question in QUESTIONS:
        assert content_words(reworded(question)) == content_words(question)


# --------------------------------------------------------------------------------------------------------- leaders


def test_a_chain_of_likenesses_is_no_cluster() -> None:
    # 0 - 1 - 2 - 3, each like the next: 1 joins 0; 2 is like 1 only, which is no leader; 3 joins 2.
    assert lead(4, np.array([0, 1, 2]), np.array([1, 2, 3])).tolist() == [0, 0, 2, 2]
    # One that is like two leaders joins the first.
    assert lead(3, np.array([1, 0]), np.array([2, 2])).tolist() == [0, 1, 0]


PAIRS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1]), max_size=20, unique=True
)


@given(PAIRS, st.randoms())
def test_every_member_is_paired_with_its_leader(pairs: list[tuple[int, int]], random) -> None:
    def run(pairs: list[tuple[int, int]]) -> list[int]:
        left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return lead(10, left, right).tolist()

    leader = run(pairs)
    for member, first in enumerate(leader):
        assert leader[first] == first
        assert first == member or (first, member) in pairs
    # Two that are paired are never both leaders, and the order of pairs plays no part.
    assert not any(leader[i] == i and leader[j] == j for i, j in pairs)
    assert run(random.sample(pairs, len(pairs))) == leader


def test_vectors_of_sixteen_bits_still_find_exact_copies() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(20, 64)).astype(np.float32))
    known = embedded(vectors)
    assert np.einsum("nd,nd->n", known.vectors, known.vectors) == pytest.approx(np.ones(20), abs=1e-3)
