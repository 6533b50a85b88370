"""All experiments of docs/reliability.md, with their figures.

    python -m tests.reliability [SHARE [NAME ...]]     SHARE of the usual counts (else 1), of some experiments

Ends with 1 if anything was not as promised; what it was is printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.reliability import alterations, disk_full, inputs, kills, outputs, pictures, recipes
from tests.reliability.running import Counted, prepare

EXPERIMENTS: dict[str, tuple[Callable[[Path, int, int], Counted], int]] = {
    "recipes": (recipes.experiment, 300),
    "pictures": (pictures.experiment, 300),
    "inputs": (inputs.experiment, 2000),
    "kills": (kills.experiment, 200),
    "outputs": (outputs.experiment, 50),
    "disk full": (disk_full.experiment, 50),
    "alterations": (alterations.experiment, 300),
}
"""Name -> what runs it, and how often it tries."""


def main(share: float, names: list[str]) -> int:
    """Run them, and print a table."""
    prepare()
    odd = 0
    print("| experiment | tried | not as promised | further figures | seconds |\n| --- | --- | --- | --- | --- |")
    for name, (experiment, many) in EXPERIMENTS.items():
        if names and name not in names:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
            found = experiment(Path(folder), max(1, round(many * share)), 0)
        notes = ", ".join(f"{count:,} {what}" for what, count in found.notes.items())
        seconds = time.monotonic() - began
        print(f"| {found.what} | {found.tried:,} | {len(found.odd)} | {notes} | {seconds:.0f} |", flush=True)
        for each in found.odd:
            print(each, file=sys.stderr)
        odd += len(found.odd)
    return min(odd, 1)


if __name__ == "__main__":
    sys.exit(main(float((sys.argv[1:] or ["1"])[0]), sys.argv[2:]))
