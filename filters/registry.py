"""All rules by name: built-in rules, rules of installed packages, and rules in a file of the user."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput
from twokeys.core.plugins import Registry
from twokeys.filters.asking import declared
from twokeys.filters.parameters import arguments
from twokeys.filters.rule_file import is_rule, load_rule, path_of, rule_file_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twokeys.filters.rule import Rule
    from twokeys.filters.rule_apart import RuleApart

BUILT_IN = {
    "aflite": "twokeys.filters.aflite:AFLite",
    "answer-in-question": "twokeys.filters.answer_in_question:AnswerInQuestion",
    "contradicting-golds": "twokeys.filters.contradicting_golds:ContradictingGolds",
    "degenerate-image": "twokeys.filters.degenerate_image:DegenerateImage",
    "duplicate-item": "twokeys.filters.duplicate_item:DuplicateItem",
    "gold-not-in-choices": "twokeys.filters.gold_not_in_choices:GoldNotInChoices",
    "iterative-bias-pruning": "twokeys.filters.iterative_bias_pruning:IterativeBiasPruning",
    "low-agreement": "twokeys.filters.low_agreement:LowAgreement",
    "mmmu-pro": "twokeys.filters.answered_by_models:MMMUPro",
    "mmstar": "twokeys.filters.answered_by_models:MMStar",
    "near-duplicate-across-splits": "twokeys.filters.near_duplicate_across_splits:NearDuplicateAcrossSplits",
    "prior-neighbours": "twokeys.filters.prior_neighbours:PriorNeighbours",
    "solved-by-k": "twokeys.filters.solved_by_k:SolvedByK",
    "solved-from-choices": "twokeys.filters.solved_from_choices:SolvedFromChoices",
    "solved-from-image": "twokeys.filters.solved_from_image:SolvedFromImage",
    "symmetric-grid": "twokeys.filters.symmetric_grid:SymmetricGrid",
}
"""Rule id -> module and class."""
RULES: Registry[type[Rule]] = Registry(
    kind="rule",
    group="twokeys.rules",
    built_in=BUILT_IN,
    fits=is_rule,
    must="subclass of twokeys.filters.Rule that implements all of it",
    place="rules",
    named_by="id",
    otherwise="name one of these, or a class of yours as FILE.py:CLASS",
)


def rules() -> dict[str, type[Rule]]:
    """Return all rules by id: the built-in rules, then the rules of installed packages.

    A rule that cannot be loaded is skipped with a warning that names its package.

    Raises:
        BadInput: If two rules have the same id.
    """
    return RULES.all()


def rule_class(name: str) -> type[Rule]:
    """Resolve the id of a rule, or `path/to/file.py:ClassName` (relative to the working directory).

    Raises:
        BadInput: If there is no such rule, file or class, or ids are not unique, also if the class in the file has the
            id of another rule.
    """
    path, _, class_name = name.rpartition(":")
    if not path.endswith(".py"):
        return RULES.get(name)
    return distinct(load_rule(Path(path).expanduser().resolve(), class_name), name)


def distinct(rule: type[Rule], name: str) -> type[Rule]:
    """Return the class of a rule file if it has an id that no other rule has.

    Raises:
        BadInput: If it has none, or another rule has it.
    """
    if not isinstance(getattr(rule, "id", None), str):
        raise BadInput(
            name, None, "the rule has no id", "lower-case words joined by '-'", "give it one: id = 'my-rule'"
        )
    if other := rules().get(rule.id):
        problem = f"the rule has the id {rule.id!r}, which {other.__module__} has too"
        raise BadInput(name, None, problem, "", "give your rule another id")
    return rule


def make(name: str, parameters: Mapping[str, Any] | None = None) -> Rule:
    """Build a rule from its name and its parameters as a recipe states them.

    Raises:
        BadInput: If there is no such rule, ids are not unique, or a parameter is unknown, missing, or has a wrong
            value.
    """
    rule = rule_class(name)
    return declared(rule, arguments(rule, parameters or {}), name, rule_file_of(name))


def rule_for_build(name: str, parameters: Mapping[str, Any]) -> Rule | RuleApart:
    """Build a rule as `make` does; a rule of a file or of another package is asked in a process of its own.

    Raises:
        BadInput: As `make`; also when the rule ends its process, or takes too long.
    """
    if path_of(name) is None and not RULES.adds(name):
        return make(name, parameters)
    from twokeys.filters.rule_apart import rule_apart

    return rule_apart(name, parameters)
