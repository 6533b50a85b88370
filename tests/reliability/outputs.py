"""Two builds with one output, at the same time: each ends well or is told to wait, and the folder is one of the two."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

from tests.pipeline.toy import Toy
from tests.reliability.running import Counted, evidence, run, start, wait


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Start pairs of builds of two recipes, each with a run folder of its own, and the same `--out`."""
    found, draw = Counted("pairs of builds with one output: one folder, whole"), random.Random(seed)
    toy = Toy.shapes(folder / "corpora", train=6, test=6)
    out, expected, words = folder / "out" / "toy", [], []
    for name, lowercase in (("one", False), ("two", True)):
        recipe = toy.save(folder / f"{name}.yaml", text={"lowercase": lowercase})
        alone = ["build", recipe, "--corpora", toy.corpora, "--engine", "serial", "--quiet", "--work", folder / name]
        run([*alone, "--out", folder / f"{name}.alone"])
        expected.append(evidence(folder / f"{name}.alone"))
        words.append([*alone, "--out", out])
    for _ in range(many):
        if draw.random() < 0.3:
            shutil.rmtree(folder / "out", ignore_errors=True)
        for name in ("one", "two"):
            if draw.random() < 0.3:
                shutil.rmtree(folder / name, ignore_errors=True)
        pair = []
        for number in draw.sample((0, 1), 2):
            pair.append((number, start(words[number], folder / f"log{number}")))
            time.sleep(draw.choice((0, 0, 0.01, 0.1, 0.5)))
        ends = {number: wait(child, folder / f"log{number}") for number, child in pair}
        found.tried += 1
        statuses = sorted(ended.status for ended in ends.values())
        found.note(f"ended with {statuses[0]} and {statuses[1]}")
        well = [number for number, ended in ends.items() if ended.status == 0]
        if statuses not in ([0, 0], [0, 2]) or not all(ended.is_plain for ended in ends.values()):
            found.odd.append(" | ".join(ended.said[-300:] for ended in ends.values()))
        elif evidence(out) not in [expected[number] for number in well]:
            found.odd.append("the folder is of neither")
        left = {path.name for path in out.parent.iterdir()} - {"toy"}
        if left:
            found.odd.append(f"left lying around: {sorted(left)}")
    return found
