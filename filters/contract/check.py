"""The contract of rules, as tests that the author of a rule can run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from twokeys.filters.contract import check_columns, check_decision, check_declaration
from twokeys.filters.rule import Rule


@dataclass(frozen=True)
class Finding:
    """One way in which a rule breaks the contract.

    Attributes:
        check: Name of the check, a key of `CHECKS`.
        kind: An `error` breaks the contract; a `warning` is worth a look.
        message: The problem, often with a remedy.
    """

    check: str
    kind: Literal["error", "warning"]
    message: str


def breaches(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that break the contract; warnings do not break it.

    Example:
        >>> breaches([Finding("drops_some", "warning", "drops nothing")])
        []
    """
    return [finding for finding in findings if finding.kind == "error"]


Check = Callable[[Rule], Iterator[str]]
"""Tries one clause of the contract on a rule and yields the problems."""

CHECKS: dict[str, Check] = {
    "described": check_declaration.described,
    "id_format": check_declaration.id_format,
    "parameters_typed": check_declaration.parameters_typed,
    "frozen": check_declaration.frozen,
    "hashable": check_declaration.hashable,
    "picklable": check_declaration.picklable,
    "reads_declared": check_declaration.reads_declared,
    "gold_declared": check_declaration.gold_declared,
    "reasons": check_decision.reasons,
    "deterministic": check_decision.deterministic,
    "pure": check_decision.pure,
    "row_order": check_decision.row_order,
    "gold_unused": check_decision.gold_unused,
    "empty_table": check_decision.empty_table,
    "one_row": check_decision.one_row,
    "reads_all_declared": check_columns.reads_all_declared,
    "reads_only_declared": check_columns.reads_only_declared,
    "missing_values": check_columns.missing_values,
    "odd_texts": check_columns.odd_texts,
    "lists_or_arrays": check_columns.lists_or_arrays,
    "alone_as_among_others": check_decision.alone_as_among_others,
    "drops_some": check_decision.drops_some,
}
"""All checks by name; test suites run each check as a separate test."""

BASIC = frozenset({"reads_declared", "reasons", "deterministic"})
"""Checks on which the later checks depend."""

WARNINGS = frozenset({"drops_some"})
"""Checks whose findings need not be defects."""


def run_check(name: str, rule: Rule) -> list[Finding]:
    """Run one check. A rule that raises an exception fails the check.

    Example:
        >>> from twokeys.filters.duplicate_item import DuplicateItem
        >>> run_check("id_format", DuplicateItem())
        []
    """
    try:
        messages = list(dict.fromkeys(CHECKS[name](rule)))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a rule raises is what the check has found
        messages = [f"raised {type(error).__name__}: {error}"]
    return [Finding(name, "warning" if name in WARNINGS else "error", message) for message in messages]


def check_rule(rule: Rule) -> list[Finding]:
    """Run the checks on a rule and return the problems; a rule that keeps the contract has none.

    After a finding of a basic check, no other check is run: it would report the same cause again.

    Args:
        rule: The rule with its parameters, as made by `twokeys.filters.make`.

    Returns:
        A finding for each problem: the name of the check, whether it is an error or a warning, and a sentence.

    Example:
        >>> from twokeys.filters import make
        >>> check_rule(make("low-agreement", {"threshold": 0.5}))
        []
    """
    return [step for step in checked(rule) if isinstance(step, Finding)]


def checked(rule: Rule) -> Iterator[str | Finding]:
    """Run the checks one after the other: yields the name of a check before it runs, and then what it has found."""
    for name in CHECKS:
        yield name
        yield from (found := run_check(name, rule))
        if found and name in BASIC:
            return
