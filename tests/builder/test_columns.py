"""One table says what a column is, and one rule how measurements are called: names go there and back."""

from __future__ import annotations

from itertools import product

import pytest

from twokeys.builder.measure.baselines import baselines, families
from twokeys.core.columns import (
    AUDITED,
    BALANCED,
    CHOICE,
    ITEMS,
    MEASUREMENTS,
    OPEN,
    PAIRS,
    REMOVED,
    TABLE,
    column,
    columns_of,
    features,
    inside,
    is_measurement,
    is_number,
    of_tier,
    published,
)
from twokeys.core.items import SCHEMA
from twokeys.core.measured import FITS, KINDS, UNPUBLISHED, Measured, check_family

CONFIGS = (BALANCED, AUDITED, REMOVED, PAIRS, MEASUREMENTS, OPEN, CHOICE)
EVERY = [Measured(name, kind, fit) for name, kind, fit in product(baselines(), KINDS, FITS)]


def test_every_measurement_of_every_baseline_goes_there_and_back() -> None:
    names = {published(one.name) for one in EVERY}
    assert len(names) == len(EVERY), "no two have one published name"
    for one in EVERY:
        assert Measured.of(one.name) == Measured.of(published(one.name)) == one
        assert published(one.name).isidentifier()
        assert inside(published(one.name)) == one.name
        assert is_measurement(one.name)
        assert is_number(published(one.name)) == (one.kind == "p_gold")
        assert column(published(one.name)) == column(one.name)


def test_what_is_not_published_is_a_measurement_of_a_baseline_and_no_column() -> None:
    for kind in UNPUBLISHED:
        name = f"question.neighbours.{kind}"
        measured = Measured.of(name)
        assert measured is not None
        assert (measured.name, measured.published, is_measurement(name), published(name)) == (name, False, False, name)


def test_every_published_name_is_an_identifier_and_stands_once() -> None:
    names = [each.name for each in TABLE]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert all(Measured.of(name) is None for name in names), "no fixed column looks like a baseline's"
    for config in CONFIGS:
        there = columns_of(config, True, [one.name for one in EVERY])
        assert there[0] == "id"
        assert [*features(there)] == there


def test_measurements_stand_in_their_config_and_beside_removed_rows_alone() -> None:
    measured = [*(one.name for one in EVERY), "answers.agreement", "adversaries.vote", "adversaries.disagreement"]
    for config in CONFIGS:
        found = {name for name in columns_of(config, True, measured) if is_measurement(name)}
        wanted = set(map(published, measured)) if config in (MEASUREMENTS, REMOVED) else set()
        if config == REMOVED:
            wanted -= {"adversaries_vote", "adversaries_disagreement"}
        assert found == wanted


@pytest.mark.parametrize(
    ("name", "tiers"),
    [
        ("image.probe.p_gold", [BALANCED, AUDITED]),
        ("image.probe.paired.p_gold", [BALANCED, AUDITED]),
        ("image.probe.refit.p_gold", [BALANCED]),
        ("image.probe.audited.p_gold", [AUDITED]),
        ("image_probe_unkept_prediction", [AUDITED]),
        ("adversaries.vote", [AUDITED]),
        ("answers_agreement", [BALANCED, AUDITED]),
    ],
)
def test_a_measurement_speaks_of_the_tiers_on_which_it_was_fitted(name: str, tiers: list[str]) -> None:
    assert [tier for tier in (BALANCED, AUDITED) if of_tier(name, tier)] == tiers


def test_the_item_table_has_the_columns_that_the_table_says() -> None:
    assert SCHEMA.names == columns_of(ITEMS)
    assert str(SCHEMA.field("choices").type).startswith("list<")


def test_families_have_names_that_columns_can_be_named_after() -> None:
    for family in families():
        check_family(family.name)


@pytest.mark.parametrize("name", ["my-baseline", "Mine", "my.baseline", "a__b", "a_", "lm_refit", "audited", "1st", ""])
def test_other_names_of_families_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="names no family of baselines"):
        check_family(name)
