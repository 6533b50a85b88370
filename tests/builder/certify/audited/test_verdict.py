"""Verdicts: three outcomes, their words, and how often they are wrong."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from twokeys.builder.certify.audited.chance import unrelated_chance
from twokeys.builder.certify.audited.evidence import Adversary, Evidence, Scored, Standard, weigh
from twokeys.builder.certify.audited.null import NullEvidence
from twokeys.builder.certify.audited.permutation import Permuted
from twokeys.builder.certify.audited.verdict import decide, holm
from twokeys.core.intervals.equivalence import needed_items
from twokeys.core.intervals.excess import excess


def evidence(share: float, items: int = 10_000, **changes: Any) -> Evidence:
    """Of an adversary that is right on exactly that share of independent items, where chance is one half."""
    right = np.arange(items) < round(share * items)
    terms = Standard(changes.pop("margin", 0.03), resamples=200)
    adversary = Adversary(**({"view": "question", "name": "question.tfidf"} | changes))
    return weigh(Scored(right, 0.5, np.arange(items)), adversary, terms)


def test_all_within_the_margin_is_certified() -> None:
    found = decide("question", [evidence(0.502), evidence(0.497, name="question.forest")], 0.03)
    assert found.outcome == "certified"
    assert found.reasons == ("all 2 adversaries are within 3.0 points of chance in both directions",)
    assert (found.needed_items, found.notes) == (None, ())


def test_above_the_margin_is_refused_in_words() -> None:
    found = decide("question", [evidence(0.5), evidence(0.58, trained_on="removed")], 0.03)
    assert found.outcome == "not certified"
    (reason,) = found.reasons
    assert reason.startswith(
        "question.tfidf, fitted on the removed items, is right on 58.0 % [57.0, 59.0] of 10,000 items"
    )
    assert "chance is 50.0 %: 8.0 points above, beyond the margin of 3.0" in reason


def test_below_the_margin_is_refused_as_an_inverse_cue() -> None:
    found = decide("question", [evidence(0.40)], 0.03)
    assert found.outcome == "not certified"
    assert "40.0 %" in found.reasons[0]
    assert "10.0 points below, beyond the margin of 3.0; an inverse cue" in found.reasons[0]


def test_a_small_set_cannot_tell_and_is_told_the_size_that_can() -> None:
    small = evidence(0.5, 300)
    found = decide("question", [small], 0.03)
    # Twice the 2,379 of independent answers: cross-fitted answers depend on each other.
    assert found.outcome == "too small to tell"
    assert found.needed_items == small.needed_items == pytest.approx(2 * 2379, rel=0.01)
    assert found.missing_items == small.needed_items - 300
    assert found.reasons[0] == (
        f"proven to be within {100 * found.bound:.1f} points of chance; to prove 3.0 points, about "
        f"{small.needed_items:,} items are needed, {found.missing_items:,} more"
    )
    assert f"a set at chance needs about {small.needed_items:,} items" in found.reasons[1]


def test_the_bound_is_the_smallest_margin_at_which_the_set_would_be_certified() -> None:
    for share, items in ((0.5, 300), (0.53, 1000), (0.48, 700)):
        bound = decide("question", [evidence(share, items)], 0.03).bound
        assert bound is not None
        for margin, outcome in ((bound, "certified"), (bound - 0.001, "too small to tell")):
            assert decide("question", [evidence(share, items, margin=margin)], margin).outcome == outcome


def test_a_margin_holds_in_every_part_or_the_part_is_named() -> None:
    """Half of the items at +8 points and half at -8 are at chance on average, and in neither half."""
    parts = {"split=head": [evidence(0.58)], "split=tail": [evidence(0.42)]}
    found = decide("question", [evidence(0.5, 20_000)], 0.03, parts=parts)
    assert found.outcome == "not certified"
    assert [reason.partition(":")[0] for reason in found.reasons] == ["in split=head", "in split=tail"]
    small = decide(
        "question", [evidence(0.5)], 0.03, parts={"split=a": [evidence(0.5)], "split=b": [evidence(0.5, 200)]}
    )
    assert small.outcome == "certified"
    assert [part.outcome for part in small.parts] == ["certified", "too small to tell"]
    assert small.notes[0] == "the same is proven for each of split=a"
    assert small.notes[1].startswith("split=b is too small to tell (200 items): within ")


def test_a_part_that_is_large_enough_and_seen_beyond_the_margin_is_not_passed_over() -> None:
    part = evidence(0.532, 8_000)
    assert part.p_beyond > 0.05
    found = decide("question", [evidence(0.5, 20_000)], 0.03, parts={"split=head": [part]})
    assert found.outcome == "too small to tell"
    assert found.reasons[0].startswith("in split=head: ")
    assert "the estimate is beyond the margin of 3.0 points" in found.reasons[0]


def test_frequent_answers_are_refused_though_their_excess_over_chance_is_nothing() -> None:
    """Of a set of which 85 % are yes, yes is right on 85 % and by chance as well; a guess is right on half."""
    right = np.arange(2000) < 1700
    one = weigh(Scored(right, 0.85, np.arange(2000), 0.5), Adversary("question", "question.prior"), Standard(0.05))
    assert one.excess == pytest.approx(0)
    found = decide("question", [one], 0.05)
    assert found.outcome == "not certified"
    assert (
        "35.0 points above a guess (50.0 %), beyond the margin of 5.0; some answers are too frequent"
        in found.reasons[0]
    )


def test_an_excess_near_the_margin_needs_more_than_a_set_at_chance_would() -> None:
    near = evidence(0.522)
    found = decide("question", [near], 0.03)
    assert found.outcome == "too small to tell"
    assert found.needed_items == near.needed_items_as_observed
    assert found.needed_items is not None
    assert found.needed_items > near.items > (near.needed_items or 0)
    assert "at an excess of +2.2 points, about" in found.reasons[1]
    over = decide("question", [evidence(0.535)], 0.03)
    assert (over.outcome, over.needed_items) == ("too small to tell", None)
    assert "no number of items" in over.reasons[1]


def test_one_group_says_nothing_and_no_adversary_says_nothing() -> None:
    one_group = Scored(np.ones(50, dtype=bool), 0.5, np.zeros(50, dtype=int))
    alone = weigh(one_group, Adversary("image", "a"), Standard(0.03))
    assert (alone.mde, alone.needed_items, alone.interval) == (None, None, (-0.5, 0.5))
    found = decide("image", [alone], 0.03)
    assert found.outcome == "too small to tell"
    assert "one group" in found.reasons[1]
    assert decide("image", [], 0.03).outcome == "too small to tell"


def test_a_proven_excess_within_the_margin_is_noted() -> None:
    found = decide("question", [evidence(0.510, 40_000)], 0.03)
    assert found.outcome == "certified"
    assert "is proven to differ from chance by +1.0 points, within the margin" in found.notes[0]


NULL = NullEvidence(
    runs=39, level=0.95, median=-0.10, interval=(-0.12, -0.08), adjusted=0.10, adjusted_interval=(0.08, 0.12), p=0.025
)


def test_at_chance_because_two_cues_cancel_is_refused() -> None:
    found = decide("question", [evidence(0.5, null=NULL)], 0.03)
    assert found.outcome == "not certified"
    assert "permuted labels ends -10.0 points from chance: +10.0 points [+8.0, +12.0]" in found.reasons[0]
    # Not beyond the margin, or not beyond what few runs can show: no refusal.
    for harmless in (replace(NULL, adjusted_interval=(0.02, 0.06)), replace(NULL, p=0.1)):
        assert decide("question", [evidence(0.5, null=harmless)], 0.03).outcome == "certified"


def test_a_deficit_that_selection_alone_explains_is_refused_all_the_same_and_noted() -> None:
    null = replace(NULL, adjusted=0.0, adjusted_interval=(-0.02, 0.02), p=0.9)
    found = decide("question", [evidence(0.4, null=null)], 0.03)
    assert found.outcome == "not certified"
    assert "selection alone explains it; permuted labels end -10.0 points from chance" in found.notes[0]


def test_what_permutations_say_of_the_spread_decides() -> None:
    sure, unsure = (Permuted(runs=50, centre=0.5, spread=spread, p=0.4) for spread in (0.004, 0.03))
    assert decide("question", [evidence(0.5, permuted=sure)], 0.03).outcome == "certified"
    assert decide("question", [evidence(0.5, permuted=unsure)], 0.03).outcome == "too small to tell"


def test_evidence_of_another_view_or_margin_is_an_error() -> None:
    with pytest.raises(ValueError, match="image"):
        decide("question", [evidence(0.5), evidence(0.5, view="image")], 0.03)
    with pytest.raises(ValueError, match="against the margins"):
        decide("question", [evidence(0.5)], 0.02)


@pytest.mark.parametrize("items", [1, 50, 2000])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_verdict_is_json(items: int, share: float) -> None:
    permuted = Permuted(runs=5, centre=0.5, spread=0.01, p=0.5)
    verdict = decide("question", [evidence(share, items, permuted=permuted, null=NULL)], 0.03)
    assert json.loads(json.dumps(asdict(verdict), allow_nan=False))["outcome"] == verdict.outcome


def test_holm_by_hand() -> None:
    # Sorted 0.01 0.02 0.03 0.5 times 4 3 2 1: 0.04 0.06 0.06 0.5.
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([0.6, 0.9]) == pytest.approx([1, 1])
    assert len(holm([])) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_lies_between_none_and_bonferroni(p: list[float]) -> None:
    adjusted = holm(p)
    assert (adjusted >= np.array(p) - 1e-12).all()
    assert (adjusted <= np.minimum(np.array(p) * len(p), 1) + 1e-12).all()
    assert all(a <= b for a, b in pairwise(adjusted[np.argsort(p)]))


# ------------------------------------------------------------------------------------------------------ error rates


def rates(truths: list[float], size: int, draws: int, seed: int = 0) -> dict[str, float]:
    """How often each outcome comes out for adversaries with these excesses, on groups of `size` like items.

    Answers of an adversary agree within a group as a share from Beta(2, 2) makes them; adversaries are independent, the
    hardest case for "all". Sets have the size that a plan from a large sample names.
    """
    rng = np.random.default_rng(seed)

    def right(truth: float, groups: int) -> np.ndarray:
        share = rng.beta(2, 2, groups) if size > 1 else np.full(groups, 0.5)
        return rng.random(groups * size) < share.repeat(size) + truth

    pilot = excess(right(0.0, 5000), 0.5, np.arange(5000).repeat(size))
    groups = -(-(needed_items(pilot, 0.03, adversaries=len(truths)) or 0) // size)
    outcomes = [
        decide(
            "question",
            [
                weigh(
                    Scored(right(truth, groups), 0.5, np.arange(groups).repeat(size)),
                    Adversary("question", str(number), "removed"),
                    Standard(0.03, adversaries=len(truths), resamples=2),
                )
                for number, truth in enumerate(truths)
            ],
            0.03,
        ).outcome
        for _ in range(draws)
    ]  # fmt: skip
    return {name: outcomes.count(name) / draws for name in ("certified", "not certified", "too small to tell")}


def within(share: float, draws: int) -> float:
    """Three standard errors of a share."""
    return 3 * float(np.sqrt(share * (1 - share) / draws))


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("adversaries", [1, 3])
def test_sets_at_chance_are_certified_and_all_but_never_refused(size: int, adversaries: int) -> None:
    found = rates([0.0] * adversaries, size, 200)
    assert found["certified"] >= 0.8 - within(0.8, 200)
    assert found["not certified"] <= 0.01


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("truths", [[0.03], [-0.03], [0.0, 0.03], [0.03, -0.03, 0.0]])
def test_sets_with_an_excess_at_the_margin_are_rarely_certified_or_refused(truths: list[float], size: int) -> None:
    found = rates(truths, size, 200)
    assert found["certified"] <= 0.05 + within(0.05, 200)
    assert found["not certified"] <= 0.05 + within(0.05, 200)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 4, 12])
def test_error_rates_to_a_point(size: int) -> None:
    assert rates([0.0], size, 2000)["certified"] >= 0.8 - within(0.8, 2000)
    assert rates([0.0] * 4, size, 500)["certified"] >= 0.8 - within(0.8, 500)
    for truth in (0.03, -0.03):
        assert rates([truth], size, 2000)["certified"] <= 0.05 + within(0.05, 2000)
        assert rates([2 * truth], size, 300)["certified"] == 0


@pytest.mark.slow
def test_cross_fitted_adversaries_that_find_nothing_are_certified_at_the_needed_size() -> None:
    """Answers of a refitted model are not independent coins; the plan and the test allow for it."""
    n, outcomes = 4768, []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        x, y, fold = rng.normal(size=(n, 20)), rng.permutation(np.arange(n) % 2), rng.permutation(n) % 5
        predicted = np.zeros(n, dtype=int)
        for number in range(5):
            test = fold == number
            predicted[test] = LogisticRegression().fit(x[~test], y[~test]).predict(x[test])
        level = unrelated_chance(predicted, y, fold)
        scores = Scored(predicted == y, level, np.arange(n))
        one = weigh(scores, Adversary("question", "a"), Standard(0.03, resamples=2))
        assert one.needed_items == pytest.approx(n, rel=0.02)
        outcomes.append(decide("question", [one], 0.03).outcome)
    assert outcomes.count("certified") / 150 >= 0.8 - within(0.8, 150)
    assert outcomes.count("not certified") == 0
