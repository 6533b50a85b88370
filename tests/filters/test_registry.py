"""Rules are found by id, in installed packages, and in files; what cannot be found is said so."""

from __future__ import annotations

import importlib
import pickle
import shutil
from pathlib import Path

import pytest

from twokeys import filters
from twokeys.core.errors import BadInput
from twokeys.filters import check_rule, make, rule_class, rules
from twokeys.filters.registry import BUILT_IN, RULES
from twokeys.filters.rule import Rule

RULE = '''
from __future__ import annotations

from dataclasses import dataclass

from twokeys.filters import Drops, Rule


@dataclass(frozen=True)
class Shouted(Rule):
    """Drop items whose question is shouted.

    Attributes:
        share: Share of capital letters from which a question is shouted.
    """

    id = "shouted"
    summary = "the question is in capital letters"
    bias = "none; an example"
    share: float = 0.0

    def reads(self) -> tuple[str, ...]:
        return ("question",)

    def decide(self, table) -> Drops:
        found = {}
        for item, question in zip(table["id"], table["question"], strict=True):
            if isinstance(question, str) and sum(map(str.isupper, question)) > self.share * len(question):
                found[item] = f"shouts {question[:50]!r}"
        return found


class NoRule:
    pass
'''


def install(folder: Path, package: str, target: str, name: str = "shouted") -> None:
    """Lay out what an installed package leaves on the path."""
    module = target.partition(":")[0]
    (folder / f"{module}.py").write_text(RULE)
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{RULES.group}]\n{name} = {target}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_package_that_is_installed_while_the_process_runs_is_seen(site: Path) -> None:
    assert "shouted" not in rules()
    install(site, "late", "late_rule:Shouted")
    assert "shouted" in rules()
    shutil.rmtree(site / "late-1.0.dist-info")
    assert "shouted" not in rules()


def test_every_built_in_rule_is_listed_under_its_id() -> None:
    assert {name: rule.id for name, rule in rules().items()} == {name: name for name in BUILT_IN}
    assert list(BUILT_IN) == sorted(BUILT_IN)


def test_every_rule_in_the_folder_is_registered() -> None:
    def subclasses(rule: type[Rule]) -> set[str]:
        own = {f"{rule.__module__}:{rule.__name__}"} if rule.__module__.startswith("twokeys.filters.") else set()
        return own.union(*map(subclasses, rule.__subclasses__()))

    for file in Path(filters.__file__).parent.glob("*.py"):
        importlib.import_module(f"twokeys.filters.{file.stem}")
    assert subclasses(Rule) - {"twokeys.filters.rule:Rule"} == set(BUILT_IN.values())


def test_rule_of_an_installed_package_is_found(site: Path) -> None:
    install(site, "found-rules", "found_rules:Shouted")
    rule = make("shouted", {"share": 0.5})
    assert rule.id in rules()
    assert type(rule).__module__ == "found_rules"
    assert rule.share == 0.5


@pytest.mark.parametrize(
    ("target", "name", "reason"),
    [
        ("broken_rules:Missing", "shouted", "AttributeError"),
        ("broken_rules:NoRule", "shouted", "no subclass of twokeys.filters.Rule"),
        (
            "broken_rules:Shouted",
            "whispered",
            "has the name 'shouted', which must be the name",
        ),
    ],
)
def test_broken_package_is_left_out_with_a_warning_that_names_it(
    site: Path, target: str, name: str, reason: str
) -> None:
    install(site, "broken-rules", target, name)
    with pytest.warns(RuntimeWarning, match=f"'{name}' is left out, {target} of package broken-rules: .*{reason}"):
        assert list(rules()) == list(BUILT_IN)


def test_package_that_cannot_be_imported_does_not_stop_the_others(site: Path) -> None:
    install(site, "crashing-rules", "crashing_rules:Shouted")
    (site / "crashing_rules.py").write_text("raise OSError('no disk')")
    with pytest.warns(RuntimeWarning, match="package crashing-rules: OSError"):
        assert set(BUILT_IN) <= set(rules())


def test_two_rules_of_one_id_are_an_error_that_names_both(site: Path) -> None:
    install(site, "copied-rules", "copied_rules:Shouted", "aflite")
    with pytest.raises(
        BadInput,
        match=r"AFLite of twokeys, and copied_rules:Shouted of package copied-rules",
    ):
        rules()


def test_unknown_id_is_answered_with_the_closest() -> None:
    with pytest.raises(BadInput, match=r"no rule 'low-agrement'. Allowed: aflite, .*did you mean 'low-agreement'"):
        make("low-agrement")


def test_rule_from_a_file_keeps_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "my_rules.py"
    file.write_text(RULE)
    rule = make(f"{file}:Shouted", {"share": 0.9})
    assert [finding.check for finding in check_rule(rule)] == ["drops_some"]
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert make(f"{file}:Shouted", {"share": 0.9}) == rule


def test_file_is_found_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_rules.py").write_text(RULE)
    monkeypatch.chdir(tmp_path)
    assert rule_class("my_rules.py:Shouted").id == "shouted"


def test_changed_file_is_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "my_rules.py"
    file.write_text(RULE)
    before = rule_class(f"{file}:Shouted")
    file.write_text(RULE.replace("in capital letters", "loud and in capital letters"))
    assert before.summary != rule_class(f"{file}:Shouted").summary


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"gone\.py: there is no such file"):
        rule_class(f"{tmp_path}/gone.py:Shouted")


@pytest.mark.parametrize("name", ["Absent", "NoRule", ""])
def test_class_that_is_no_rule_is_answered_with_those_that_are(tmp_path: Path, name: str) -> None:
    (tmp_path / "my_rules.py").write_text(RULE)
    with pytest.raises(BadInput, match=f"there is no rule '{name}' in it. Allowed: Shouted. Name"):
        rule_class(f"{tmp_path}/my_rules.py:{name}")


def test_file_that_cannot_be_run_says_so_each_time(tmp_path: Path) -> None:
    (tmp_path / "my_rules.py").write_text("1 / 0")
    for _ in range(2):
        with pytest.raises(BadInput, match="ZeroDivisionError: division by zero") as error:
            rule_class(f"{tmp_path}/my_rules.py:Shouted")
        assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_file_must_not_take_the_id_of_another_rule(tmp_path: Path) -> None:
    (tmp_path / "my_rules.py").write_text(RULE.replace('"shouted"', '"aflite"'))
    with pytest.raises(BadInput, match=r"the rule has the id 'aflite', which twokeys\.filters\.aflite has too"):
        rule_class(f"{tmp_path}/my_rules.py:Shouted")


def test_bad_parameters_of_a_file_are_errors_too(tmp_path: Path) -> None:
    (tmp_path / "my_rules.py").write_text(RULE)
    with pytest.raises(BadInput, match="share = 'half' does not fit"):
        make(f"{tmp_path}/my_rules.py:Shouted", {"share": "half"})


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("import os\ndef broken(:\n", 2, "SyntaxError"),
        ("import os\n\nraise RuntimeError('not today')\n", 3, "RuntimeError: not today"),
        ("import no_such_package_at_all\n", 1, "ModuleNotFoundError"),
    ],
)
def test_a_file_that_cannot_be_run_is_named_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=problem) as error:
        make(f"{path}:Mine")
    assert (error.value.file, error.value.row) == (str(path), line)
