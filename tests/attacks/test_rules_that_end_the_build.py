"""A rule of a user's that ends the process, never ends, leaves something at work, or garbles its answer.

Claim: only a finished verb ends with status 0; such a rule is named in a sentence with what happened and a remedy, and
what it started ends with it.
Attack: each of these as the rule file is loaded, as the rule says what it reads, and as it decides; the command and the
library, a program without a main guard.
Before (26a9c06): `os._exit(0)` ended a build with status 0 and nothing built, a loop kept it waiting for ever.
Now: no code of a rule file or a rule of another package is run in the process of the build.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from tests.pipeline.toy import ROOT, Toy, offline, published, rule_file, run
from twokeys.core.errors import BadInput
from twokeys.filters import make
from twokeys.filters.asking import decided
from twokeys.filters.registry import rule_for_build
from twokeys.filters.rule_apart import RuleApart

RULE = '''
import os, signal, subprocess, sys, threading, time
from dataclasses import dataclass
from twokeys.filters import Rule
{top}

@dataclass(frozen=True)
class Nice(Rule):
    """Ends oddly."""

    id = "nice"
    summary = "it is odd"
    bias = "none"

    def reads(self):
        {reads}
        return ("question",)

    def decide(self, table):
        {inside}
        return {{"a": "first"}}
'''
TABLE = pd.DataFrame({"id": ["a", "b"], "question": ["Why?", "Who?"]})
LOOPS = "while True: pass"
LATE = "it did not end within 4 seconds"
GARBLES = """
        for number in range(3, 64):
            try:
                if os.readlink(f"/proc/self/fd/{{number}}").endswith("(deleted)"):
                    os.write(number, b"{written}")
            except OSError: pass
        {then}"""
Ask = Callable[..., dict[str, str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Decides of a table by a rule file that does something."""

    def asked(inside: str = "pass", reads: str = "pass", top: str = "") -> dict[str, str]:
        path = rule_file(tmp_path / "rules", RULE.format(inside=inside, reads=reads, top=top))
        rule = rule_for_build(f"{path}:Nice", {})
        assert isinstance(rule, RuleApart)
        return rule.decided("mine.py:Nice", TABLE, ["t#1", "t#2"])

    return asked


pytestmark = pytest.mark.filterwarnings("ignore:the rule file")


