"""A model's repository cannot make a build run code of its own, and a rule file is run knowingly.

Claim: nothing from outside is executed or unpickled.
Attack: a model whose configuration names code (`auto_map`) or whose weights are pickled, in a recipe or `--model`; a
recipe of somebody else with a rule file beside it.
Before (ba22272): some loads left `trust_remote_code` to a library's default; rule files were run without a word.
Now: every load says it; a build says once of each rule file that it is code, and is run.
"""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path

import pytest

from tests import house
from tests.pipeline.toy import rule_file
from twokeys.audit.models.loading import load_named
from twokeys.core.errors import BadInput
from twokeys.filters import rule_class

LOADS = ("from_pretrained", "SentenceTransformer", "from_config")


def loads() -> list[tuple[str, ast.Call]]:
    """Every call that loads a model, a tokenizer or a processor, and where it stands."""
    return [
        (f"{module}:{node.lineno}", node)
        for module, path in house.modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in LOADS
    ]


def test_every_load_says_that_no_code_is_run() -> None:
    assert len(loads()) > 10
    for place, call in loads():
        given = {word.arg: word.value for word in call.keywords}
        said = given.get("trust_remote_code")
        if None in given:  # `**source`, a dictionary that stands beside the call
            path = house.modules()[place.partition(":")[0]]
            assert '"trust_remote_code": False' in path.read_text(encoding="utf-8"), place
        elif getattr(call.func, "attr", "") != "from_config":
            assert isinstance(said, ast.Constant), place
            assert said.value is False, place


def test_no_file_is_unpickled() -> None:
    for module, path in house.modules().items():
        text = path.read_text(encoding="utf-8")
        for word in ("pickle.load(", "allow_pickle=True", "joblib.load", "yaml.load("):
            assert word not in text, f"{module}: {word}"
        assert text.count("torch.load(") == text.count("weights_only=True"), module


@pytest.mark.parametrize("name", ["modeling.py", "configuration.py"])
def test_code_beside_a_model_is_not_run(tmp_path: Path, name: str) -> None:
    place = tmp_path / "model"
    place.mkdir()
    (place / name).write_text(f"open({str(tmp_path / 'run')!r}, 'w').close()\n")
    kind = f"{name.removesuffix('.py')}.Mine"
    said = {"model_type": "mine", "auto_map": dict.fromkeys(("AutoConfig", "AutoModel", "AutoModelForCausalLM"), kind)}
    (place / "config.json").write_text(json.dumps(said))
    with pytest.raises(BadInput):
        load_named(str(place))
    assert not (tmp_path / "run").exists()


def test_a_rule_file_is_said_to_be_code_once(tmp_path: Path) -> None:
    path = rule_file(tmp_path)
    with pytest.warns(RuntimeWarning, match=r"mine\.py is code, and is run"):
        rule_class(f"{path}:Nice")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rule_class(f"{path}:Nice")
