"""What shards do in tests of a cluster: load a model once per process, say where they ran, and die."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@cache
def _load(folder: Path) -> str:
    """Leave a file for each time that the model is loaded."""
    (folder / f"loaded-{os.getpid()}-{time.monotonic_ns()}").touch()
    return "model"


@dataclass(frozen=True)
class Shown:
    """Loads the model and says what the process sees.

    Attributes:
        folder: Where it leaves its marks.
        seconds: How long a shard takes.
        deadly: A shard whose worker is killed, as by a machine that goes, as often as `times` says.
        times: How often.
    """

    folder: Path
    seconds: float = 0.0
    deadly: int = -1
    times: int = 1

    def __call__(self, shard: int) -> tuple[int, int, str | None]:
        _load(self.folder)
        (self.folder / f"shard-{shard}").touch()
        if shard == self.deadly and len(list(self.folder.glob("killed-*"))) < self.times:
            (self.folder / f"killed-{time.monotonic_ns()}").touch()
            os.kill(os.getpid(), 9)
        time.sleep(self.seconds)
        return shard, os.getpid(), os.environ.get("CUDA_VISIBLE_DEVICES")

    def count(self, marks: str) -> int:
        """How many marks of a kind there are: `loaded`, `shard`, `killed`."""
        return len(list(self.folder.glob(f"{marks}-*")))