@pytest.mark.parametrize(("does", "says"), [
    ("os._exit(0)", "it ended the whole process with status 0"),
    ("os._exit(3)", "it ended the whole process with status 3"),
    ("os.kill(os.getpid(), 9)", "it ended the whole process by signal 9"),
    ("os.execv('/bin/true', ['true'])", "it ended the whole process with status 0"),
    ("threading.Thread(target=os._exit, args=(0,)).start(); time.sleep(60)", "with status 0"),
    ("raise KeyboardInterrupt", "it ends with KeyboardInterrupt"),
])  # fmt: skip
@pytest.mark.parametrize("where", ["inside", "reads", "top"])
def test_a_rule_that_ends_its_process_is_named(ask: Ask, where: str, does: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as found:
        ask(**{where: does})
    if "Keyboard" not in says:
        assert found.value.file.startswith("rule ")
        assert found.value.file.endswith("mine.py:Nice")
        assert "twokeys rules check" in found.value.remedy


@pytest.mark.parametrize("where", ["inside", pytest.param("top", marks=pytest.mark.slow)])
@pytest.mark.parametrize("loops", [LOOPS, pytest.param("import re; re.match('(a+)+$', 'a' * 60 + 'b')",
                                                       marks=pytest.mark.slow)])  # fmt: skip
def test_a_rule_that_never_ends_is_named(ask: Ask, monkeypatch: pytest.MonkeyPatch, where: str, loops: str) -> None:
    monkeypatch.setenv("TWOKEYS_RULE_SECONDS", "4")
    began = time.monotonic()
    with pytest.raises(BadInput, match=LATE) as found:
        ask(**{where: loops})
    assert time.monotonic() - began < 30
    assert "set TWOKEYS_RULE_SECONDS" in found.value.remedy


@pytest.mark.parametrize("given", ["soon", "0", "-1", "nan", "inf", ""])
def test_a_limit_that_is_none_is_refused(ask: Ask, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TWOKEYS_RULE_SECONDS", given)
    with pytest.raises(BadInput, match="is no time"):
        ask()


def test_what_a_rule_leaves_at_work_ends_with_it(ask: Ask, tmp_path: Path) -> None:
    number = tmp_path / "number"
    began = time.monotonic()
    assert ask(f"""
        threading.Thread(target=time.sleep, args=(300,)).start()
        open({str(number)!r}, "w").write(str(subprocess.Popen(["sleep", "300"]).pid))""") == {"a": "first"}
    assert time.monotonic() - began < 60
    time.sleep(0.2)
    left = int(number.read_text())
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="it looks for the answer's file in /proc")
@pytest.mark.parametrize(("written", "then", "says"), [
    ("garbage", "pass", "is no answer"),
    ("garbage", "os._exit(0)", "is no answer"),
    ("\\xff\\xfe[", "os._exit(0)", "is no answer"),
    ("[" * 5000, "os._exit(0)", "is no answer"),
    ('{\\"drops\\": null}', "os._exit(0)", "gives back no decision"),
    ('{\\"drops\\": {\\"c\\": \\"why\\"}}', "os._exit(0)", "names 'c', which is no id of its table"),
    ('{\\"drops\\": {\\"a\\": 3}}', "os._exit(0)", "is no answer"),
    ('{\\"drops\\": {\\"a\\": \\"\\"}}', "os._exit(0)", "say in words why"),
    ('{\\"bad\\": [1]}', "os._exit(0)", "is no answer"),
    ("garbage", "os._exit(3)", "with status 3"),
])  # fmt: skip
def test_an_answer_that_a_rule_writes_itself_is_checked(ask: Ask, written: str, then: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        ask(GARBLES.format(written=written, then=then))


def test_a_huge_answer_is_not_read(ask: Ask) -> None:
    with pytest.raises(BadInput, match="gives back more than"):
        ask("""
        for number in range(3, 64):
            try: os.truncate(number, 2**42)
            except OSError: pass
        os._exit(0)""")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy.shapes(tmp_path_factory.mktemp("corpora"), train=4, test=4)


@pytest.mark.parametrize("where", ["inside", pytest.param("top", marks=pytest.mark.slow)])
def test_the_command_ends_with_2_and_builds_nothing(toy: Toy, tmp_path: Path, where: str) -> None:
    words = {"inside": "pass", "top": "", "reads": "pass"} | {where: "os._exit(0)"}
    path = rule_file(tmp_path / "rules", RULE.format(**words))
    recipe = toy.save(tmp_path / "recipe.yaml", rules=[f"{path}:Nice"])
    done = run("build", recipe, "--out", tmp_path / "out", "--corpora", toy.corpora, "--engine", "serial", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "it ended the whole process with status 0" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    if where == "top":
        for verb in (
            ["diagnose", recipe, "--out", tmp_path / "out", "--corpora", toy.corpora],
            ["rules", "show", f"{path}:Nice"],
        ):
            ended = run(*verb)
            assert (ended.returncode, "it ended the whole process" in ended.stderr) == (2, True)


PROGRAM = """
import twokeys
built = twokeys.build({recipe!r}, {out!r}, corpora={corpora!r}, engine="serial")
print("built once", built.folder)
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["script", "standard input"])
def test_a_program_without_a_main_guard_builds_once(toy: Toy, tmp_path: Path, way: str) -> None:
    rule = """return {row.id: "is big" for row in table.itertuples() if "big" in row.question}"""
    path = rule_file(tmp_path / "rules", RULE.format(inside=rule, top="", reads="pass"))
    recipe = toy.save(tmp_path / "recipe.yaml", rules=[f"{path}:Nice"])
    text = PROGRAM.format(recipe=str(recipe), out=str(tmp_path / "out"), corpora=str(toy.corpora))
    (tmp_path / "program.py").write_text(text)
    words, given = (["program.py"], None) if way == "script" else (["-"], text)
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=offline(tmp_path) | {"PYTHONPATH": str(ROOT)},
                          input=given, capture_output=True, text=True, check=False, timeout=300)  # fmt: skip
    assert done.stdout == f"built once {tmp_path / 'out'}\n", done.stderr
    assert {row["reason"] for row in published(tmp_path / "out", "removed") if row["rule"] == "nice"} == {"is big"}


def test_a_rule_ends_with_a_build_that_is_killed(tmp_path: Path) -> None:
    number = tmp_path / "number"
    path = rule_file(tmp_path, RULE.format(
        inside="pass", reads="pass", top=f"open({str(number)!r}, 'w').write(str(os.getpid())); {'time.sleep(300)'}"
    ))  # fmt: skip
    code = f"from twokeys.filters.registry import rule_for_build; rule_for_build({f'{path}:Nice'!r}, {{}})"
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}) as build:
        until = time.monotonic() + 60
        while not (number.exists() and number.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        build.send_signal(signal.SIGKILL)
    rule = int(number.read_text())
    while psutil.pid_exists(rule) and time.monotonic() < until:
        time.sleep(0.1)
    assert not psutil.pid_exists(rule) or psutil.Process(rule).status() == psutil.STATUS_ZOMBIE


def test_a_rule_sees_the_same_table_in_a_process_of_its_own(tmp_path: Path) -> None:
    inside = """return {row.id: repr([(type(cell).__name__, getattr(cell, "dtype", ""), str(cell)) for cell in row])
                for row in table.itertuples()}"""
    name = f"{rule_file(tmp_path, RULE.format(inside=inside, reads='pass', top=''))}:Nice"
    rule = rule_for_build(name, {})
    assert isinstance(rule, RuleApart)
    cells = [["x"], [], np.zeros(2, np.float32), None, float("nan"), "te\u0301xt", 1.5, np.int64(3), True]
    columns = {f"c{number}": pd.Series([cell, cell], dtype=object) for number, cell in enumerate(cells)}
    table = pd.DataFrame({"id": ["a", "b"], "p": [0.5, np.nan], "n": pd.array([1, None], "Int64")} | columns)
    apart = rule.decided(name, table, ["t#1", "t#2"])
    assert apart == decided(make(name), name, None, table, ["t#1", "t#2"])
    assert "float32" in apart["a"]
