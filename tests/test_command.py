"""The command `twokeys`: exit statuses, JSON, messages that fit on one screen, and a quick start."""

from __future__ import annotations

import inspect
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from click.testing import Result
from typer.testing import CliRunner

import twokeys
from tests.pipeline.toy import NICE, ROOT, Toy, rule_file, run
from twokeys.builder.checks.finding import Finding, Verified
from twokeys.commands.app import app
from twokeys.commands.show_builds import OUT, show_diagnosis
from twokeys.commands.terminal import err

VERBS = ["build", "diagnose", "verify", "diff", "recipes", "corpora", "rules"]
HEAVY = ["torch", "transformers", "pandas", "sklearn", "datasets", "numpy", "pyarrow", "scipy", "matplotlib"]

Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls the command inside this process: `call("verify", folder)`."""
    monkeypatch.delenv("TWOKEYS_CORPORA", raising=False)
    for console in (OUT, err):
        monkeypatch.setattr(console, "width", 100)

    def called(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return called


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy.shapes(tmp_path_factory.mktemp("corpora"))


@pytest.fixture(scope="module")
def published(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the command itself has published."""
    place = tmp_path_factory.mktemp("published")
    recipe = toy.save(place / "recipe.yaml")
    done = run("build", recipe, "--out", place / "toy", "--corpora", toy.corpora, "--engine", "serial", "--verbose")
    assert done.returncode == 0, done.stderr
    told = [line.partition(":")[0] for line in done.stderr.splitlines()]
    measured = ["measure", "measure-unseen", "filter", "balance", "refit", "refit-unseen"]
    assert told == ["rows", "pictures", "items", "groups", *measured, "publish"]
    assert all(line.endswith(" s") for line in done.stderr.splitlines()), "a line a stage where no terminal is"
    assert "bounded by" in done.stdout
    assert "NOT" not in done.stdout
    return place / "toy"


def strict(text: str) -> Any:
    """Parse JSON as the standard has it, without NaN and Infinity."""

    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


# ------------------------------------------------------------------------------------------------------------ start


def in_a_fresh_process(script: str) -> tuple[str, float]:
    """What a script prints, and the seconds of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


HELP = """
import sys
from twokeys.commands.app import app
try:
    app(["--help"])
except SystemExit as end:
    assert end.code == 0
