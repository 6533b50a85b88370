"""Where rows stand, by hand; labels of neighbours never come from the row itself, nor from its picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from twokeys.builder.measure.baselines.problem import count
from twokeys.builder.measure.places import FIELDS, LABELS, PICTURE, neighbours, of_pictures, places


def rows(*numbers: str, pictures: str = "") -> pd.DataFrame:
    """Rows of one source with such ids, on pictures named by letters."""
    return pd.DataFrame(
        {
            "id": [f"toy:all:{number}" for number in numbers],
            "source": "toy",
            "split": "all",
            "source_id": list(numbers),
            "image_key": list(pictures) or [f"k{place}" for place in range(len(numbers))],
        }
    )


def test_numbers_are_read_as_numbers() -> None:
    found = places(rows("q10", "q9", "q100"))
    assert found["rank in the source"].tolist() == [1, 0, 2]
    assert found["number modulo 2"].tolist() == [0, 1, 0]
    assert found["number modulo 3"].tolist() == [1, 0, 1]
    assert found["form of the id"].nunique() == 1
    assert found["length of the id"].tolist() == [3, 2, 4]


def test_an_id_without_a_number_has_none() -> None:
    found = places(rows("a", "b", "3"))
    assert found["number modulo 2"].tolist() == [-1, -1, 1]
    assert found["form of the id"].tolist() == [1, 2, 0]


def test_rows_of_a_picture_are_counted_from_nought() -> None:
    found = places(rows("3", "1", "2", "4", pictures="abaa"))
    assert found["rows of the picture"].tolist() == [3, 1, 3, 3]
    assert found["rank among them in the source"].tolist() == [1, 0, 0, 2]
    assert sorted(found["rank in the table"]) == [0, 1, 2, 3]


def test_labels_play_no_part() -> None:
    items = rows("3", "1", "2", "4")
    assert places(items).equals(places(items.assign(answer=["yes", "no", "no", "yes"])))


def test_a_picture_stands_where_its_first_row_does() -> None:
    items = rows("3", "1", "2", "4", pictures="abaa")
    found = of_pictures(items, pd.Index(["b", "a"]))
    assert found.shape == (2, len(FIELDS))
    assert found[:, FIELDS.index("rows of the picture")].tolist() == [1, 3]


def _stand(n: int, pictures: list[int]) -> np.ndarray:
    found = np.zeros((n, len(FIELDS)), dtype=np.float32)
    found[:, 0] = found[:, 1] = np.arange(n)
    found[:, PICTURE] = pictures
    return found


def test_the_next_row_of_another_picture_is_read() -> None:
    # Rows 0 .. 4 with the labels 1 0 0 1 1; row 2 is asked about, and shares its picture with row 1.
    train = count(np.array([0, 1, 3, 4]), np.array([1, 0, 1, 1]), 2)
    found = neighbours(_stand(5, [0, 1, 1, 2, 3]), train, np.array([2]))[0].reshape(4, 2, -1)
    before, after = found[0], found[1]  # of the first order: the first neighbour, then the mean of a few
    # Columns are labels by frequency: 1, then 0.
    assert before[0].tolist() == [1, 0]
    assert after[0].tolist() == [1, 0]
    assert after[1].tolist() == [1, 0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=3, max_size=30), st.integers(0, 29))
def test_a_row_does_not_see_its_own_label_nor_its_picture_s(rows: list[tuple[int, int]], at: int) -> None:
    at %= len(rows)
    label, picture = (np.array(column) for column in zip(*rows, strict=True))
    place = _stand(len(rows), picture.tolist())
    others = np.flatnonzero(picture != picture[at])
    # A row that is too far away to be met, with every label: columns are labels by frequency, sorted away below.
    weight = np.concatenate([np.arange(LABELS), np.arange(LABELS)])
    contents = np.concatenate([np.arange(len(rows)), np.full(len(weight), len(rows))])
    place = np.concatenate([place, place[:1] + 1_000])
    place[-1, PICTURE] = 99

    def seen(own: np.ndarray) -> np.ndarray:
        labels = np.where(np.isin(np.arange(len(rows)), others), label, own)
        train = count(contents, np.concatenate([labels, np.repeat(weight[:LABELS], 2) % LABELS]), LABELS)
        return np.sort(neighbours(place, train, np.array([at]))[0])

    assert np.isfinite(seen(label)).all()
    assert seen(label).tolist() == seen((label + 1) % LABELS).tolist()
