"""What is frozen into an export is what twokeys itself does: by its own cases, and on any text."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.cases import CASES
from tests.exports.loading import loaded
from tests.strategies import texts, words
from twokeys.audit import wording
from twokeys.core.answers import marking, normal, parsing, picking
from twokeys.exports.bundle import bundled

FACTS = {
    "instruction": None,
    "scores": [],
    "annotated": True,
    "pairs": {"question": 1},
    "fingerprint": "f" * 64,
    "split": "test",
    "answers": {},
}
TYPES = ("yes/no", "number", "choice", "open")


@pytest.fixture(scope="module", params=["lmms_eval_utils", "lm_eval_utils"])
def frozen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    path = tmp_path_factory.mktemp("frozen") / f"{request.param}.py"
    path.write_text(bundled(f"twokeys.exports.harness.{request.param}", "Frozen.", {"FACTS": FACTS}), encoding="utf-8")
    return loaded(path)


@pytest.mark.parametrize(
    "title",
    ['Quoted """\nimport os\nos.environ["OPENED"] = "1"\n"""', "back\\slash \\", 'ends in a "', "nul \x00, bell \x07"],
)
def test_a_title_from_outside_stays_text(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENED", raising=False)
    path = tmp_path / "frozen.py"
    path.write_text(bundled("twokeys.exports.harness.lm_eval_utils", title, {"FACTS": FACTS}), encoding="utf-8")
    assert title.split()[0] in (loaded(path).__doc__ or "")
    assert "OPENED" not in os.environ


@pytest.mark.parametrize(("reply", "kind", "choices", "answer", "how"), CASES)
def test_every_case_of_the_parser_is_read_alike(
    frozen: ModuleType, reply: str, kind: picking.Kind, choices: tuple[str, ...], answer: str | None, how: str
) -> None:
    assert tuple(frozen.parse(reply, kind, choices)) == (answer, how == "refusal", how)


@given(
    reply=texts(60) | words(), kind=st.sampled_from(["yes/no", "number", "open"]), choices=st.lists(words(), max_size=4)
)
def test_any_text_is_read_alike(frozen: ModuleType, reply: str, kind: picking.Kind, choices: list[str]) -> None:
    assert tuple(frozen.parse(reply, kind, choices)) == tuple(picking.parse(reply, kind, choices))
    assert frozen.normalise(reply) == normal.normalise(reply)


@given(reply=words(), answer=words(), kind=st.sampled_from(TYPES), choices=st.lists(words(), max_size=4))
def test_any_reply_is_marked_and_any_question_worded_alike(
    frozen: ModuleType, reply: str, answer: str, kind: str, choices: list[str]
) -> None:
    assert frozen.right(reply, kind, choices, answer) == marking.right(reply, kind, choices, answer)
    assert frozen.worded(reply, choices) == wording.worded(reply, choices)


def test_the_parsers_version_is_frozen_with_it(frozen: ModuleType) -> None:
    assert frozen.VERSION == parsing.VERSION
    assert frozen.FACTS == FACTS


@pytest.mark.parametrize("module", ["lmms_eval_utils", "lm_eval_utils", "inspect_task", "vlmevalkit_dataset"])
def test_no_module_of_ours_is_imported_where_an_export_runs(module: str) -> None:
    tree = ast.parse(bundled(f"twokeys.exports.harness.{module}", "Frozen.", {"FACTS": FACTS}))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "twokeys" not in {str(name).partition(".")[0] for name in named}
    # Harnesses run such files without registering them, which dataclasses with postponed annotations cannot bear.
    assert "dataclasses" not in named


def test_a_constant_that_no_module_assigns_is_refused() -> None:
    with pytest.raises(ValueError, match="assigns NOTHING"):
        bundled("twokeys.exports.harness.lm_eval_utils", "Frozen.", {"NOTHING": 1})
