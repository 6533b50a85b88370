"""The contract of rules, tried in a process of its own: a rule that never ends, or ends the process, is a finding too.

    python -m twokeys.filters.contract.apart NAME PARAMETERS REPORT

checks a rule, and writes a line of JSON into REPORT for each thing that happens.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twokeys.core.errors import BadInput
from twokeys.filters.child import ENDED, ending
from twokeys.filters.contract.check import Finding, checked
from twokeys.filters.registry import make
from twokeys.filters.rule_file import rule_file_of

SECONDS = 60.0
"""How long a rule may take by default, for all checks together."""


@dataclass(frozen=True)
class Checked:
    """What was found of a rule.

    Attributes:
        id: The rule's id; its name if it did not get as far as that.
        findings: One for each breach.
    """

    id: str
    findings: list[Finding]


def check_apart(name: str, parameters: Mapping[str, Any], seconds: float = SECONDS) -> Checked:
    """Check a rule in a process that is killed, with all that it started, if it takes too long.

    Args:
        name: Id of the rule, or `path/to/file.py:ClassName`.
        parameters: Its parameters, as a recipe states them.
        seconds: How long all checks may take together.

    Raises:
        BadInput: As `twokeys.filters.make`.
    """
    with tempfile.TemporaryDirectory(prefix="twokeys-") as folder:
        report = Path(folder) / "report.jsonl"
        report.touch()
        how = ending(__name__, [name, json.dumps(parameters), str(report)], seconds)
        return _read(report, name, how or ENDED)


def _read(report: Path, name: str, how: str) -> Checked:
    identity, findings, check = name, list[Finding](), "loading"
    for line in report.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        if "warning" in said:
            warnings.warn(said["warning"], RuntimeWarning, stacklevel=3)
        elif "bad" in said:
            raise BadInput(*said["bad"])
        elif "ended" in said:
            return Checked(identity, findings)
        elif "finding" in said:
            findings.append(Finding(**said["finding"]))
        identity, check = said.get("id", identity), said.get("check", check)
    return Checked(identity, [*findings, Finding(check, "error", how)])


def _report(name: str, parameters: Mapping[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    warnings.showwarning = lambda message, category, *_: (
        say({"warning": str(message)}) if category is RuntimeWarning else None
    )
    try:
        rule = make(name, parameters)
    except BadInput as error:
        say({"bad": [error.file, error.row, error.problem, error.allowed, error.remedy]})
        return
    say({"id": rule.id})
    file = rule_file_of(name)
    with nullcontext() if file is None else file.modules.found():
        for step in checked(rule):
            say({"finding": asdict(step)} if isinstance(step, Finding) else {"check": step})
    say({"ended": True})


if __name__ == "__main__":
    with Path(sys.argv[3]).open("a", encoding="utf-8", buffering=1) as file:
        _report(sys.argv[1], json.loads(sys.argv[2]), lambda said: print(json.dumps(said), file=file, flush=True))
