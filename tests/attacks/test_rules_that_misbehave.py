"""A rule file that raises, ends, prints, changes what it was given, or answers nonsense.

Claim: a bad rule is named with the row of its table, the value and a remedy; what it prints or changes reaches nothing.
Attack: each of these in `decide`, in a build by the command; a module beside the rule file that changes.
Before (ba22272): a traceback, a status of 0 with nothing built, output that was no JSON, changed options in published
rows, a drop for no reason; the changed module left the old rows in place.
Now: a sentence with the item, its values and the line; the rule has a copy of its table; what it prints goes to the
standard error; the rules are applied again.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.toy import Toy, published, rule_file, run
from twokeys.builder.build import build
from twokeys.core.errors import BadInput

RULE = '''
from dataclasses import dataclass
from twokeys.filters import Rule
{top}

@dataclass(frozen=True)
class Nice(Rule):
    """Decides oddly."""

    id = "nice"
    summary = "it is odd"
    bias = "none"
    scope = "set"

    def reads(self):
        return ("question", "choices")

    def decide(self, table):
        {inside}
        return {{}}
'''


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy.shapes(tmp_path_factory.mktemp("corpora"), train=4, test=4)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder for all builds: only rules differ."""
    return tmp_path_factory.mktemp("work")


def built(toy: Toy, work: Path, place: Path, inside: str, top: str = "") -> Path:
    path = rule_file(place / "rules", RULE.format(inside=inside, top=top))
    recipe = toy.save(place / "recipe.yaml", rules=[f"{path}:Nice"])
    return build(recipe, place / "built", corpora=toy.corpora, work=work, engine="serial").folder


@pytest.mark.filterwarnings("ignore:the rule file")
@pytest.mark.parametrize("error", ["KeyError(row.question)", "SystemExit(0)", "GeneratorExit()", "MemoryError()"])
def test_a_rule_that_ends_is_named_with_the_row_the_value_and_the_line(
    toy: Toy, work: Path, tmp_path: Path, error: str
) -> None:
    inside = f"""for row in table.itertuples():
            if row.question == "Is picture 0 of test nice?":
                raise {error}"""
    with pytest.raises(BadInput) as found:
        built(toy, work, tmp_path, inside)
    told = found.value
    (row,) = [row for row in toy.rows["test"] if row["question"] == "Is picture 0 of test nice?"]
    assert told.file == f"rule {tmp_path}/rules/mine.py:Nice"
    assert str(told.row).startswith(f"item toy:test:{row['id']} (")
    assert "test.jsonl#" in str(told.row)
    assert error.partition("(")[0] in told.problem
    assert "at line 21; question is 'Is picture 0 of test nice?'" in told.problem
    assert "twokeys rules check" in told.remedy


@pytest.mark.filterwarnings("ignore:the rule file")
def test_a_rule_that_fails_on_all_rows_together_names_none(toy: Toy, work: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="it ends with ValueError: too many at line") as found:
        built(toy, work, tmp_path, 'if len(table) > 20: raise ValueError("too many")')
    assert found.value.row is None


@pytest.mark.filterwarnings("ignore:the rule file")
@pytest.mark.parametrize(("inside", "says"), [
    ("return None", "returns a NoneType; return a dict"),
    ("return [table['id'][0]]", "returns a list; return a dict"),
    ("return {'elsewhere': 'why'}", "names 'elsewhere', which is no id of its table"),
    ("return {3: 'why'}", "names 3, which is no id"),
    ("return {table['id'][0]: ''}", "say in words why"),
    ("return {table['id'][0]: None}", "say in words why"),
    (r"return {table['id'][0]: 'why \ud800'}", "holds half a character"),
])  # fmt: skip
def test_an_answer_that_is_none_is_refused(toy: Toy, work: Path, tmp_path: Path, inside: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        built(toy, work, tmp_path, inside)


@pytest.mark.filterwarnings("ignore:the rule file")
def test_what_a_rule_does_to_its_table_reaches_nothing(toy: Toy, work: Path, tmp_path: Path) -> None:
    inside = """for choices in table["choices"]:
            if len(choices):
                choices[0] = "changed"
        table["question"] = "changed"
        table.drop(table.index, inplace=True)"""
    clean, changed = built(toy, work, tmp_path / "a", "pass"), built(toy, work, tmp_path / "b", inside)
    for config in ("balanced", "removed"):
        assert list(published(clean, config)) == list(published(changed, config))
    assert not [row for row in published(changed, "removed") if "changed" in str(row)]


@pytest.mark.filterwarnings("ignore:the rule file")
def test_changing_a_module_beside_a_rule_makes_the_rules_be_applied_again(toy: Toy, work: Path, tmp_path: Path) -> None:
    inside = "return {row.id: near.WHY for row in table.itertuples() if near.WORD in row.question}"
    folder = tmp_path / "rules"
    folder.mkdir()
    keys = set()
    for word in ("colour", "corner"):
        (folder / "near.py").write_text(f"WORD, WHY = {word!r}, 'has {word}'\n")
        folder_built = built(toy, work, tmp_path, inside, "import near")
        reasons = {row["reason"] for row in published(folder_built, "removed") if row["rule"] == "nice"}
        assert reasons == {f"has {word}"}
        keys.add(json.loads((folder_built / "manifest.json").read_text())["build_key"])
    assert len(keys) == 2


def test_json_stays_json_whatever_a_rule_prints(toy: Toy, work: Path, tmp_path: Path) -> None:
    inside = """import ctypes, os, subprocess, sys
        print("printed")
        sys.__stdout__.write("written")
        os.write(1, b"by number")
        subprocess.run(["echo", "by a child"])
        ctypes.CDLL(None).printf(b"in C")"""
    path = rule_file(tmp_path / "rules", RULE.format(inside=inside, top='print("loaded")'))
    recipe = toy.save(tmp_path / "recipe.yaml", rules=[f"{path}:Nice"])
    done = run("build", recipe, "--out", tmp_path / "out", "--corpora", toy.corpora, "--work", work, "--engine",
               "serial", "--json", "--quiet")  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["folder"] == str(tmp_path / "out")
    for text in ("loaded", "printed", "written", "by number", "by a child", "in C"):
        assert text in done.stderr


def test_show_prints_json_alone(tmp_path: Path) -> None:
    path = rule_file(tmp_path, RULE.format(inside="pass", top='print("loaded")'))
    done = run("rules", "show", f"{path}:Nice", "--json")
    assert json.loads(done.stdout)["id"] == "nice"
    assert "loaded" in done.stderr
