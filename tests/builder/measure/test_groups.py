"""Groups join what is linked; folds never part a group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.baselines.prior import Prior
from twokeys.builder.measure.baselines.problem import Problem, count
from twokeys.builder.measure.groups import EVERY, Links, group, pairs
from twokeys.core.folds import fold_of


def table(n: int, source: str = "toy") -> pd.DataFrame:
    return pd.DataFrame({"id": [f"{source}:test:{place:03d}" for place in range(n)], "source": source})


def keys(*links: tuple[int, str]) -> pd.Series:
    """(item position, key) pairs as a series."""
    return pd.Series([key for _, key in links], index=[place for place, _ in links], dtype=object)


def together(groups: pd.Series) -> list[set[int]]:
    """Positions by group, in order of appearance."""
    return [set(part.index) for _, part in groups.groupby(groups, sort=False)]


def test_groups_are_the_union_of_all_links() -> None:
    # Image p joins 0 1, image q joins 2 3, the declared link r joins 1 2: one group of four. Links of one kind alone
    # would make two. Items 4 and 5 share nothing; item 5 has a link that nobody shares.
    image = Links("toy", "image", keys((0, "p"), (1, "p"), (2, "q"), (3, "q"), (4, "s"), (5, "t")))
    links = Links("toy", "links", keys((1, "r"), (2, "r"), (5, "u")))
    groups, reports = group(table(6), [image, links], folds=1)
    assert together(groups) == [{0, 1, 2, 3}, {4}, {5}]
    assert [(report.kind, report.links, report.largest_share, report.used) for report in reports] == [
        ("image", 2, 2 / 6, True),
        ("links", 1, 4 / 6, True),
    ]


def test_an_item_with_several_links_joins_all_of_them() -> None:
    links = Links("toy", "links", keys((0, "a"), (1, "a"), (1, "b"), (2, "b")))
    assert together(group(table(4), [links], folds=1)[0]) == [{0, 1, 2}, {3}]


def test_a_kind_that_would_chain_is_reported_and_not_used() -> None:
    # Folds of five want groups of at most 2 in 10. Pictures pair items; the question would join 6 of 10.
    pictures = Links("toy", "image", pd.Series([f"i{place // 2}" for place in range(10)]))
    question = Links("toy", "question", pd.Series(["q"] * 6 + list("abcd")))
    rare = Links("toy", "links", keys((8, "x"), (9, "x")), threshold=0.9, note="declared")
    groups, reports = group(table(10), [pictures, question, rare], folds=5)
    assert together(groups) == [{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}]
    assert [report.used for report in reports] == [True, False, True]
    assert reports[1].note == "would put 60% of the corpus into one group"
    assert (reports[2].note, reports[2].threshold) == ("declared", 0.9)


def test_a_share_of_exactly_one_fold_is_still_used() -> None:
    links = Links("toy", "image", pd.Series(["a", "a", "b", "c", "d", "e", "f", "g", "h", "i"]))
    assert group(table(10), [links], folds=5)[1][0].used


def test_a_kind_counts_against_its_own_corpus() -> None:
    # Two of the three items of the small corpus share a picture: too many for it, whatever the large one holds.
    both = pd.concat([table(97, "large"), table(3, "small")], ignore_index=True)
    _, (report,) = group(both, [Links("small", "image", keys((97, "a"), (98, "a"), (99, "b")))], folds=5)
    assert (report.source, report.largest_share, report.used) == ("small", 2 / 3, False)
    # A group of ten is a tenth of the large corpus; that it is as large as the whole small one does not matter there.
    both = pd.concat([table(100, "large"), table(10, "small")], ignore_index=True)
    large = Links("large", "image", keys(*[(place, "a") for place in range(10)]))
    small = Links("small", "image", keys((100, "b"), (101, "b")))
    _, reports = group(both, [large, small], folds=5)
    assert [(report.largest_share, report.used) for report in reports] == [(0.1, True), (0.2, True)]


def test_a_kind_without_links_joins_nothing() -> None:
    groups, (report,) = group(table(3), [Links("toy", "links", keys())], folds=5)
    assert together(groups) == [{0}, {1}, {2}]
    assert (report.links, report.used) == (0, False)  # one item of three is more than a fifth of them


@st.composite
def linked(draw: st.DrawFn) -> tuple[pd.DataFrame, list[Links]]:
    n = draw(st.integers(1, 12))
    one = st.tuples(st.integers(0, n - 1), st.sampled_from("abcde"))
    kinds = [Links("toy", kind, keys(*draw(st.lists(one, max_size=8)))) for kind in ("image", "links")]
    return table(n), kinds


@given(linked())
def test_two_items_share_a_group_exactly_when_links_lead_from_one_to_the_other(
    case: tuple[pd.DataFrame, list[Links]],
) -> None:
    items, links = case
    expected = [{place} for place in range(len(items))]
    for kind in links:
        for _, places in kind.keys.groupby(kind.keys):
            joined = [part for part in expected if part & set(places.index)]
            expected = [part for part in expected if part not in joined] + [set().union(*joined)]
    found = together(group(items, links, folds=1)[0])
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


@given(linked(), st.randoms())
def test_group_names_do_not_depend_on_the_order_of_rows(case: tuple[pd.DataFrame, list[Links]], random) -> None:
    items, links = case
    order = random.sample(range(len(items)), len(items))  # new row r is old row order[r]
    place = {old: new for new, old in enumerate(order)}
    moved = [Links(kind.source, kind.kind, kind.keys.rename(index=place)) for kind in links]
    shuffled = items.iloc[order].reset_index(drop=True)
    one = dict(zip(items["id"], group(items, links, folds=1)[0], strict=True))
    other = dict(zip(shuffled["id"], group(shuffled, moved, folds=1)[0], strict=True))
    assert one == other


def test_pairs_are_named_by_the_first_id_of_their_component() -> None:
    ids = pd.Series(["d", "c", "b", "a", "e"])
    # d - b, b - a, a - d are one component; c has no partner; e is its own world.
    named = pairs(ids, pd.Series(["b", None, "a", "d", None]))
    assert named.tolist() == ["a", "c", "a", "a", "e"]


# ------------------------------------------------------------------------------- why groups: a corpus of pairs


def blind(fold: np.ndarray, questions: list[str], answers: np.ndarray) -> float:
    """Accuracy of the question's answer prior, cross-fitted over folds."""
    content, texts = pd.factorize(pd.Series(questions))
    problem = Problem("answer", np.arange(len(answers)), content, answers, fold, [""] * len(texts), list(texts))
    hits = 0
    for number in range(5):
        inside = fold == number
        train = count(content[~inside], answers[~inside], 2)
        hits += int((Prior().predict(problem, train, content[inside], 0).argmax(axis=1) == answers[inside]).sum())
    return hits / len(answers)


