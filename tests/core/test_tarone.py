"""The correction by Tarone: as small as it can be, and safe."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.intervals.tarone import able

LEAST = st.lists(st.floats(1e-6, 1.0), max_size=40).map(np.array)


@given(LEAST)
def test_no_more_tests_can_reject_than_the_level_is_divided_by_and_no_smaller_number_would_do(least) -> None:
    number = able(least, 0.05)
    for tried in range(1, number + 2):
        reached = int((least <= 0.05 / tried).sum())
        assert (reached <= tried) == (tried >= max(number, 1))


@given(LEAST)
def test_it_is_never_stricter_than_dividing_by_all(least) -> None:
    assert able(least, 0.05) <= len(least)
