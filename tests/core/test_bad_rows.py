"""Bad rows by kind: every row is counted once, and examples go by number."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.bad_rows import by_kind, general
from twokeys.core.errors import BadInput

KINDS = ["the answer is empty", "the id '{n}' comes twice", "the image has {n} pixels (of {n})"]
problems = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3000)), min_size=1, max_size=40).map(
    lambda rows: [BadInput("a.csv", n, kind.format(n=n), "", "mend it") for kind, n in rows]
)


@given(problems)
def test_every_row_is_counted_once_and_each_kind_has_a_line(rows: list[BadInput]) -> None:
    lines = by_kind(rows)
    counts = [int(re.match(r"([\d,]+) rows?: ", line)[1].replace(",", "")) for line in lines]  # type: ignore[index]
    assert sum(counts) == len(rows)
    assert counts == sorted(counts, reverse=True)
    assert len(lines) == len({general(row.problem) for row in rows})


@given(problems)
def test_examples_are_the_first_by_number(rows: list[BadInput]) -> None:
    for line in by_kind(rows):
        numbers = [int(number) for number in re.findall(r"row (\d+)", line.partition("Such as")[2])]
        assert numbers == sorted(numbers)
        assert len(numbers) <= 3


def test_rows_with_names_go_by_their_numbers_too() -> None:
    rows = [BadInput("a.csv", f"b.csv#{n}, cell 3", "no", "", "mend it") for n in (100, 20, 3)]
    assert by_kind(rows)[0].endswith(
        "Such as a.csv, b.csv#3, cell 3; a.csv, b.csv#20, cell 3; a.csv, b.csv#100, cell 3."
    )
