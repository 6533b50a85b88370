"""Paths of rules in a recipe are relative to the recipe's file, wherever the command is run."""

from __future__ import annotations

import pickle

import pytest

from twokeys.builder.filter import Rules
from twokeys.builder.recipe import load
from twokeys.core.errors import BadInput

RULE = '''from dataclasses import dataclass
from twokeys.filters import Rule


@dataclass(frozen=True)
class Nothing(Rule):
    """Drop nothing."""

    id = "nothing-{mark}"
    summary = "never"
    bias = "none"

    def reads(self):
        return ("question",)

    def decide(self, table):
        return {{}}
'''
RECIPE = "name: c\ntitle: C\ncorpora: [{{format: pope, name: c, revision: r, license: mit}}]\nrules: ['{rule}']\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("where", ["rules/mine.py", "mine.py", "../shared/mine.py"])
def test_a_rule_lies_beside_the_recipe_wherever_the_command_runs(tmp_path, monkeypatch, where):
    recipe = write(tmp_path / "recipes/r.yaml", RECIPE.format(rule=f"{where}:Nothing"))
    write(tmp_path / "recipes" / where, RULE.format(mark="right"))
    write(tmp_path / "deep/elsewhere" / where, RULE.format(mark="wrong"))
    monkeypatch.chdir(write(tmp_path / "deep/elsewhere/x", "").parent)
    for name in (recipe, "../../recipes/r.yaml"):
        plan = load(name)
        assert [rule.id for rule in Rules(plan.rules).made] == ["nothing-right"]
        assert Rules(pickle.loads(pickle.dumps(plan.rules))).made == Rules(plan.rules).made
        assert plan.rules[0].rule == f"{where}:Nothing", "what is published names no folder of this machine"
        assert str(tmp_path) not in plan.model_dump_json()


def test_the_same_recipe_has_one_key_in_every_folder(tmp_path):
    keys = set()
    for folder in ("a", "b"):
        recipe = write(tmp_path / folder / "r.yaml", RECIPE.format(rule="mine.py:Nothing"))
        write(tmp_path / folder / "mine.py", RULE.format(mark="same"))
        keys.add((load(recipe).key, Rules(load(recipe).rules).key))
    assert len(keys) == 1


def test_a_missing_rule_is_told_with_the_place_where_it_was_looked_for(tmp_path, monkeypatch):
    recipe = write(tmp_path / "recipes/r.yaml", RECIPE.format(rule="mine.py:Nothing"))
    write(tmp_path / "mine.py", RULE.format(mark="shell"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=r"recipes/mine\.py: there is no such file"):
        Rules(load(recipe).rules)


def test_absolute_paths_stay(tmp_path):
    path = write(tmp_path / "rules/mine.py", RULE.format(mark="absolute"))
    recipe = write(tmp_path / "recipes/r.yaml", RECIPE.format(rule=f"{path}:Nothing"))
    assert [rule.id for rule in Rules(load(recipe).rules).made] == ["nothing-absolute"]
