"""Screening: one feature among thousands is found, copies count once, and labels that say nothing give the prior."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from twokeys.builder.measure.baselines.cased import grams
from twokeys.builder.measure.baselines.problem import count
from twokeys.builder.measure.baselines.screening import bits, screened, strengths, strongest


def planted(share: float, contents: int = 1_200, features: int = 3_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Bits of which the seventh agrees with the label in a share of the contents."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.arange(contents) % 2)
    X = rng.integers(0, 2, (contents, features)).astype(np.float32)
    X[:, 7] = np.where(rng.random(contents) < share, label, 1 - label)
    return X, label


@pytest.mark.parametrize("sparse", [False, True])
def test_one_feature_of_thousands_is_found(sparse: bool) -> None:
    X, label = planted(0.65)
    table = np.eye(2, dtype=np.float32)[label]
    made = csr_array(X) if sparse else X
    assert strongest(made, table, 5)[0] == 7
    train = count(np.arange(800), label[:800], 2)
    found = screened(made[:800], train, made[800:], 0)
    assert (found.argmax(axis=1) == label[800:]).mean() == pytest.approx((X[800:, 7] == label[800:]).mean(), abs=0.03)


def test_labels_that_say_nothing_give_the_prior_most_of_the_time() -> None:
    flat = 0
    for seed in range(10):
        X, label = planted(0.5, 400, 500, seed)
        found = screened(X[:300], count(np.arange(300), label[:300], 2), X[300:], seed)
        flat += bool((found == found[:1]).all())
    assert flat >= 7


def test_copies_count_once() -> None:
    X, label = planted(0.7, 600, 40)
    table = np.eye(2, dtype=np.float32)[label]
    doubled = np.concatenate([X, X[:, 7:8], 1 - X[:, 7:8], 5 * X[:, 7:8] + 3], axis=1)
    found = strongest(doubled, table, 4)
    assert len({7, 40, 41, 42} & set(found.tolist())) == 1


def test_strength_is_a_squared_z_value() -> None:
    # 100 contents, a bit and its label in full agreement: z = sqrt(100).
    label = np.arange(100) % 2
    X = label[:, None].astype(np.float32)
    assert strengths(X, np.eye(2, dtype=np.float32)[label])[0] == pytest.approx(100, rel=1e-3)
    assert strengths(np.zeros((100, 1), np.float32), np.eye(2, dtype=np.float32)[label])[0] == 0


def test_a_content_weighs_as_one_however_many_rows_show_it() -> None:
    label = np.arange(100) % 2
    X = np.random.default_rng(0).integers(0, 2, (100, 3)).astype(np.float32)
    table = np.eye(2, dtype=np.float32)[label]
    assert strengths(X, table) == pytest.approx(strengths(X, table * np.arange(1, 101, dtype=np.float32)[:, None]))


def test_bits_stand_on_both_sides_of_quantiles() -> None:
    X = np.stack([np.arange(20), np.full(20, 3), [0] * 15 + [1] * 5], axis=1).astype(np.float32)
    found = bits(X, X)
    assert (bits(X[:4], X) == found[:4]).all()
    assert set(found.ravel()) == {0, 1}
    assert (found.sum(axis=0) >= 3).all()
    assert [0] * 15 + [1] * 5 in found.T.tolist()


def test_letter_case_marks_and_spaces_make_other_grams() -> None:
    texts = ["is the cat red?", "is the Cat red?", "is the cat red ?", "is the cat red!", "the cat is red?"]
    found = grams(texts).toarray()
    assert all((found[0] != other).any() for other in found[1:])
    assert (grams(texts[:1]).toarray()[0] == found[0]).all()