def test_folds_that_part_pairs_push_a_blind_score_far_below_chance() -> None:
    # 200 statements, each true of one picture and false of another, as in NLVR2. Whoever has seen a statement's twin
    # believes its answer, and the twin's answer is the wrong one. In folds of items a twin is in the training folds
    # with probability 4 / 5, so the score is about 1 / 5 * 1 / 2 = 10 %. In folds of pairs the statement is new, the
    # training answers are exactly even, and naming one answer for all is right exactly half of the time.
    questions = [f"statement {number // 2}" for number in range(400)]
    answers = np.tile([0, 1], 200)
    items = pd.Series([f"item {number}" for number in range(400)])
    assert blind(fold_of(pd.Series(questions), 5, 0), questions, answers) == 0.5
    assert blind(fold_of(items, 5, 0), questions, answers) == pytest.approx(0.1, abs=0.04)


def test_a_kind_may_have_a_limit_of_its_own_and_later_kinds_are_judged_by_what_they_add() -> None:
    # Four of ten items share some image: more than a fifth, and less than a half.
    shared = Links("toy", "any image", keys((0, "p"), (1, "p"), (1, "q"), (2, "q"), (2, "r"), (3, "r")), most=0.5)
    small = Links("toy", "links", keys((8, "x"), (9, "x")))
    more = Links("toy", "near_image", keys((3, "y"), (4, "y")))
    groups, reports = group(table(10), [shared, small, more], folds=5)
    assert together(groups) == [{0, 1, 2, 3}, {4}, {5}, {6}, {7}, {8, 9}]
    assert [report.used for report in reports] == [True, True, False]
    every = Links("toy", "any image", keys(*((place, "p") for place in range(6))), most=0.5)
    assert not group(table(10), [every], folds=5)[1][0].used


@given(st.lists(st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=3), min_size=2, max_size=12))
def test_items_that_share_any_image_are_in_one_fold(lists: list[list[str]]) -> None:
    shown = pd.Series(lists).explode()
    groups, (report,) = group(table(len(lists)), [Links("toy", "any image", shown, most=1.0)], folds=2)
    folds = fold_of(groups, 2, seed=0)
    assert report.used
    for one, first in enumerate(lists):
        for other, second in enumerate(lists):
            if set(first) & set(second):
                assert groups[one] == groups[other]
                assert folds[one] == folds[other]


def test_links_between_corpora_join_items_of_both() -> None:
    items = pd.concat([table(4, "one"), table(4, "other")], ignore_index=True)
    own = [Links(name, "image", keys((at, "p"), (at + 1, "p"))) for name, at in (("one", 0), ("other", 4))]
    between = Links(EVERY, "any image", keys((1, "p"), (4, "p"), (2, "q"), (7, "r")), most=0.5)
    groups, reports = group(items, [*own, between], folds=2)
    assert together(groups) == [{0, 1, 4, 5}, {2}, {3}, {6}, {7}]
    assert [(one.source, one.largest_share, one.used) for one in reports] == [
        ("one", 0.5, True), ("other", 0.5, True), (EVERY, 0.5, True),
    ]  # fmt: skip
