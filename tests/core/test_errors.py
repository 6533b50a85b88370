"""A bad input is a sentence and an instruction, also after it has crossed a process border."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT, modules
from twokeys.builder.read.stage import BadRows
from twokeys.core.errors import BadInput, MissingPackage, Unsayable, correction, misfit

PROBLEM: dict[str, Any] = {
    "file": "a.json", "row": 7, "problem": "the question is empty", "allowed": "text", "remedy": "fill it in",
}  # fmt: skip


def test_the_message_says_where_what_is_wrong_what_is_allowed_and_what_to_do() -> None:
    assert str(BadInput(**PROBLEM)) == "a.json, row 7: the question is empty. Allowed: text. Fill it in."


@pytest.mark.parametrize(
    ("row", "begins"),
    [(None, "a.json: the"), (3, "a.json, row 3: the"), ("41", "a.json, row 41: the"), ("seed", "a.json, seed: the")],
    ids=str,
)  # fmt: skip
def test_rows_are_told_by_number_and_fields_by_name(row: object, begins: str) -> None:
    assert str(BadInput(**PROBLEM | {"row": row})).startswith(begins)


def test_what_adds_nothing_is_left_out_and_a_sentence_ends_once() -> None:
    error = BadInput("a.json", None, "it says 'stop.'", "", "correct the name: did you mean 'b'?")
    assert str(error) == "a.json: it says 'stop.'. Correct the name: did you mean 'b'?"


def test_a_missing_package_is_told_with_a_command_that_can_be_copied() -> None:
    error = MissingPackage("the engine ray", "ray", 'pip install "twokeys[ray]"')
    assert isinstance(error, BadInput)
    assert str(error) == (
        "The engine ray needs the package 'ray', which is not installed. Run: pip install \"twokeys[ray]\""
    )


@pytest.mark.parametrize(
    "error",
    [
        BadInput(**PROBLEM),
        MissingPackage("the engine ray", "ray", "pip install ray"),
        Unsayable("green", "the model cannot write 'green'", "leave the item out"),
        BadRows([PROBLEM, PROBLEM | {"row": None}]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_pickle_whole(error: BadInput) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_bad_rows_are_told_by_kind_with_three_examples_and_ten_kinds() -> None:
    message = str(BadRows([PROBLEM | {"row": row} for row in range(12)]))
    assert message.startswith("12 bad rows:\n  12 rows: ")
    assert "row 2." in message
    assert "row 3" not in message
    kinds = [PROBLEM | {"problem": f"it is {letter}"} for letter in "abcdefghijkl"]
    assert "and 2 more kinds" in str(BadRows(kinds))


def test_the_closest_name_is_suggested_and_else_what_to_do() -> None:
    assert correction("lo-agreement", ["aflite", "low-agreement"]) == "correct the name: did you mean 'low-agreement'?"
    assert correction("zebra", ["aflite", "low-agreement"], "remove it") == "remove it"


def test_reasons_of_pydantic_read_on() -> None:
    assert misfit("k = 0", "Value error, name every model once") == "k = 0 does not fit: name every model once"


# ------------------------------------------------------------------------------------------- all messages of the code

FIELDS = {"BadInput": (2, 3, 4), "Unscorable": (2, 3, 4), "Unsayable": (None, None, 2)}


def texts(node: ast.expr, known: dict[str, list[str]]) -> list[str]:
    """What an expression may say, with `0` for every value in it; nothing if only running it tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return texts(node.body, known) + texts(node.orelse, known)
    return known.get(node.id, []) if isinstance(node, ast.Name) else []


def messages() -> Iterator[tuple[str, str, str]]:
    """Place, kind and text of all problems, allowed values and remedies, as far as they are written at the call."""
    for module, path in modules().items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
            known: dict[str, list[str]] = {}
            for node in ast.walk(scope):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    known.setdefault(node.targets[0].id, []).extend(texts(node.value, {}))
            calls = [node for node in ast.walk(scope) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
            for call in calls if scope is not tree else []:
                if isinstance(call.func, ast.Name) and call.func.id in FIELDS:
                    for at, kind in zip(FIELDS[call.func.id], ("problem", "allowed", "remedy"), strict=True):
                        if at is not None and at < len(call.args):
                            for text in texts(call.args[at], known):
                                yield f"{module}:{call.lineno}", kind, text


def test_every_problem_and_every_remedy_of_the_code_reads_on() -> None:
    found = list(messages())
    assert len(found) > 300
    for place, kind, text in found:
        if kind == "allowed" and not text:
            continue
        assert text, f"{place}: no {kind}"
        assert not text.endswith("."), f"{place}: the {kind} {text!r} ends in a full stop, which the rendering adds"
        assert not re.search(r"\bfound\b|\bto do\b", text), f"{place}: {text!r} speaks as labels do"
        if kind == "remedy":
            assert not text[0].isupper(), f"{place}: the remedy {text!r} begins with a capital"


def test_errors_have_one_home() -> None:
    homes = [path for path in modules().values() if path.name == "errors.py"]
    assert homes == [Path(ROOT) / "core/errors.py"]
