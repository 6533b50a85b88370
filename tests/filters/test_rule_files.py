"""Rule files: what they import from beside them is run as it was read, and is in the key."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twokeys.builder.filter import Rules
from twokeys.builder.recipe import RuleUse
from twokeys.core.errors import BadInput
from twokeys.filters import make
from twokeys.filters.rule_apart import RuleApart

RULE = '''
from dataclasses import dataclass
from twokeys.filters import Rule
{top}

@dataclass(frozen=True)
class Nice(Rule):
    """Drop what has the word."""

    id = "nice"
    summary = "it has the word"
    bias = "none"

    def reads(self):
        return ("question",)

    def decide(self, table):
        {inside}
        return {{row.id: "it has the word" for row in table.itertuples() if word() in row.question}}
'''
IMPORTS = {
    "a module": ("from near import word", {"near.py": "def word(): return {word!r}"}),
    "a module of a module": ("from near import word", {
        "near.py": "from far import WORD\ndef word(): return WORD", "far.py": "WORD = {word!r}",
    }),
    "a package": ("from near.deep.words import word", {
        "near/__init__.py": "", "near/deep/__init__.py": "", "near/deep/words.py": "def word(): return {word!r}",
    }),
    "a folder without __init__": ("from near.words import word", {"near/words.py": "def word(): return {word!r}"}),
    "a relative import in a package": ("from near import word", {
        "near/__init__.py": "from .words import word", "near/words.py": "def word(): return {word!r}",
    }),
    "by name": ("import importlib\nword = importlib.import_module('near').word", {
        "near.py": "def word(): return {word!r}",
    }),
    "by a changed path": (
        "import os, sys\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\nfrom near import word",
        {"near.py": "def word(): return {word!r}"},
    ),
    "the rule itself": ("from near import *", {"near.py": "def word(): return {word!r}\n"}),
}  # fmt: skip


def written(folder: Path, how: str, word: str, inside: str = "pass") -> str:
    top, modules = IMPORTS[how]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.py").write_text(RULE.format(top=top, inside=inside))
    for name, text in modules.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.format(word=word))
    return f"{folder}/mine.py:Nice"


def dropped(rules: Rules) -> set[str]:
    import pandas as pd

    table = pd.DataFrame({"id": ["r", "b"], "question": ["red?", "big?"]})
    rule = rules.made[0]
    assert isinstance(rule, RuleApart)
    return set(rule.decided("mine", table, ["a#1", "a#2"]))


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.mark.parametrize("how", IMPORTS)
def test_changing_what_a_rule_imports_changes_its_key_and_what_it_decides(tmp_path: Path, how: str) -> None:
    name = written(tmp_path, how, "red")
    before = Rules([RuleUse(rule=name)])
    assert dropped(before) == {"r"}
    assert Rules([RuleUse(rule=name)]).key == before.key
    assert Rules([RuleUse(rule=name)]).made == before.made, "a file that did not change is not run again"
    written(tmp_path, how, "big")  # the same length and, as likely as not, the same second: no compiled file may be run
    after = Rules([RuleUse(rule=name)])
    assert after.key != before.key
    assert (dropped(after), dropped(before)) == ({"b"}, {"r"}), "each is what its key says"


def test_two_folders_have_modules_of_one_name_and_one_key_if_they_are_alike(tmp_path: Path) -> None:
    uses = [RuleUse(rule="mine.py:Nice").beside(tmp_path / folder) for folder in ("one", "other", "same")]
    for folder, word in (("one", "red"), ("other", "big"), ("same", "red")):
        written(tmp_path / folder, "a module", word)
    one, other, same = (Rules([use]) for use in uses)
    assert (dropped(one), dropped(other), dropped(same)) == ({"r"}, {"b"}, {"r"})
    assert one.key == same.key != other.key


def test_an_unrelated_file_beside_a_rule_is_not_in_its_key(tmp_path: Path) -> None:
    name = written(tmp_path, "a module", "red")
    key = Rules([RuleUse(rule=name)]).key
    (tmp_path / "other.py").write_text("x = 1")
    assert Rules([RuleUse(rule=name)]).key == key


def test_a_module_that_is_imported_late_is_refused_unless_it_was_read(tmp_path: Path) -> None:
    import pandas as pd

    from twokeys.filters.asking import decided
    from twokeys.filters.rule_file import rule_file_of

    name = written(tmp_path, "a module", "red", inside="import near; import late")
    table = pd.DataFrame({"id": ["r"], "question": ["red?"]})
    (tmp_path / "late.py").write_text("")
    with pytest.raises(BadInput, match=r"late\.py is imported while the rule decides; import it at the top"):
        decided(make(name), name, rule_file_of(name), table, ["a#1"])
    assert not (tmp_path / "__pycache__").exists()


def test_python_twokeys_and_packages_are_never_taken_from_beside_a_rule(tmp_path: Path) -> None:
    for module in ("json", "pandas", "numpy", "twokeys", "yaml"):
        (tmp_path / f"{module}.py").write_text("raise RuntimeError('taken from beside')")
    written(tmp_path, "a module", "red")
    text = (tmp_path / "mine.py").read_text()
    (tmp_path / "mine.py").write_text("import json, pandas, numpy, yaml\n" + text)
    assert dropped(Rules([RuleUse(rule=f"{tmp_path}/mine.py:Nice")])) == {"r"}


def test_a_module_of_the_users_process_comes_back(tmp_path: Path) -> None:
    from types import ModuleType

    sys.modules["near"] = mine = ModuleType("near")
    try:
        make(written(tmp_path, "a module", "red"))
        assert sys.modules["near"] is mine
    finally:
        del sys.modules["near"]


@pytest.mark.parametrize(("text", "place", "says"), [
    ("import near\nimport nowhere", "mine.py, row 2", "ModuleNotFoundError"),
    ("x =", "mine.py, row 1", "SyntaxError"),
    ("import broken", "broken.py, row 2", "SyntaxError"),
    ("import raising", "mine.py, row 1", "ZeroDivisionError"),
    ("raise SystemExit(0)", "mine.py, row 1", "SystemExit"),
    ("class Stop(BaseException): pass\nraise Stop()", "mine.py, row 2", "Stop"),
    ("\0", "mine.py", "ValueError|SyntaxError"),
    ('x = "\udcff"', "mine.py", "SyntaxError"),
])  # fmt: skip
def test_a_file_that_cannot_be_run_is_named_with_its_line(tmp_path: Path, text: str, place: str, says: str) -> None:
    (tmp_path / "near.py").write_text("")
    (tmp_path / "broken.py").write_text("\nx ==== 1")
    (tmp_path / "raising.py").write_text("1 / 0")
    (tmp_path / "mine.py").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=rf"{place}.*the file cannot be run \(({says})"):
        make(f"{tmp_path}/mine.py:Nice")


@pytest.mark.parametrize(("was", "now", "says"), [
    ('    id = "nice"\n', "", "has no id"),
    ('    id = "nice"\n', "    id = 3\n", "has no id"),
    ('    summary = "it has the word"\n', "", "summary is None; give a text"),
    ('    bias = "none"\n', "    bias = None\n    version = '1'\n", "version is '1'; give a whole number"),
    ('return ("question",)', "return None", r"reads\(\) returns None"),
    ('return ("question",)', 'return "question"', r"reads\(\) returns 'question'"),
    ('return ("question",)', "return 1 / 0", "it ends with ZeroDivisionError: division by zero at line"),
    ('return ("question",)', "raise SystemExit(0)", "it ends with SystemExit: 0 at line"),
    ('    id = "nice"\n', '    id = "nice"\n    scope = "rows"\n', "scope is 'rows'"),
    ('    id = "nice"\n', '    id = "nice"\n    odd: object = object()\n', "cannot be written down"),
    ('    id = "nice"\n', '    id = "nice"\n    def __post_init__(self): 1 / 0\n', "it ends with Zero"),
])  # fmt: skip
def test_a_rule_that_does_not_answer_for_itself_is_refused(tmp_path: Path, was: str, now: str, says: str) -> None:
    text = RULE.format(top="word = str", inside="pass")
    assert was in text
    (tmp_path / "mine.py").write_text(text.replace(was, now))
    with pytest.raises(BadInput, match=says):
        make(f"{tmp_path}/mine.py:Nice")
