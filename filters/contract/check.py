"""The contract of rules as tests that anybody can run on a rule of their own."""

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
        message: What was found, and where it helps, what to do.
    """

    check: str
    kind: Literal["error", "warning"]
    message: str


def breaches(findings: Iterable[Finding]) -> list[Finding]:
    """Those findings that break the contract: without one it holds, whatever the warnings.

    Example:
        >>> breaches([Finding("drops_some", "warning", "drops nothing")])
        []
    """
    return [finding for finding in findings if finding.kind == "error"]


Check = Callable[[Rule], Iterator[str]]
"""Tries one clause of the contract on a rule and yields what is wrong."""

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
"""All checks by name; test suites run each as a test of its own."""

BASIC = frozenset({"reads_declared", "reasons", "deterministic"})
"""Checks that those after them build upon."""

WARNINGS = frozenset({"drops_some"})
"""Checks whose findings need not be defects."""


def run_check(name: str, rule: Rule) -> list[Finding]:
    """Run one check. A rule that raises has failed it.

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
    """Run the checks on a rule and return what is wrong: nothing, for a rule that keeps the contract.

    After a finding of a basic check no others are run: one cause would be reported many times.

    Args:
        rule: The rule with its parameters, such as `twokeys.filters.make` makes it.

    Returns:
        A finding for each breach: the name of the check, whether it is an error or a warning, and a sentence.

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
