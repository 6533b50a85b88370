"""The rules of MMStar and MMMU-Pro: dropped is what most of a panel answers without the image."""

from __future__ import annotations

import pandas as pd
import pytest

from twokeys.filters.answered_by_models import MMMUPro, MMStar


def table(right: list[float | None], models: float | None) -> pd.DataFrame:
    ids = [f"i{number}" for number in range(len(right))]
    return pd.DataFrame({"id": ids, "panel.right": right, "panel.models": models})


@pytest.mark.parametrize(
    ("rule", "models", "dropped"),
    [
        (MMStar(), 8, {6, 7, 8}),
        (MMStar(share=0.375), 8, {3, 4, 5, 6, 7, 8}),
        (MMMUPro(), 4, {3, 4}),
        (MMMUPro(), 3, {3}),
        (MMStar(share=1 / 3), 3, {1, 2, 3}),
        (MMStar(share=1), 1, {1}),
    ],
)
def test_as_many_models_as_the_share_says_drop_an_item(rule: MMStar, models: int, dropped: set[int]) -> None:
    found = rule.decide(table([float(number) for number in range(models + 1)], float(models)))
    assert set(found) == {f"i{number}" for number in dropped}
    for item, reason in found.items():
        assert reason == f"{item[1:]} of {models} models answer it without the image"


def test_nothing_is_dropped_where_no_model_was_asked() -> None:
    assert MMStar(share=0).decide(table([0.0, None], 0.0)) == {}
    assert MMStar().decide(table([None], None)) == {}
