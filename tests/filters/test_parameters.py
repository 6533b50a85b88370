"""Parameters are read as a recipe states them, and what does not fit is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from twokeys.core.errors import BadInput
from twokeys.filters import Rule, make
from twokeys.filters.parameters import arguments


@dataclass(frozen=True)
class Needy(Rule):
    id = "needy"
    words: int

    def reads(self):
        return ()

    def decide(self, table):
        return {}


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        ("low-agreement", {"threshold": 1, "min_answers": 5}),
        ("solved-by-k", {"baselines": ["a", "b"], "k": 1, "min_p": None}),
        ("iterative-bias-pruning", {"budget": 100, "allocation": "per_type", "tau": 0.5}),
        ("iterative-bias-pruning", {"budget": 0.1}),
        ("near-duplicate-across-splits", {"keep": ["test", "val"]}),
        ("near-duplicate-across-splits", {"keep": ()}),
    ],
)
def test_fitting_values_are_taken(rule: str, parameters: dict[str, Any]) -> None:
    made = make(rule, parameters)
    for name, value in parameters.items():
        assert getattr(made, name) == (tuple(value) if isinstance(value, list) else value)
    assert hash(made) == hash(make(rule, parameters))


@pytest.mark.parametrize(
    ("rule", "name", "value", "allowed"),
    [
        ("low-agreement", "threshold", 1.5, "input should be less than or equal to 1"),
        ("low-agreement", "threshold", "0.5", "input should be a valid number"),
        ("low-agreement", "threshold", True, "input should be a valid number"),
        ("low-agreement", "threshold", float("nan"), "input should be .*"),
        ("low-agreement", "threshold", {0.5}, "input should be a valid number"),
        ("low-agreement", "threshold", object(), "a YAML file cannot hold it"),
        ("low-agreement", "min_answers", 0, "input should be greater than or equal to 1"),
        ("low-agreement", "min_answers", 2.0, "input should be a valid integer"),
        ("solved-by-k", "baselines", [], "tuple should have at least 1 item after validation, not 0"),
        ("solved-by-k", "baselines", "a", "input should be a valid array"),
        ("iterative-bias-pruning", "budget", 1.5, "input should be .*; Input should be less than 1"),
        ("iterative-bias-pruning", "allocation", "per type", "input should be 'global' or 'per_type'"),
    ],
)
def test_other_values_are_named_with_what_is_allowed(rule: str, name: str, value: Any, allowed: str) -> None:
    with pytest.raises(BadInput, match=f"rule '{rule}': {name} = .* does not fit: {allowed}"):
        make(rule, {name: value})


def test_unknown_parameters_are_named_with_those_that_exist() -> None:
    message = r"no parameter 'treshold'\. Allowed: threshold, min_answers\. .*did you mean 'threshold'"
    with pytest.raises(BadInput, match=message):
        make("low-agreement", {"treshold": 0.5, "x": 1})
    with pytest.raises(BadInput, match=r"no parameter 'x'\. Allowed: no parameters\. Remove it"):
        make("duplicate-item", {"x": 1})


def test_missing_parameters_are_named_with_their_type() -> None:
    assert arguments(Needy, {"words": 3}) == {"words": 3}
    with pytest.raises(BadInput, match=r"the parameter 'words' is missing\. Allowed: a value of type int"):
        arguments(Needy, {})
