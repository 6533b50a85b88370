"""Text vectors: what means the same is near."""

from __future__ import annotations

import numpy as np
import pytest

from twokeys.builder.measure.encoders.sentences import SentenceEncoder

TEXTS = ["Is there a red circle?", "Is a red circle shown?", "How many dogs are sleeping on the sofa?"]


def test_a_paraphrase_is_nearer_than_another_question(minilm: SentenceEncoder) -> None:
    vectors = minilm.encode(TEXTS)
    assert vectors[0] @ vectors[1] > 0.8 > 0.4 > vectors[0] @ vectors[2]


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(minilm: SentenceEncoder) -> None:
    vectors = minilm.encode([*TEXTS, ""])
    assert (vectors.shape, vectors.dtype) == ((4, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert np.concatenate([minilm.encode([text]) for text in TEXTS]) == pytest.approx(vectors[:3], abs=1e-4)
