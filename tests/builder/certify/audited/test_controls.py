"""Positive controls: what their tries say, what a verdict makes of them, and that they find what they plant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.judging import items_of, published
from tests.builder.certify.audited.items import NOUNS
from twokeys.builder.certify.audited.control_stage import PlantedSet, control, controls
from twokeys.builder.certify.audited.controls import Control, Tried, controlled, coverage, enough, faults, search, sizes
from twokeys.builder.certify.audited.verdict import Verdict, decide
from twokeys.builder.recipe import Audited, Measure, Recipe
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run

MARGIN = 0.05


def test_tries_end_as_soon_as_it_is_clear() -> None:
    assert search(lambda size, number: True, MARGIN, 0.5, 10) == ((Tried(0.05, 8, 8),), 0.05)
    tried, smallest = search(lambda size, number: size >= 0.1, MARGIN, 0.5, 10)
    assert tried == (Tried(0.05, 3, 0), Tried(0.075, 3, 0), Tried(0.1, 8, 8))
    assert smallest == 0.1
    tried, smallest = search(lambda size, number: False, MARGIN, 0.5, 5)
    assert [one.size for one in tried] == [0.05, 0.075, 0.1, 0.15, 0.2]
    assert smallest is None


def test_where_no_cue_can_have_the_margin_s_size_what_can_be_had_is_tried() -> None:
    assert sizes(MARGIN, 0.03) == [0.03]
    assert sizes(MARGIN, 0.0) == []
    assert search(lambda size, number: True, MARGIN, 0.0, 10) == ((), None)


@given(st.lists(st.booleans(), min_size=60, max_size=60), st.integers(5, 12), st.floats(0, 0.3))
def test_a_search_never_contradicts_itself(coins: list[bool], tries: int, attainable: float) -> None:
    toss = iter(coins)
    tried, smallest = search(lambda size, number: next(toss), MARGIN, attainable, tries)
    made = Control("question", "spacing", ("question.looks",), attainable, tried, smallest)
    assert faults([made], MARGIN, tries) == []
    for one in tried:
        for wrong in (
            replace(one, found=one.found + 1),
            replace(one, tries=one.tries + tries),
            replace(one, size=0.06),
        ):
            assert faults([replace(made, tried=tuple(wrong if it == one else it for it in tried))], MARGIN, tries)
    for other in (None, 0.05, 0.075):
        if other != smallest:
            assert faults([replace(made, smallest=other)], MARGIN, tries)


def verdict(outcome: str = "certified") -> Verdict:
    plain = decide("question", [], MARGIN)
    return replace(plain, outcome=outcome, reasons=("all is well",))  # type: ignore[arg-type]


def found(kind: str, smallest: float | None, attainable: float = 0.5) -> Control:
    return Control("question", kind, ("question.looks",), attainable, (), smallest)


def test_without_a_control_that_finds_something_nothing_is_certified() -> None:
    other = replace(found("border", 0.05), view="image")
    for none in ([], [found("spacing", None)], [other]):
        assert controlled(verdict(), none).outcome != "certified"
    assert "no positive control was run" in controlled(verdict(), []).reasons[0]
    assert controlled(verdict(), [found("spacing", 0.2), found("rare word", None)]).outcome == "certified"


def test_a_view_with_no_room_for_a_cue_is_not_certified_and_the_reason_says_that_nothing_could_be_tried() -> None:
    cramped = [found("spacing", None, 0.01), found("row order", None, 0.02)]
    of_view = controlled(verdict(), cramped)
    assert of_view.outcome == "too small to tell"
    assert "no planted cue of any kind can be as large as the margin in this view" in of_view.reasons[0]
    for other in (found("rare word", None, 0.5), replace(found("rare word", None, 0.01), judges=())):
        assert controlled(verdict(), [*cramped, other]).reasons[0].startswith("the adversaries find no planted cue")


def test_controls_never_make_a_verdict_better() -> None:
    for outcome in ("not certified", "too small to tell"):
        assert controlled(verdict(outcome), [found("spacing", 0.05)]).outcome == outcome


def test_what_was_covered_is_said() -> None:
    said = coverage(
        [found("spacing", 0.05), found("letter case", 0.1), found("rare word", None), found("row order", None, 0.01)],
        MARGIN,
    )
    assert said == [
        "planted cues of 5.0 points are found: spacing",
        "planted cues of 10.0 points are found, larger than the margin: smaller cues are not covered: letter case",
        "not covered: rare word",
        "no single cue of these kinds can be as large as the margin here: row order",
    ]


def recipe(settings: Audited) -> Recipe:
    return Recipe.model_construct(audited=settings, measure=Measure(folds=3), seed=0)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> PlantedSet:
    """600 questions that say nothing, with the problems of their judges."""
    rng = np.random.default_rng(0)
    answers = rng.permutation(["yes", "no"] * 300).tolist()
    items = items_of([f"Is the {' by the '.join(rng.choice(NOUNS, 3, replace=False))} red?" for _ in answers], answers)
    folder = tmp_path_factory.mktemp("run")
    settings = Audited(margin=0.15, controls=5, certify=["question.looks", "question.metadata"])

    def made() -> list[Control]:
        run = Run(folder, Serial())
        kept = KeyedTable(items, "a set")
        return controls(run, kept, ["question"], recipe(settings), lambda _: published(items), None)

    first = made()
    assert [one.kind for one in first if one.judges] == [
        "letter case", "punctuation", "spacing", "row number", "row order",
    ]  # fmt: skip
    assert all(one.smallest is None for one in first if not one.judges)
    assert made() == first
    return PlantedSet.load(next(folder.glob("control-problems-*")))


@pytest.mark.parametrize("kind", ["letter case", "punctuation", "spacing"])
def test_a_large_cue_is_found_and_the_same_seed_finds_the_same(planted: PlantedSet, kind: str) -> None:
    first, second = (control(planted, "question", kind, None) for _ in range(2))
    assert first == second
    assert first.smallest == 0.15
    assert 0.4 < first.attainable < 0.5  # some questions are asked twice


def test_a_cue_of_no_size_is_found_by_luck_alone(planted: PlantedSet) -> None:
    tiny = replace(planted, setting=replace(planted.setting, margin=0.001, tries=10))
    found = control(tiny, "question", "spacing", None)
    assert found.smallest is None
    assert sum(one.found for one in found.tried) <= 2


def test_pictures_known_by_name_alone_are_not_covered(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    answers = rng.permutation(["yes", "no"] * 40).tolist()
    items = items_of(["Is it red?"] * 80, answers)
    settings = Audited(margin=0.2, controls=5, certify=["image.detail", "image.convnet"])
    run = Run(tmp_path, Serial())
    kept = KeyedTable(items, "names")
    made = controls(run, kept, ["image"], recipe(settings), lambda _: published(items), None)
    assert len(made) == 10
    assert all(one.smallest is None and not one.judges for one in made)
    assert controlled(replace(verdict(), view="image"), made).outcome != "certified"


def test_enough_is_four_of_five() -> None:
    assert [enough(tries) for tries in (5, 6, 10, 20)] == [4, 5, 8, 16]
