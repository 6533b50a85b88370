"""Rules that drop items from a benchmark, with reasons. They depend on tables only.

`make("low-agreement", {"threshold": 0.5}).decide(table)` returns the items to drop, with reasons.
"""

from __future__ import annotations

from twokeys.filters.contract.check import CHECKS, Finding, breaches, check_rule, run_check
from twokeys.filters.contract.synthetic import synthetic_table
from twokeys.filters.registry import make, rule_class, rules
from twokeys.filters.rule import Drops, Rule

__all__ = [
    "CHECKS",
    "Drops",
    "Finding",
    "Rule",
    "breaches",
    "check_rule",
    "make",
    "rule_class",
    "rules",
    "run_check",
    "synthetic_table",
]
