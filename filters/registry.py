"""All rules by name: the built-in ones, those of installed packages, and those in a file of the user's."""

from __future__ import annotations

import difflib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twokeys.core.plugins import plugins
from twokeys.filters.errors import DuplicateRule, UnknownRule
from twokeys.filters.parameters import arguments
from twokeys.filters.rule_file import is_rule, load_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twokeys.filters.rule import Rule

GROUP = "twokeys.rules"
"""Entry-point group under which other packages add rules."""

BUILT_IN = {
    "aflite": "twokeys.filters.aflite:AFLite",
    "answer-in-question": "twokeys.filters.answer_in_question:AnswerInQuestion",
    "contradicting-golds": "twokeys.filters.contradicting_golds:ContradictingGolds",
    "degenerate-image": "twokeys.filters.degenerate_image:DegenerateImage",
    "duplicate-item": "twokeys.filters.duplicate_item:DuplicateItem",
    "gold-not-in-choices": "twokeys.filters.gold_not_in_choices:GoldNotInChoices",
    "iterative-bias-pruning": "twokeys.filters.iterative_bias_pruning:IterativeBiasPruning",
    "low-agreement": "twokeys.filters.low_agreement:LowAgreement",
    "near-duplicate-across-splits": "twokeys.filters.near_duplicate_across_splits:NearDuplicateAcrossSplits",
    "prior-neighbours": "twokeys.filters.prior_neighbours:PriorNeighbours",
    "solved-by-k": "twokeys.filters.solved_by_k:SolvedByK",
    "solved-from-choices": "twokeys.filters.solved_from_choices:SolvedFromChoices",
    "solved-from-image": "twokeys.filters.solved_from_image:SolvedFromImage",
    "symmetric-grid": "twokeys.filters.symmetric_grid:SymmetricGrid",
}
"""Rule id -> where its class is."""


def rules() -> dict[str, type[Rule]]:
    """Return all rules by id: the built-in ones, then those of installed packages.

    A rule of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        DuplicateRule: When two have the same id.
    """
    built_in = {name: _import(target) for name, target in BUILT_IN.items()}
    return built_in | plugins(GROUP, BUILT_IN, _id, _clash)


def rule_class(name: str) -> type[Rule]:
    """Resolve the id of a rule, or `path/to/file.py:ClassName` (relative to the working directory).

    Raises:
        UnknownRule: When there is no such rule, file or class.
        DuplicateRule: When ids are not unique, also when the class in the file has the id of another rule.
    """
    known = rules()
    path, _, class_name = name.rpartition(":")
    if path.endswith(".py"):
        rule = load_rule(Path(path).expanduser().resolve(), class_name)
        if rule.id in known:
            raise DuplicateRule(
                f"found the id {rule.id!r} at {name}, which {known[rule.id].__module__} has too; "
                "allowed: one rule an id; to do: give yours another id"
            )
        return rule
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else "choose one"
        raise UnknownRule(f"found no rule {name!r}; allowed: {', '.join(known)}, or FILE.py:CLASS; to do: {hint}")
    return known[name]


def make(name: str, parameters: Mapping[str, Any] | None = None) -> Rule:
    """Build a rule from its name and its parameters as a recipe states them.

    Raises:
        BadParameter: When a parameter is unknown, missing, or has a wrong value.
        UnknownRule: When there is no such rule.
        DuplicateRule: When ids are not unique.
    """
    rule = rule_class(name)
    return rule(**arguments(rule, parameters or {}))


def _import(target: str) -> type[Rule]:
    module, _, name = target.partition(":")
    rule = getattr(importlib.import_module(module), name)
    assert is_rule(rule), target
    return rule


def _id(found: Any) -> str:
    if not is_rule(found):
        raise TypeError(f"{found!r} is no subclass of twokeys.filters.Rule that implements all of it")
    return found.id


def _clash(found: str, allowed: str, remedy: str) -> DuplicateRule:
    return DuplicateRule(f"found {found}; allowed: {allowed}; to do: {remedy}")
