"""Error rates by simulation: no set with a cue of twice the margin is certified, and most sets without one are."""

from __future__ import annotations

import pytest

from benchmarks import simulated

MARGIN = 0.05


@pytest.mark.parametrize(("seed", "items", "margin"), [(0, 700, 0.1), (9, 500, 0.12)])
def test_a_cue_of_twice_the_margin_is_not_certified_on_a_small_set(seed: int, items: int, margin: float) -> None:
    assert simulated.planted_set(seed, items, margin)[2] == "not certified"


@pytest.mark.slow
def test_no_set_with_a_cue_of_twice_the_margin_is_certified() -> None:
    told = [simulated.planted_set(seed, 2_000, MARGIN) for seed in range(100)]
    assert {(view, kind) for view, kind, _ in told} == set(simulated.every_kind())
    assert [one for one in told if one[2] == "certified"] == []


@pytest.mark.slow
def test_four_of_five_sets_without_a_cue_are_certified() -> None:
    clean = [simulated.clean_set(seed, 2_000, MARGIN) for seed in range(15)]
    assert sum(one == ["certified", "certified"] for one in clean) >= 12
