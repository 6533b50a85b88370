"""Builds that are killed at random moments: the next one goes on, and ends with the same bytes of evidence."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

from tests.pipeline.toy import Toy
from tests.reliability.running import Counted, evidence, run, start, wait


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Kill builds of a small corpus, up to four times each, and let them end.

    Args:
        folder: An empty folder.
        many: Kills.
        seed: For the moments.
    """
    found, draw = Counted("builds killed at random moments: the same bytes in the end"), random.Random(seed)
    toy = Toy.shapes(folder / "corpora", train=6, test=6)
    recipe, out = toy.save(folder / "recipe.yaml"), folder / "out" / "toy"
    words = ["build", recipe, "--out", out, "--corpora", toy.corpora, "--engine", "serial", "--quiet"]
    began = time.monotonic()
    first = run(words)
    took, expected = time.monotonic() - began, evidence(out)
    if first.status != 0:
        found.odd.append(first.said)
    while found.tried < many:
        if draw.random() < 0.5:
            shutil.rmtree(folder / "out")  # else the killed build replaces, or finds, an earlier one
        elif draw.random() < 0.5:
            shutil.rmtree(out.with_name(".toy.run"), ignore_errors=True)
        for _ in range(draw.randint(1, 4)):
            child = start(words, folder / "log")
            time.sleep(draw.uniform(0, took))
            os.kill(child, signal.SIGKILL)
            killed = wait(child, folder / "log").status == -signal.SIGKILL
            found.tried += killed
            found.note("killed" if killed else "ended before")
            if out.exists() and evidence(out) != expected:
                found.odd.append("half a folder is visible")
        last = run(words)
        if last.status != 0 or evidence(out) != expected:
            found.odd.append(f"{last.status}: {last.said[-500:]}")
        left = {path.name for path in out.parent.iterdir()} - {"toy", ".toy.run"}
        if left:
            found.odd.append(f"left lying around: {sorted(left)}")
    return found
