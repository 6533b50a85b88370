"""Every registered rule keeps every clause of the contract."""

from __future__ import annotations

import pytest

from twokeys.filters import CHECKS, make, rules, run_check

QUICK = {
    "aflite": {"partitions": 8, "slice_size": 0.1},
    "iterative-bias-pruning": {"trees": 10},
}
"""Parameters that make the rules which train models quick; all others run with their defaults."""


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("rule", rules())
def test_rule_passes_check(rule: str, check: str) -> None:
    assert run_check(check, make(rule, QUICK.get(rule))) == []