"""


def test_help_takes_less_than_half_a_second_and_names_every_verb() -> None:
    texts, seconds = zip(*(in_a_fresh_process(HELP) for _ in range(3)), strict=True)
    assert min(seconds) < 0.5
    for verb in VERBS:
        assert verb in texts[0]


@pytest.mark.parametrize(
    "script",
    [HELP, "import sys, twokeys.filters", "import sys, twokeys.data_cards"],
    ids=["help", "filters", "data_cards"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(script: str) -> None:
    loaded, _ = in_a_fresh_process(f"{script}\nprint('LOADED', *sys.modules)")
    modules = set(loaded.split("LOADED")[1].split())
    assert not modules & set(HEAVY)
    assert "twokeys.builder.build" not in modules


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_of_what_it_does(call: Call, verb: str) -> None:
    done = call(verb, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.stdout


def test_no_verb_shows_the_help_and_a_wrong_one_is_bad_input(call: Call) -> None:
    assert "Usage" in call().output
    wrong = call("biuld", "easy-vqa")
    assert wrong.exit_code == 2
    assert "biuld" in wrong.stderr


def test_every_verb_is_a_function_of_the_module() -> None:
    for name in ("build", "diagnose", "diff", "verify", "fingerprint", "check_rule"):
        assert callable(getattr(twokeys, name))
    with pytest.raises(AttributeError, match="'nope'"):
        twokeys.nope  # noqa: B018


# ----------------------------------------------------------------------------------------------------------- status


def test_a_certified_build_ends_with_0_and_one_that_is_not_with_1(
    toy: Toy, published: Path, tmp_path: Path, call: Call
) -> None:
    everything = {"rule": f"{rule_file(tmp_path)}:Nice", "with": {"word": "."}}
    recipe = toy.save(tmp_path / "nothing.yaml", rules=[everything])
    place = ("--out", tmp_path / "nothing", "--corpora", toy.corpora, "--engine", "serial")
    done = call("build", recipe, *place)
    assert done.exit_code == 1
    said = " ".join(done.stdout.split())
    assert "No item is in the balanced tier: the rules removed all of them." in said, "the reason, not where it stands"
    assert strict(call("build", recipe, *place, "--json").stdout)["certified"] is False
    assert call("verify", tmp_path / "nothing").exit_code == 1
    assert call("verify", published).exit_code == 0


def test_the_version_is_told(call: Call) -> None:
    assert call("--version").stdout == f"twokeys {twokeys.__version__}\n"
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", twokeys.__version__)


def test_dir_names_the_public_functions_and_help_explains_them() -> None:
    assert {*twokeys.__all__, "__version__"} <= set(dir(twokeys))
    for name in twokeys.__all__:
        text = inspect.getdoc(getattr(twokeys, name)) or ""
        assert "Args:" in text, name
        assert {"Returns:", "Raises:"} & set(text.split()), name


def test_results_are_tables_and_figures_for_notebooks(published: Path) -> None:
    verified, diagnosed = twokeys.verify(published), twokeys.diagnose(published)
    assert verified.to_pandas()["check"].is_unique
    ceilings = diagnosed.to_pandas().set_index("predictor").loc["ceiling of any predictor", "before"]
    assert ceilings.tolist() == [diagnosed.blindness.ceiling(view).share for view in ("question", "image")]
    assert diagnosed.figure().axes
    assert diagnosed.figure()._repr_png_().startswith(b"\x89PNG")
    compared = twokeys.diff(published, published)
    assert compared.to_pandas()["added"].sum() == 0
    for found in (verified, diagnosed, compared):
        assert found._repr_html_().count("<table") == 1
    hostile = Verified(Path("<script>"), [Finding("<b>", ["<img src=x>"])])._repr_html_()
    assert "<script>" not in hostile
    assert "<img" not in hostile


def test_a_log_lies_beside_the_run(published: Path) -> None:
    log = (published.parent / ".toy.run" / "log.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .+", line) for line in log)
    assert any(line.endswith(" measure: began") for line in log)
    assert sum(" publish: ended" in line for line in log) == 1


def test_verify_and_diff_say_what_they_do(published: Path, call: Call) -> None:
    assert call("verify", published).stderr == "", "quiet where no terminal is"
    told = call("verify", published, "--verbose").stderr.splitlines()
    assert any(line.startswith("report: writing it again, to compare, ") for line in told)
    assert any(line.startswith("certificate: recounting, ") for line in told)
    told = call("diff", published, published, "--verbose").stderr.splitlines()
    assert [line.rpartition(",")[0] for line in told] == [
        f"{name}: comparing rows" for name in ("balanced", "measurements", "removed")
    ]


def test_a_damaged_folder_fails_verify_with_1_and_says_which_check(published: Path, tmp_path: Path, call: Call) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "copy"))
    (copy / "certificate.json").write_text("{}")
    done = call("verify", copy)
    assert done.exit_code == 1
    assert "FAILED" in done.stdout
    assert "certificate.json was changed" in done.stdout
    found = strict(call("verify", copy, "--json").stdout)
    assert [one["check"] for one in found if not one["ok"]] == ["files", "certificate"]


@pytest.mark.parametrize("folder", ["nowhere", "recipe.yaml", "."])
def test_verifying_what_is_no_published_folder_ends_with_2(tmp_path: Path, call: Call, folder: str) -> None:
    (tmp_path / "recipe.yaml").write_text("")
    done = call("verify", tmp_path / folder)
    assert done.exit_code == 2
    assert "manifest.json" in done.stderr


def test_the_exit_status_reaches_the_shell(tmp_path: Path) -> None:
    assert run("verify", tmp_path).returncode == 2


# ------------------------------------------------------------------------------------------------------------- JSON


def test_build_speaks_json(toy: Toy, published: Path, call: Call) -> None:
    recipe = published.parent / "recipe.yaml"
    done = call("build", recipe, "--out", published, "--corpora", toy.corpora, "--engine", "serial", "--json")
    assert done.exit_code == 0
    found = strict(done.stdout)
    assert found["certified"] is True
    assert found["executed"] == {}
    assert set(found["configs"]) == {"balanced", "measurements", "removed"}
    assert Path(found["folder"]) == published


def test_diagnose_speaks_json_of_recipes_and_of_folders(toy: Toy, published: Path, tmp_path: Path, call: Call) -> None:
    recipe = published.parent / "recipe.yaml"
    place = ("--out", tmp_path / "report", "--corpora", toy.corpora, "--work", tmp_path / "work", "--engine", "serial")
    of_recipe = strict(call("diagnose", recipe, *place, "--json").stdout)
    assert of_recipe == strict((tmp_path / "report" / "diagnosis.json").read_text(encoding="utf-8"))
    assert of_recipe["items"] == sum(map(len, toy.rows.values()))
    assert strict(call("diagnose", published, "--json").stdout)["name"] == "toy"
    assert call("diagnose", published).exit_code == 0
    shown = call("diagnose", recipe, *place).stdout
    assert "Largest balanced subset" in shown
    assert "No item can be kept" not in shown


def test_a_diagnosis_says_why_no_item_can_be_kept(
    toy: Toy, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = twokeys.diagnose(published)
    show_diagnosis(replace(found, balance=[part.model_copy(update={"kept": 0}) for part in found.balance]))
    shown = " ".join(capsys.readouterr().out.split())
    assert "No item can be kept. An item is kept if its question is asked of another image" in shown
    assert f"they ask {found.blindness.ceiling('question').keys} questions" in shown


@pytest.mark.parametrize(
    "words",
    [
        ("recipes",),
        ("corpora",),
        ("rules", "list"),
        ("rules", "show", "solved-by-k"),
        ("rules", "check", "duplicate-item"),
    ],
    ids=" ".join,
)
def test_what_lists_and_shows_does_so_in_words_and_in_json(words: tuple[str, ...], call: Call) -> None:
    plain, machine = call(*words), call(*words, "--json")
    assert (plain.exit_code, machine.exit_code) == (0, 0)
    assert plain.stdout.strip()
    assert isinstance(strict(machine.stdout), (dict, list))
    assert not machine.stderr


def test_verify_speaks_json(published: Path, call: Call) -> None:
    found = strict(call("verify", published, "--json").stdout)
    assert all(one["ok"] and one["problems"] == [] for one in found)


# ------------------------------------------------------------------------------------------------------------ rules


def test_rules_list_names_every_rule(call: Call) -> None:
    from twokeys.filters import rules

    assert set(strict(call("rules", "list", "--json").stdout)) == set(rules())


def test_rules_show_and_check_take_a_file_and_parameters(tmp_path: Path, call: Call) -> None:
    name = f"{rule_file(tmp_path)}:Nice"
    shown = call("rules", "show", name, "--with", '{"word": "[/ugly]"}')
    assert shown.exit_code == 0
    assert "[/ugly]" in shown.stdout
    assert "Drop questions about taste." in shown.stdout
    checked = call("rules", "check", name)
    assert checked.exit_code == 0
    (line,) = checked.stderr.splitlines()
    assert line == f"warning: the rule file {tmp_path / 'mine.py'} is code, and is run with all that you may do"


def test_a_rule_that_breaks_the_contract_fails_its_check_with_1(tmp_path: Path, call: Call) -> None:
    path = rule_file(tmp_path, NICE.replace('return ("question",)', 'return ("answer",)'))
    done = call("rules", "check", f"{path}:Nice")
    assert done.exit_code == 1
    assert any(one["kind"] == "error" for one in strict(call("rules", "check", f"{path}:Nice", "--json").stdout))


# --------------------------------------------------------------------------------------------------------- messages


def bad_rows(toy: Toy, tmp_path: Path) -> list[object]:
    bad = Toy.shapes(tmp_path / "bad")
    for row in bad.rows["train"][:40]:
        row["answer"] = ""
    bad.write()
    return ["build", bad.save(tmp_path / "bad.yaml"), "--corpora", bad.corpora]


def foreign(toy: Toy, tmp_path: Path) -> list[object]:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    return ["build", toy.save(tmp_path / "r.yaml"), "--out", tmp_path / "mine", "--corpora", toy.corpora]


def broken(toy: Toy, tmp_path: Path) -> list[object]:
    (tmp_path / "broken.yaml").write_text("name: [toy")
    return ["build", tmp_path / "broken.yaml"]


BAD: dict[str, tuple[Callable[[Toy, Path], list[object]], list[str]]] = {
    "unknown recipe": (lambda toy, path: ["build", "easy-vqe"], ["easy-vqe", "easy-vqa"]),
    "broken recipe": (broken, ["broken.yaml", "YAML", "line 1"]),
    "unknown field": (
        lambda toy, path: ["build", toy.save(path / "r.yaml", balance={"max_shar": 1})],
        ["r.yaml", "balance.max_shar", "max_share"],
    ),
    "names only": (
        lambda toy, path: ["build", toy.save(path / "r.yaml", corpora=[toy.corpus(images="names")])],
        ["toy", "known by name alone", "twokeys diagnose"],
    ),
    "no corpora": (lambda toy, path: ["build", toy.save(path / "r.yaml")], ["no corpora folder", "--corpora"]),
    "no folder": (
        lambda toy, path: ["build", toy.save(path / "r.yaml"), "--corpora", path / "none"],
        ["none/toy", "no such folder"],
    ),
    "foreign files": (foreign, ["--out", "thesis.tex"]),
    "bad rows": (bad_rows, ["40 bad rows", "train.jsonl, row 1; ", "row 2; ", "row 3.", "set aside"]),
    "unknown rule": (
        lambda toy, path: ["build", toy.save(path / "r.yaml", rules=["duplicate"]), "--corpora", toy.corpora],
        ["'duplicate'", "duplicate-item"],
    ),
    "unknown engine": (
        lambda toy, path: ["build", toy.save(path / "r.yaml"), "--corpora", toy.corpora, "--engine", "spark"],
        ["--engine", "spark", "serial, process, ray, slurm"],
    ),
    "unknown rule to show": (lambda toy, path: ["rules", "show", "duplicate"], ["'duplicate'", "duplicate-item"]),
    "unknown file of a rule": (lambda toy, path: ["rules", "check", path / "no.py:Nice"], ["no.py"]),
    "parameters that are no JSON": (
        lambda toy, path: ["rules", "show", "solved-by-k", "--with", "k=1"],
        ["--with", "k=1"],
    ),
    "parameters that are a list": (lambda toy, path: ["rules", "show", "solved-by-k", "--with", "[1]"], ["[1]"]),
    "wrong parameter": (lambda toy, path: ["rules", "show", "solved-by-k", "--with", '{"k": 0}'], ["k = 0"]),
    "nothing to diagnose": (lambda toy, path: ["diagnose", path / "nowhere"], ["nowhere"]),
    "nothing to verify": (lambda toy, path: ["verify", path], ["manifest.json"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_2_and_one_screen_that_says_what_to_do(
    toy: Toy, tmp_path: Path, call: Call, name: str
) -> None:
    words, says = BAD[name]
    done = call(*words(toy, tmp_path))
    assert done.exit_code == 2, done.exception
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) <= 24
    assert "Traceback" not in done.stderr
    assert "bad input" in done.stderr
    assert re.search(r"[.?!] [A-Z]", " ".join(done.stderr.split())), "a sentence, and an instruction"
    for part in says:
        assert part in done.stderr


def test_what_is_shown_is_never_taken_for_markup(toy: Toy, tmp_path: Path, call: Call) -> None:
    title = "A [bold]toy[/] with [/brackets]"
    recipe = toy.save(tmp_path / "recipe.yaml", title=title)
    built = call("build", recipe, "--out", tmp_path / "[red]out", "--corpora", toy.corpora, "--engine", "serial")
    assert built.exit_code == 0, built.exception
    assert title in built.stdout
    assert str(tmp_path / "[red]out") in built.stdout
    (tmp_path / "[red]out" / "[").write_text("x")
    checked = call("verify", tmp_path / "[red]out")
    assert checked.exit_code == 1, checked.exception
    assert "[ is not in the manifest" in checked.stdout
