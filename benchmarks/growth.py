"""How a diagnosis by name grows with the items: processor seconds and memory of all processes, by stage.

    python -m benchmarks.growth FOLDER SIZE ... --corpora CORPORA --label after --csv benchmarks/growth.csv
    python -m benchmarks.growth --plot docs/images/growth.svg --csv benchmarks/growth.csv

Corpora are made by `benchmarks.vqa_sized` in FOLDER. Each size runs in a process of its own, in a new run folder and
with no vectors kept from before; its rows replace those of the same size and label in the file. Memory is the
proportional share of this process and all that it starts, added up once a second.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil

from benchmarks.report import ONE_THREAD, Table, say
from benchmarks.vqa_sized import write
from twokeys.builder.diagnose import diagnose

COLUMNS = ("label", "items", "stage", "seconds", "peak_mib")
ALL = "all"
"""The row of the whole diagnosis."""
BETWEEN = "between"
"""What is done outside the stages: tables that are joined, files that are found."""
MIB = 2**20
Row = dict[str, str]


@dataclass
class Meter:
    """Called with progress: what the stages take of this process and of all that it starts.

    Attributes:
        seconds: Stage -> processor seconds.
        peaks: Stage -> most memory of all processes together, in MiB.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _last: float = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Count what was taken since the last call for the stage that was under way."""
        ended = 0 < total <= done
        if ended or stage not in self._open:
            self._count()
            if ended and stage in self._open:
                self._open.remove(stage)
            elif not ended:
                self._open.append(stage)

    @property
    def now(self) -> str:
        """The stage that is under way."""
        return self._open[-1] if self._open else BETWEEN

    def watch(self, ended: Event) -> None:
        """Look at the memory of all processes once a second."""
        while not ended.wait(1):
            stage, held = self.now, memory()
            self.peaks[stage] = max(self.peaks.get(stage, 0.0), held)

    def close(self) -> None:
        """Count what is left."""
        self._count()

    def _count(self) -> None:
        taken, stage = spent(), self.now
        self.seconds[stage] = self.seconds.get(stage, 0.0) + taken - self._last
        self._last = taken


def spent() -> float:
    """Processor seconds of this process, its processes, and those of them that have ended."""
    total = 0.0
    for process in _processes():
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory() -> float:
    """Memory of this process and its processes, in MiB; pages that several share count once."""
    total = 0
    for process in _processes():
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / MIB


def _processes() -> list[psutil.Process]:
    own = psutil.Process()
    return [own, *own.children(recursive=True)]


def measure(recipe: Path, work: Path, corpora: Path) -> list[Row]:
    """Diagnose, and return a row for each stage and for all of it."""
    meter, ended = Meter(), Event()
    thread = Thread(target=meter.watch, args=(ended,), daemon=True)
    thread.start()
    diagnose(recipe, work / "out", corpora=corpora, work=work / "run", say=meter)
    meter.close()
    ended.set()
    thread.join()
    meter.seconds[ALL], meter.peaks[ALL] = sum(meter.seconds.values()), max(meter.peaks.values())
    return [
        {"stage": stage, "seconds": f"{seconds:.1f}", "peak_mib": f"{meter.peaks.get(stage, 0):.0f}"}
        for stage, seconds in meter.seconds.items()
    ]


def run(folder: Path, size: int, corpora: Path, baselines: list[str]) -> list[Row]:
    """Measure one size in a process of its own, with these baselines, or all that learn in seconds."""
    recipe = write(size, folder, corpora)
    if baselines:
        with recipe.open("a", encoding="utf-8") as file:
            file.write(f"measure: {json.dumps({'baselines': baselines})}\n")
    work = folder / f"growth-{size}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.growth", "--one", str(recipe), str(work), str(folder)]
    environment = os.environ | ONE_THREAD | {"TWOKEYS_CACHE": str(work / "cache")}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    rows: list[Row] = json.loads(done.stdout.splitlines()[-1])
    say("\n".join(f"{size:,} {row}" for row in rows))
    return rows


def read(path: Path) -> list[Row]:
    """Read the measured rows."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, label: str, size: int, rows: list[Row]) -> None:
    """Put the rows of a size into the file."""
    old = [row for row in read(path) if (row["label"], row["items"]) != (label, str(size))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(old + [{"label": label, "items": str(size), **row} for row in rows])


def exponent(small: Row, large: Row) -> float:
    """The power of the items with which the seconds grow."""
    more = int(large["items"]) / int(small["items"])
    return math.log(max(float(large["seconds"]), 0.1) / max(float(small["seconds"]), 0.1)) / math.log(more)


def table(rows: list[Row], label: str, least: float = 1.0) -> Table:
    """Seconds and memory of each stage that takes `least` seconds at the largest size, and the exponents of growth."""
    mine = [row for row in rows if row["label"] == label]
    sizes = sorted({int(row["items"]) for row in mine})
    by = {(row["stage"], int(row["items"])): row for row in mine}
    stages = [row["stage"] for row in mine if int(row["items"]) == sizes[-1] and float(row["seconds"]) >= least]
    lines: list[tuple[str | int | float, ...]] = []
    for stage in stages:
        found = [by.get((stage, size)) for size in sizes]
        numbers = [float(row["seconds"]) if row else "" for row in found]
        known = [row for row in found if row]
        power = f"{exponent(*known[-2:]):.2f}" if len(known) > 1 else ""
        lines.append((stage, *numbers, power, float(known[-1]["peak_mib"])))
    header = ("stage", *(f"{size:,}: s" for size in sizes), "growth exponent", f"{sizes[-1]:,}: peak MiB")
    return Table(header, lines)


def plot(rows: list[Row], path: Path) -> None:
    """Draw the seconds of each stage over the items, before and after."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    labels = sorted({row["label"] for row in rows}, reverse=True)
    axes = figure.subplots(1, len(labels), sharey=True, squeeze=False)[0]
    shown = sorted({row["stage"] for row in rows if float(row["seconds"]) >= 10})
    for label, axis in zip(labels, axes, strict=True):
        for number, stage in enumerate(shown):
            mine = [row for row in rows if row["stage"] == stage and row["label"] == label]
            mine.sort(key=lambda row: int(row["items"]))
            x, y = [int(row["items"]) for row in mine], [max(float(row["seconds"]), 0.1) for row in mine]
            axis.loglog(x, y, marker="o", color=f"C{number}", label=stage, linewidth=3 if stage == ALL else 1.5)
        axis.set_title(label)
        axis.set_xlabel("items")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("processor seconds")
    figure.legend(*axes[-1].get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure the sizes that the arguments name, or draw what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("sizes", type=int, nargs="*")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--baselines", nargs="*", default=[])
    parser.add_argument("--label", default="after")
    parser.add_argument("--csv", type=Path, default=Path(__file__).with_name("growth.csv"))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", type=Path, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*arguments.one)))
        return
    for size in arguments.sizes:
        save(arguments.csv, arguments.label, size, run(arguments.folder, size, arguments.corpora, arguments.baselines))
    rows = read(arguments.csv)
    if arguments.plot:
        plot(rows, arguments.plot)
    for label in sorted({row["label"] for row in rows}, reverse=True):
        write_out = f"{label}:\n\n{table(rows, label)}\n"
        print(write_out)


if __name__ == "__main__":
    main()
