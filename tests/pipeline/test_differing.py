"""`twokeys diff` says which items came, went and changed between two published folders, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.adversary import Adversary, Row
from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy, published, rule_file, run
from twokeys.builder.build import Built
from twokeys.builder.diff import UNREAD, Why, diff
from twokeys.core.errors import BadInput


def test_a_folder_and_its_copy_have_the_same_rows(built: Built, folder: Path) -> None:
    found = diff(built.folder, folder)
    assert found.same
    assert {name: (one.before, one.after) for name, one in found.configs.items()} == {
        name: (sum(config.splits.values()),) * 2 for name, config in built.manifest.configs.items()
    }
    assert (found.recipe, found.sources, found.packages) == ({}, {}, {})


def test_one_more_rule_is_told_as_the_reason_of_what_it_removed(
    toy: Toy, built: Built, make: Build, tmp_path: Path
) -> None:
    rule = f"{rule_file(tmp_path / 'rules')}:Nice"
    word = {"rule": rule, "with": {"word": "circle"}}
    later = make(toy, rules=["duplicate-item", "contradicting-golds", word])
    found = diff(built.folder, later.folder)
    gone = {row["id"] for row in published(built.folder) if row["question"] == "Is it a circle?"}
    assert gone, "the first build publishes what the rule removes"
    removed = found.configs["balanced"].removed
    assert {identity for identity, why in removed.items() if why and why.rule == "nice"} == gone
    assert removed[min(gone)] == Why("filter", "nice", "asks whether it is circle")
    assert (found.recipe[f"rules[{rule}].with.word"], found.same) == ((None, "circle"), False)
    back = diff(later.folder, built.folder)
    assert back.configs["balanced"].added == removed, "seen from the other side they were added"


def test_changed_cells_are_named_by_column(built: Built, folder: Path) -> None:
    adversary, touched = Adversary(folder), []

    def change(rows: list[Row]) -> None:
        rows[0]["answer"], rows[0]["meta"] = "changed", None
        touched.append(rows[0]["id"])

    before = {row["id"]: row for row in published(built.folder)}
    adversary.rows("balanced", change)
    found = diff(built.folder, folder).configs["balanced"]
    meta = ["meta"] if before[touched[0]]["meta"] is not None else []
    assert found.changed == {touched[0]: ["answer", *meta]}
    assert found.columns["answer"] == 1
    assert (found.added, found.removed) == ({}, {})


def test_rows_that_no_list_explains_are_said_to_be_unread(built: Built, folder: Path) -> None:
    lost: list[Any] = []
    Adversary(folder).rows("balanced", lambda rows: lost.append(rows.pop()))
    assert diff(built.folder, folder).configs["balanced"].removed == {lost[0]["id"]: Why("", None, UNREAD)}


def test_the_fifth_digit_of_a_measurement_is_no_change(built: Built, folder: Path) -> None:
    def change(rows: list[Row]) -> None:
        for row in rows:
            row["question_prior_p_gold"] = round(row["question_prior_p_gold"], 4) + 1e-6

    Adversary(folder).rows("measurements", change)
    assert diff(built.folder, folder).same


def test_a_changed_measurement_is_named_by_column(built: Built, folder: Path) -> None:
    changed: list[str] = []

    def change(rows: list[Row]) -> None:
        rows[0]["question_prior_p_gold"] = 0.123
        changed.append(rows[0]["id"])

    Adversary(folder).rows("measurements", change)
    found = diff(built.folder, folder).configs
    assert found["measurements"].changed == {changed[0]: ["question_prior_p_gold"]}
    assert found["balanced"].same


def test_the_command_ends_with_0_1_and_2(built: Built, folder: Path, tmp_path: Path) -> None:
    assert run("diff", built.folder, folder).returncode == 0
    Adversary(folder).rows("balanced", lambda rows: rows[0].update(answer="changed"))
    done = run("diff", built.folder, folder)
    assert (done.returncode, "the rows differ" in done.stdout) == (1, True)
    said = json.loads(run("diff", built.folder, folder, "--json").stdout)
    assert (said["same"], said["configs"]["balanced"]["columns"]) == (False, {"answer": 1})
    assert said["blindness"]["first"] == said["blindness"]["second"]
    assert run("diff", built.folder, tmp_path / "none").returncode == 2


def test_an_edited_manifest_and_damaged_rows_are_bad_input(built: Built, folder: Path) -> None:
    file = min((folder / "balanced").glob("*.parquet"))
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(BadInput, match=file.name):
        diff(built.folder, folder)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="twokeys verify"):
        diff(folder, built.folder)
