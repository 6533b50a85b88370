"""Rules in a recipe: where they come from, what they see, in which order, and what they cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.toy import NICE, Toy, measured, published, rule_file
from twokeys.builder.build import Built
from twokeys.builder.filter import idle
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput
from twokeys.filters import make as make_rule


def test_a_rule_that_no_item_gives_anything_to_read_is_named() -> None:
    items = pd.DataFrame({
        "id": ["a", "b"], "question": ["x", ""], "answer": ["1", None], "answers": [[], None],
        "choices": [np.array([]), np.array(["red"])], "split": ["", ""], "number": [float("nan"), 0.0],
    })  # fmt: skip
    assert idle(make_rule("low-agreement", {}), items) == ["answers"]
    assert idle(make_rule("gold-not-in-choices", {}), items) == []
    assert idle(make_rule("duplicate-item", {}), items) == []


AFTER_MEASURING = {"filter", "balance", "refit", "refit-unseen", "publish"}


def removed_by(built: Built, rule: str) -> set[str]:
    return {row["id"] for row in published(built.folder, "removed") if row["rule"] == rule}


def solved(**parameters: object) -> dict[str, object]:
    return {"rule": "solved-by-k", "with": {"baselines": ["question.prior"], "k": 1} | parameters}


def test_a_rule_in_a_file_of_ones_own_drops_with_its_reason(toy: Toy, make: Build, tmp_path: Path) -> None:
    built = make(toy, rules=[f"{rule_file(tmp_path)}:Nice"])
    rows = [row for row in published(built.folder, "removed") if row["rule"] == "nice"]
    assert {row["question"][-5:] for row in rows} == {"nice?"}
    assert {row["reason"] for row in rows} == {"asks whether it is nice"}
    (report,) = built.manifest.rules
    assert (report.id, report.parameters, report.dropped) == ("nice", {"word": "nice"}, len(rows))
    assert 0 < len(report.examples) <= 5
    assert "it asks for a taste" in (built.folder / "README.md").read_text(encoding="utf-8")


def test_another_text_of_a_rules_file_is_another_rule(toy: Toy, make: Build, tmp_path: Path) -> None:
    path = rule_file(tmp_path)
    before = removed_by(make(toy, rules=[f"{path}:Nice"]), "nice")
    path.write_text(NICE.replace('word: str = "nice"', 'word: str = "circle"'))
    second = make(toy, rules=[f"{path}:Nice"])
    assert set(second.executed) == AFTER_MEASURING
    assert removed_by(second, "nice")
    assert removed_by(second, "nice").isdisjoint(before)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("duplicate-itme", "did you mean 'duplicate-item'?"),
        ({"rule": "solved-by-k", "with": {"kay": 1}}, "'kay'"),
        ({"rule": "solved-by-k", "with": {"k": "three"}}, "k = 'three'"),
        ({"rule": "solved-by-k", "with": {"k": 0}}, "k = 0"),
        ("nowhere.py:Nice", "no such file"),
        ("{folder}/mine.py:Ugly", "Allowed: Nice"),
    ],
)
def test_a_rule_that_is_wrong_is_found_before_anything_is_read(
    toy: Toy, make: Build, tmp_path: Path, rule: object, says: str
) -> None:
    rule_file(tmp_path)
    named = rule.format(folder=tmp_path) if isinstance(rule, str) else rule
    with pytest.raises(BadInput) as error:
        make(toy, rules=[named])
    assert says in str(error.value)
    assert not (tmp_path / ".out.run").exists()
    assert not (tmp_path / "out").exists()


def test_a_rule_that_reads_what_nobody_measured_names_what_there_is(toy: Toy, make: Build, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        make(toy, rules=[{"rule": "solved-by-k", "with": {"baselines": ["question.oracle"]}}])
    assert "'question.oracle.prediction'" in error.value.problem
    assert "question.prior.prediction" in error.value.allowed
    assert not (tmp_path / "out").exists()


def test_a_rule_that_drops_what_is_not_there_is_told_so(toy: Toy, make: Build, tmp_path: Path) -> None:
    path = rule_file(tmp_path, NICE.replace("row.id: f", "row.id + '!': f"))
    with pytest.raises(BadInput, match="which is no id of its table"):
        make(toy, rules=[f"{path}:Nice"])


def test_a_rule_that_raises_is_named_with_its_error(toy: Toy, make: Build, tmp_path: Path) -> None:
    path = rule_file(tmp_path, NICE.replace("hits = table", "hits = table['nothing'] if len(table) else table"))
    with pytest.raises(BadInput, match=r"it ends with KeyError: 'nothing'.*rules check") as error:
        make(toy, rules=[f"{path}:Nice"])
    assert str(error.value.row).startswith("item toy:")


def test_the_first_rule_that_drops_an_item_has_dropped_it(toy: Toy, make: Build, tmp_path: Path) -> None:
    mine = f"{rule_file(tmp_path)}:Nice"
    one, other = make(toy, "one", rules=[mine, solved()]), make(toy, "other", rules=[solved(), mine])
    both = removed_by(one, "nice") | removed_by(one, "solved-by-k")
    assert both == removed_by(other, "nice") | removed_by(other, "solved-by-k")
    contested = removed_by(one, "nice") & removed_by(other, "solved-by-k")
    assert contested
    assert contested.isdisjoint(removed_by(one, "solved-by-k"))
    for built in (one, other):
        first, second = built.manifest.rules
        assert first.seen == built.manifest.rows_read
        assert second.seen == first.seen - first.dropped
        assert not [finding for finding in verify(built.folder) if not finding.ok]


def test_effects_stand_beside_a_control_that_drops_as_many_at_random(toy: Toy, make: Build) -> None:
    built = make(toy, rules=[solved()])
    (report,) = built.manifest.rules
    effects = {effect.baseline: effect for effect in report.effects}
    assert set(effects) == {"question.prior", "image.majority"}
    prior = effects["question.prior"]
    assert prior.after == 0, "what it solved is gone"
    assert prior.control_low <= prior.control <= prior.control_high
    assert abs(prior.control - prior.before) < 0.02, "dropping at random changes nothing on average"
    assert prior.after < prior.control_low
    rows = [
        row
        for row in (*measured(built.folder), *published(built.folder, "removed"))
        if row["question_prior_prediction"]
    ]
    right = np.mean([row["question_prior_prediction"] == row["answer"] for row in rows])
    assert prior.before == pytest.approx(right, abs=1e-6)


def test_a_rule_that_drops_nothing_has_no_effects_and_one_that_drops_all_neither(
    toy: Toy, make: Build, tmp_path: Path
) -> None:
    path = rule_file(tmp_path)
    none, everything = ({"rule": f"{path}:Nice", "with": {"word": word}} for word in ("purple", "."))
    built = make(toy, rules=[none, everything])
    assert [(rule.id, rule.dropped > 0, rule.effects) for rule in built.manifest.rules] == [
        ("nice", False, []),
        ("nice (2)", True, []),
    ]


def test_rules_work_where_nothing_was_measured(toy: Toy, make: Build) -> None:
    built = make(toy, measure={"baselines": []})
    assert [rule.effects for rule in built.manifest.rules] == [[], []]
    assert built.manifest.before.scores == []
    assert not [finding for finding in verify(built.folder) if not finding.ok]


def test_another_threshold_does_not_measure_again(toy: Toy, make: Build) -> None:
    strict = make(toy, rules=[solved(min_p=0.9)])
    lax = make(toy, rules=[solved(min_p=0.6)])
    assert set(lax.executed) == AFTER_MEASURING
    assert lax.manifest.rules[0].dropped > strict.manifest.rules[0].dropped
    back = make(toy, rules=[solved(min_p=0.9)])
    assert set(back.executed) == {"publish"}, "what was decided before is still known"
    assert back.manifest == strict.manifest


def test_another_balance_does_not_filter_again(toy: Toy, make: Build) -> None:
    make(toy)
    assert set(make(toy, balance={"max_share": 0.75}).executed) == {"balance", "refit", "refit-unseen", "publish"}


def test_another_title_only_publishes_again(toy: Toy, make: Build) -> None:
    make(toy)
    assert set(make(toy, title="Other").executed) == {"publish"}
