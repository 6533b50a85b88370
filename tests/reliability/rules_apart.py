"""What it costs that a rule file decides in processes of its own.

    python -m tests.reliability.rules_apart [ITEMS]

prints seconds of wall time and of the processors, for a rule that looks for a word in ITEMS (1,000) questions.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import warnings
from itertools import pairwise
from pathlib import Path

import pandas as pd

from tests.pipeline.toy import rule_file
from twokeys.filters import make
from twokeys.filters.asking import decided
from twokeys.filters.registry import rule_for_build
from twokeys.filters.rule_apart import RuleApart


def measured(items: int, folder: Path) -> str:
    """Have the same rule decide of the same table in processes of its own, and here."""
    name, numbers = f"{rule_file(folder)}:Nice", range(items)
    questions = [f"is {number} nice?" if number % 3 else f"what is {number}?" for number in numbers]
    table = pd.DataFrame({"id": [f"s:test:{number:07d}" for number in numbers], "question": questions})
    rows = [f"t#{number}" for number in numbers]
    times = [time.perf_counter()]
    rule = rule_for_build(name, {})
    times.append(time.perf_counter())
    assert isinstance(rule, RuleApart)
    drops = rule.decided(name, table, rows)
    times.append(time.perf_counter())
    assert decided(make(name), name, None, table, rows) == drops
    times.append(time.perf_counter())
    described, apart, here = (after - before for before, after in pairwise(times))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        f"{items:,} items: described in {described:.2f} s, decided in {apart:.2f} s (in this process {here:.2f} s); "
        f"processor time of both processes {used.ru_utime + used.ru_stime:.2f} s"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        print(measured(int(sys.argv[1]) if sys.argv[1:] else 1000, Path(place)))
