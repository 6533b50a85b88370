"""A disk that is full at many places: one sentence and status 2, and the same command goes on once there is room.

The disk is a limit on the size of a file (RLIMIT_FSIZE), and, if mounting is allowed, a small file system in memory.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.pipeline.toy import Toy
from tests.reliability.running import Counted, Ended, evidence, run


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Build on disks of growing size."""
    found, draw = Counted("a disk full at some place: status 2, a sentence, and it goes on"), random.Random(seed)
    toy = Toy.shapes(folder / "corpora", train=6, test=6)
    recipe, disk = toy.save(folder / "recipe.yaml"), folder / "disk"
    words = ["build", recipe, "--corpora", toy.corpora, "--engine", "serial", "--quiet", "--out", disk / "out" / "toy"]
    disk.mkdir()
    run(words)
    expected = evidence(disk / "out" / "toy")
    sizes = [path.stat().st_size for path in disk.rglob("*") if path.is_file()]
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True, check=False).returncode == 0
    try:
        while found.tried < many:
            shutil.rmtree(disk / "out", ignore_errors=True)
            if mounted and found.tried % 2:
                _size(disk, draw.randint(8, 4 * sum(sizes) // 4096) * 4096)
                full = run(words)
                _size(disk, 2**30)
            else:
                full = run(words, _at_most(draw.randint(1, max(sizes))))
            if full.status == 0:
                found.note("had room")
                continue
            found.tried += 1
            found.odd += _odd(full, run(words), evidence(disk / "out" / "toy") == expected)
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=False)
    return found


def _odd(full: Ended, again: Ended, same: bool) -> list[str]:
    if full.status != 2 or not full.is_plain or not ("No space" in full.said or "too large" in full.said):
        return [f"{full.status}: {full.said[-600:]}"]
    return [] if again.status == 0 and same else [f"it does not go on: {again.status}: {again.said[-600:]}"]


def _size(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def _at_most(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
