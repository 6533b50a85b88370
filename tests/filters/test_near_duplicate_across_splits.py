"""Known answers of `near-duplicate-across-splits`."""

from __future__ import annotations

import pandas as pd

from twokeys.filters.near_duplicate_across_splits import NearDuplicateAcrossSplits

TABLE = pd.DataFrame(
    [
        ("a", "train", "i", "k"),
        ("b", "train", "j", "k"),
        ("c", "test", "j", "k"),
        ("d", "test", "l", "k"),
        ("e", "test", "m", "k"),
        ("f", "train", "n", "one split"),
        ("g", "train", "n", "one split"),
        ("h", "train", "o", None),
        ("i", "val", "o", None),
        ("j", None, "o", None),
    ],
    columns=["id", "split", "image_keys", "image_clusters"],
)
for name in ("image_keys", "image_clusters"):
    TABLE[name] = [[key] for key in TABLE[name]]


def test_keeps_the_split_with_most_items_of_the_cluster_then_the_first_by_name() -> None:
    assert NearDuplicateAcrossSplits().decide(TABLE) == {
        "a": "a near-duplicate of its image is in split test, with item c",
        "b": "its image is also in split test, with item c",
        "i": "its image is also in split train, with item h",
    }


def test_priority_goes_before_numbers() -> None:
    assert NearDuplicateAcrossSplits(keep=("train",)).decide(TABLE) == {
        "c": "its image is also in split train, with item b",
        "d": "a near-duplicate of its image is in split train, with item a",
        "e": "a near-duplicate of its image is in split train, with item a",
        "i": "its image is also in split train, with item h",
    }


def test_priority_is_in_order_and_need_not_name_all() -> None:
    assert set(NearDuplicateAcrossSplits(keep=("val", "train")).decide(TABLE)) == {"c", "d", "e", "h"}


def test_an_item_of_several_images_goes_because_of_any_of_them() -> None:
    rows = [
        ("a", "train", ["i", "j"], ["i", "j"]),
        ("b", "test", ["j"], ["j"]),
        ("c", "test", ["k", "j"], ["k", "j"]),
        ("d", "train", ["k"], ["k"]),
        ("e", "train", ["i", "l"], ["i", "l"]),
    ]
    table = pd.DataFrame(rows, columns=TABLE.columns)
    drops = NearDuplicateAcrossSplits(keep=("train",)).decide(table)
    assert drops == {
        "b": "its image is also in split train, with item a",
        "c": "its image is also in split train, with item d",
    }
