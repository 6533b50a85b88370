"""Rules that say which items a benchmark should not hold, and why. Knows tables only.

`make("low-agreement", {"threshold": 0.5}).decide(table)` names the items to drop, with reasons.
"""

from __future__ import annotations

from filters.check import CHECKS, Finding, breaches, check_rule, run_check
from filters.registry import make, rule_class, rules
from filters.rule import Drops, Rule
from filters.synthetic import synthetic_table

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
