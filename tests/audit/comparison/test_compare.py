"""Two runs whose marks are known: every figure by hand; and runs that must not be compared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.audit.comparison.toy import run_folder, table
from tests.audit.conftest import Says, looks
from twokeys.audit.comparison.compare import compare
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.evaluation.items import ITEMS
from twokeys.audit.models.model import Masking
from twokeys.core.errors import BadInput


def test_twelve_items_by_hand(tmp_path: Path) -> None:
    """One is right on the first nine, two on the first three and the last three: alone 6 and 3 of twelve."""
    items = table(12)
    one = run_folder(tmp_path / "one", items, [True] * 9 + [False] * 3, model="m/one")
    two = run_folder(tmp_path / "two", items, [True] * 3 + [False] * 6 + [True] * 3, model="m/two")
    found = compare(one, two)
    assert found.names == ["one", "two"]
    assert [rate.own.estimate for rate in found.rates] == [0.75, 0.5]
    (row,) = found.differences
    assert (row.first_alone, row.second_alone) == (6, 3)
    assert row.own.estimate == pytest.approx(0.25)
    assert row.p_mcnemar == row.p_holm == pytest.approx(2 * (1 + 9 + 36 + 84) / 512)  # three or fewer of nine
    assert row.p == pytest.approx(row.p_mcnemar)


def test_the_interval_draws_whole_groups(tmp_path: Path) -> None:
    """Two groups of two items; one run wins the first wholly. Draws: 1, 1/2 or 0 with chances 1/4, 1/2, 1/4."""
    items = table(4, group=["a", "a", "b", "b"])
    found = compare(
        run_folder(tmp_path / "one", items, [True] * 4, model="one"),
        run_folder(tmp_path / "two", items, [False, False, True, True], model="two"),
    )
    (row,) = found.differences
    assert (row.own.estimate, row.own.low, row.own.high) == (0.5, 0.0, 1.0)
    assert row.p_mcnemar == pytest.approx(0.5)  # two items
    assert row.p == pytest.approx(1.0)  # but one group: both signs are as far out
    assert found.groups == 2


def test_pairs_and_quads_count_only_if_all_their_items_are_right(tmp_path: Path) -> None:
    """A quad: one run misses one of its items, so it has three quarters of the items, half of the pairs, no quad."""
    partners = {"image_partner": ["i00001", "i00000", "i00003", "i00002"],
                "question_partner": ["i00002", "i00003", "i00000", "i00001"]}  # fmt: skip
    items = table(4, quad="0", **partners)
    found = compare(
        run_folder(tmp_path / "one", items, [True] * 4, model="one"),
        run_folder(tmp_path / "two", items, [False, True, True, True], model="two"),
    )
    rates = {(rate.measure, rate.run): rate.own.estimate for rate in found.rates}
    assert [rates[name, "two"] for name in ("accuracy", "question", "image", "group")] == [0.75, 0.5, 0.5, 0.0]
    assert {rates[name, "one"] for name in ("accuracy", "question", "image", "group")} == {1.0}
    assert [rate.chance for rate in found.rates[::2]] == [0.5, 0.25, 0.25, 0.0625]


def test_second_scores_have_differences_and_no_test(tmp_path: Path) -> None:
    items = table(6)
    runs = [
        run_folder(
            tmp_path / name, items.assign(**{"score.vqa_accuracy": [value, value, None, 1, 1, 1]}), [True] * 6,
            model=name,
        )
        for name, value in (("one", 0.5), ("two", 1.0))
    ]  # fmt: skip
    row = compare(*runs).differences[-1]
    assert (row.measure, row.own.n, row.own.estimate) == ("vqa_accuracy", 5, pytest.approx(-0.2))
    assert row.p is row.p_holm is row.first_alone is None


def test_three_runs_are_corrected_for_their_three_pairs(tmp_path: Path) -> None:
    items = table(40)
    rights = {"a": [True] * 40, "b": [True] * 34 + [False] * 6, "c": [True] * 30 + [False] * 10}
    found = compare(*(run_folder(tmp_path / name, items, right, model=name) for name, right in rights.items()))
    told = {(one.first, one.second): (one.p, one.p_holm) for one in found.differences}
    p = {("a", "b"): 2 / 64, ("a", "c"): 2 / 1024, ("b", "c"): 2 / 16}
    assert {pair: one[0] for pair, one in told.items()} == pytest.approx(p)
    corrected = {("a", "b"): 4 / 64, ("a", "c"): 6 / 1024, ("b", "c"): 2 / 16}
    assert {pair: one[1] for pair, one in told.items()} == pytest.approx(corrected)


def test_categories_are_those_that_the_folder_names_and_hold_at_once(tmp_path: Path) -> None:
    """Of 60 items of one kind the second run gets none, of the others as many as the first."""
    kinds = [json.dumps({"kind": {"detail": detail}}) for detail in ("far", "near") for _ in range(60)]
    items = table(120, meta=kinds)
    said = {"categories": ["kind.detail"]}
    found = compare(
        run_folder(tmp_path / "one", items, [True] * 120, said, model="one"),
        run_folder(tmp_path / "two", items, [False] * 60 + [True] * 60, said, model="two"),
    )
    assert {(one.column, one.value) for one in found.categories} == {("kind.detail", "far"), ("kind.detail", "near")}
    (apart,) = found.apart
    assert (apart.value, apart.first_alone, apart.second_alone, apart.difference) == ("far", 60, 0, 1.0)
    assert 0.75 < apart.low < apart.high == 1.0
    near = next(one for one in found.category_differences if one.value == "near")
    assert near.low < 0 < near.high  # no item tells both apart, which says how rare such items are, not that none is


def test_only_what_all_runs_scored_is_compared(tmp_path: Path) -> None:
    items = table(10)
    found = compare(
        run_folder(tmp_path / "one", items, [True] * 10, model="one"),
        run_folder(tmp_path / "two", items.iloc[::-1].head(6), [False] * 6, model="two"),
    )
    assert (found.items, found.left_out) == (6, {"one": 4, "two": 0})
    assert found.differences[0].first_alone == 6


def test_runs_of_other_rows_are_refused(tmp_path: Path) -> None:
    items = table(4)
    first = run_folder(tmp_path / "first", items, [True] * 4)
    for number, (stated, said) in enumerate(
        [
            ({"fingerprint": {"balanced": "0" * 64}, "folder": "others"}, "rows 000000000000 of others.*rows ffffffff"),
            ({"config": "audited"}, "config audited of shapes"),
            ({"split": "dev"}, "split dev"),
            ({"parser": 3}, "marked by parser 3, those of .*first by parser 4"),
        ]
    ):
        other = run_folder(tmp_path / f"other{number}", items, [True] * 4, **stated)
        with pytest.raises(BadInput, match=said):
            compare(first, other)
    nothing = run_folder(tmp_path / "nothing", items.assign(id=[f"o{number}" for number in range(4)]), [True] * 4)
    with pytest.raises(BadInput, match="no item is in all 2 runs"):
        compare(first, nothing)


def test_a_renamed_folder_with_the_same_rows_is_the_same_benchmark(tmp_path: Path) -> None:
    first = run_folder(tmp_path / "first", table(4), [True] * 4, model="a")
    other = run_folder(tmp_path / "other", table(4), [True] * 4, model="b", folder="copy")
    assert compare(first, other).items == 4


@pytest.mark.parametrize("count", [0, 1])
def test_one_run_is_no_comparison(count: int, tmp_path: Path) -> None:
    runs = [run_folder(tmp_path / f"r{number}", table(4), [True] * 4) for number in range(count)]
    with pytest.raises(BadInput, match="needs two runs"):
        compare(*runs)


def test_folders_that_are_no_run_or_no_whole_one(tmp_path: Path) -> None:
    good = run_folder(tmp_path / "good", table(4), [True] * 4)
    with pytest.raises(BadInput, match=r"there is no run\.json.*--out"):
        compare(good, tmp_path / "nowhere")
    old = run_folder(tmp_path / "old", table(4), [True] * 4)
    (old / ITEMS).unlink()
    with pytest.raises(BadInput, match=r"did not end, or an older version.*asks for no answer that is there"):
        compare(good, old)
    for number, damage in enumerate(DAMAGES):
        bad = run_folder(tmp_path / f"bad{number}", table(4), [True] * 4)
        damage(bad)
        with pytest.raises(BadInput, match=rf"bad{number}: .*run the same|bad{number}: .*Run the same"):
            compare(good, bad)


def _cut(place: Path) -> None:
    (place / ITEMS).write_bytes((place / ITEMS).read_bytes()[:-9])


def _text(place: Path) -> None:
    (place / "run.json").write_text("[" * 100_000, encoding="utf-8")


def _number(place: Path) -> None:
    (place / "result.json").write_text("7", encoding="utf-8")


def _fewer(place: Path) -> None:
    pd.read_parquet(place / ITEMS).head(3).to_parquet(place / ITEMS)


def _twice(place: Path) -> None:
    pd.read_parquet(place / ITEMS).assign(id="same").to_parquet(place / ITEMS)


def _words(place: Path) -> None:
    pd.read_parquet(place / ITEMS).assign(**{"right.both": "yes"}).to_parquet(place / ITEMS)


def _without(place: Path) -> None:
    pd.read_parquet(place / ITEMS).drop(columns="group").to_parquet(place / ITEMS)


DAMAGES = [_cut, _text, _number, _fewer, _twice, _words, _without]


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (["hub/a@1", "hub/b@1"], ["a", "b"]),
        (["one/a@1", "two/a@1"], ["one/a@1", "two/a@1"]),
        (["a", "a"], ["a (r0)", "a (r1)"]),
        (["reference:x@sha256-1", "http://127.0.0.1:8000/v1#y"], ["x", "v1#y"]),
        (["\n", "a\n\nb"], ["(no name)", "a b"]),
    ],
)
def test_every_run_has_a_name_of_its_own(models: list[str], names: list[str], tmp_path: Path) -> None:
    runs = [run_folder(tmp_path / f"r{at}", table(4), [True] * 4, model=model) for at, model in enumerate(models)]
    assert compare(*runs).names == names


def test_evaluations_can_be_compared_without_folders(folder: Path) -> None:
    one = evaluate(folder, Says(looks), masking=Masking())
    two = evaluate(folder, Says(lambda question: "no"), masking=Masking())
    found = compare(one, two)
    assert [rate.own.estimate for rate in found.rates if rate.measure == "group"] == [1.0, 0.0]
    assert found.names == ["says (1)", "says (2)"]


def test_an_evaluation_from_disk_is_the_one_from_memory(folder: Path, tmp_path: Path) -> None:
    made = [
        evaluate(folder, Says(say), config=config, masking=Masking(), out=tmp_path / f"{config}{number}")
        for config in ("balanced", "all")
        for number, say in enumerate((looks, lambda question: "no"))
    ]
    for config, part in (("balanced", made[:2]), ("all", made[2:])):
        disk = compare(*(tmp_path / f"{config}{number}" for number in range(2)))
        memory = compare(*part)
        for name in ("rates", "differences", "categories", "category differences"):
            columns = [column for column in disk.to_pandas(name) if column not in ("run", "first", "second")]
            pd.testing.assert_frame_equal(disk.to_pandas(name)[columns], memory.to_pandas(name)[columns])


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5])
def test_where_nothing_differs_few_seeds_say_so(size: int, tmp_path: Path) -> None:
    """Three runs alike, 120 groups of items that are right or wrong together: at most 5 % of 200 seeds find one."""
    rng, found = np.random.default_rng(size), 0
    groups, said = np.repeat(np.arange(120), size), {"categories": ["kind"]}
    by_category = 0
    for seed in range(200):
        kinds = [json.dumps({"kind": f"k{number % 6}"}) for number in groups]
        items = table(len(groups), group=[f"g{number}" for number in groups], meta=kinds)
        levels = rng.beta(2, 1, 120)  # some groups are hard for all
        runs = [
            run_folder(tmp_path / f"{seed}-{name}", items, (rng.random(120) < levels)[groups], said, model=name)
            for name in "abc"
        ]
        compared = compare(*runs)
        accuracy = [one for one in compared.differences if one.measure == "accuracy"]
        found += min(float(one.p_holm or 0) for one in accuracy) <= 0.05
        by_category += bool(compared.apart)
    assert found <= 0.05 * 200
    assert by_category <= 0.05 * 200
