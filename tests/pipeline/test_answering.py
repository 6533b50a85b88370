"""A folder whose datasheet lacks answers is built, and `twokeys verify` names each one with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.toy import ANSWERS, Toy, run
from twokeys.builder.checks.finding import Unsound
from twokeys.builder.push import push
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput
from twokeys.data_cards.questions import unanswered


def test_missing_answers_are_findings_of_verify_and_stop_no_build(toy: Toy, make: Build) -> None:
    built = make(toy, datasheet={}, authors=[], corpora=[toy.corpus(citation="")])
    assert built.certified
    findings = [finding for finding in verify(built.folder) if not finding.ok]
    assert all(finding.outcome == "open" and not finding.failed for finding in findings)
    problems = {finding.check: finding.unanswered for finding in findings}
    assert [finding.remedy.count("twokeys datasheet") for finding in findings] == [1]
    assert list(problems) == ["datasheet"]
    questions = unanswered({})
    assert len(problems["datasheet"]) == len(questions) + 1
    for question, problem in zip(questions, problems["datasheet"], strict=False):
        assert question.key in problem
        assert question.text in problem
        assert "\n" not in problem
    assert "'toy' has neither citation nor homepage" in problems["datasheet"][-1]
    assert verify(built.folder).ok
    strict = verify(built.folder, strict=True)
    assert {finding.check: finding.problems for finding in strict if finding.failed} == problems
    with pytest.raises(Unsound, match="datasheet"):
        push(built.folder, "owner/name", dry_run=True)


def test_answers_change_no_row_and_repeat_no_stage(toy: Toy, make: Build) -> None:
    first = make(toy, datasheet={})
    second = make(toy, datasheet=ANSWERS)
    assert list(second.executed) == ["publish"]
    assert first.manifest.configs == second.manifest.configs
    assert "To be built in tests." in (second.folder / "DATASHEET.md").read_text(encoding="utf-8")


def test_the_command_prints_a_file_to_fill_in() -> None:
    found = run("datasheet", "easy-vqa")
    assert found.returncode == 0
    assert "Victor Zhou made easy-VQA." in found.stdout
    assert run("datasheet", "no-such-recipe").returncode == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"license": "cc-by-nd-4.0"}, "does not let adapted material be given on"),
        ({"license": "cc-by-nc-4.0"}, "forbids commercial use, which cc-by-4.0 would allow"),
    ],
)
def test_what_may_not_be_given_on_is_refused_before_anything_is_measured(
    toy: Toy, make: Build, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        make(toy, license="cc-by-4.0", corpora=[toy.corpus(**changes)])
    assert not list(tmp_path.glob(".*.run"))
