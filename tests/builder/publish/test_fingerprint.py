"""The fingerprint of rows changes with what they say, and with nothing else."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.publish.fingerprint import Fingerprint, fingerprint
from twokeys.core.columns import is_measurement
from twokeys.data_cards.published import parquet_rows


def rows() -> list[dict[str, Any]]:
    return [
        {
            "id": f"toy:test:{number}",
            "question": "Is it red?",
            "choices": ["yes", "no"],
            "answer": "yes",
            "quad": None,
            "image_width": 7,
            "image": {"bytes": f"picture {number // 2}".encode(), "path": None},
            "question_prior_prediction": "yes",
            "question_prior_p_gold": 0.5123,
        }
        for number in range(4)
    ]


def both(of: list[dict[str, Any]], split: str = "test") -> tuple[str, str, str]:
    found = Fingerprint().add(of, split)
    return found.value(measurements=False), found.value(measurements=True), found.version()


@given(st.permutations(range(4)), st.integers(0, 4))
def test_neither_the_order_of_rows_nor_their_parts_matter(order: list[int], cut: int) -> None:
    shuffled = [rows()[place] for place in order]
    parts = Fingerprint().add(shuffled[:cut], "test").add(shuffled[cut:], "test")
    assert (parts.value(measurements=False), parts.value(measurements=True), parts.version()) == both(rows())
    assert fingerprint(shuffled, "test") == both(rows())[0]


def test_the_order_of_columns_does_not_matter() -> None:
    assert both([dict(reversed(row.items())) for row in rows()]) == both(rows())


CHANGES: dict[str, Any] = {
    "question": "Is it blue?",
    "choices": ["no", "yes"],
    "answer": "no",
    "quad": "abc",
    "image_width": 8,
    "id": "toy:test:9",
    "image": {"bytes": b"picture 0.", "path": None},
    "split": "train",
}


@pytest.mark.parametrize("column", CHANGES)
def test_any_cell_that_defines_an_item_changes_all(column: str) -> None:
    changed = rows()
    changed[1][column] = CHANGES[column]
    if column == "split":  # rows that come without a split of their own
        assert both(rows(), "train")[0] != both(rows(), "test")[0]
    else:
        assert all(one != other for one, other in zip(both(changed), both(rows()), strict=True))


def test_every_bit_of_a_picture_counts() -> None:
    for place in range(len(b"picture 0")):
        for bit in range(8):
            changed = rows()
            data = bytearray(b"picture 0")
            data[place] ^= 1 << bit
            changed[0]["image"] = {"bytes": bytes(data), "path": None}
            assert both(changed)[0] != both(rows())[0]


def test_what_path_a_picture_had_does_not_count() -> None:
    renamed = copy.deepcopy(rows())
    renamed[0]["image"]["path"] = "a.png"
    assert both(renamed) == both(rows())


@pytest.mark.parametrize(("column", "value"), [("question_prior_prediction", "no"), ("question_prior_p_gold", 0.6)])
def test_a_measurement_changes_the_version_and_not_the_identity(column: str, value: Any) -> None:
    changed = rows()
    changed[2][column] = value
    one, other = both(changed), both(rows())
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert one[2] != other[2]


def test_the_last_bits_of_a_measurement_do_not_count() -> None:
    changed = rows()
    changed[0]["question_prior_p_gold"] = 0.5123000144958496  # what 0.5123 is in 32 bits
    changed[1]["question_prior_p_gold"] = 0.51231
    assert both(changed) == both(rows())


def test_a_measurement_that_does_not_apply_is_no_number() -> None:
    missing = [
        row | {"question_prior_p_gold": value} for row, value in zip(rows(), [float("nan"), None] * 2, strict=True)
    ]
    assert both(missing) == both([row | {"question_prior_p_gold": None} for row in rows()])


def test_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'toy:test:0' comes twice"):
        Fingerprint().add([*rows(), rows()[0]])


def test_the_version_is_three_numbers_of_which_the_last_has_32_bits() -> None:
    # load_dataset keeps a version as x.y.z with unsigned 32-bit numbers.
    versions = {both(rows(), split)[2] for split in "abcdefgh"}
    assert len(versions) == 8
    for version in versions:
        assert re.fullmatch(r"1\.0\.\d+", version)
        assert 0 <= int(version.split(".")[2]) < 2**32


def test_no_rows_have_a_fingerprint_too() -> None:
    assert re.fullmatch("[0-9a-f]{64}", fingerprint([]))


@pytest.mark.parametrize(
    ("column", "is_one"),
    [("question_prior_p_gold", True), ("image.probe.prediction", True), ("answer", False), ("meta", False)],
)
def test_measurements_are_known_by_their_ending(column: str, is_one: bool) -> None:
    assert is_measurement(column) == is_one


def test_rows_come_back_from_parquet_with_the_same_fingerprint(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(rows())
    p_gold = table.schema.get_field_index("question_prior_p_gold")
    table = table.set_column(p_gold, "question_prior_p_gold", table["question_prior_p_gold"].cast(pa.float32()))
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=3)
    assert both(list(parquet_rows(tmp_path / "a.parquet"))) == both(rows())
