"""Slurm's commands as far as twokeys gives them, on one machine: each is this file, under the command's name.

    link(folder, gpus=0)        puts them into a folder, for PATH

Jobs really run, two at a time, in the environment that an array job has. They are strict: an option that they do not
know, or a GPU that no machine has, is refused as Slurm refuses it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

KNOWN = {"job-name", "array", "output", "cpus-per-task", "mem", "gres"}


def link(folder: Path, gpus: int = 0) -> Path:
    """Put the commands into a folder; they leave notes in `folder / state`."""
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "gpus").write_text(str(gpus))
    for name in ("sbatch", "scancel", "sinfo", "sacct"):
        (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {__file__} {folder} {name} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def calls(folder: Path, name: str) -> list[list[str]]:
    """How a command was called."""
    lines = (folder / "state" / "calls").read_text().splitlines()
    return [words[1:] for words in map(json.loads, lines) if words[0] == name]


def scripts(folder: Path) -> list[dict[str, str]]:
    """The options in the scripts that were submitted, one dictionary for each array."""
    return [json.loads(path.read_text()) for path in sorted((folder / "state").glob("array-*"))]


def _sbatch(state: Path, words: list[str]) -> int:
    assert words[:2] == ["--parsable", "--wait"], words
    (script,) = words[2:]
    lines = Path(script).read_text().splitlines()
    options = dict(line.removeprefix("#SBATCH --").split("=", 1) for line in lines if line.startswith("#SBATCH"))
    gpus = int(options.get("gres", "gpu:0").removeprefix("gpu:"))
    if set(options) - KNOWN or gpus > int((state / "gpus").read_text()):
        print(
            "sbatch: error: Batch job submission failed: Invalid generic resource (gres) specification", file=sys.stderr
        )
        return 1
    if os.environ.get("SBATCH_ACCOUNT") == "closed":
        print("sbatch: error: Batch job submission failed: Invalid account", file=sys.stderr)
        return 1
    number = len(list(state.glob("array-*"))) + 1
    (state / f"array-{number:03d}").write_text(json.dumps(options))
    print(number, flush=True)

    def task(index: int) -> int:
        given = {"SLURM_ARRAY_TASK_ID": str(index), "SLURM_JOB_ID": str(number)}
        if (state / f"cancelled-{number}").is_file():
            return 1
        visible = {"CUDA_VISIBLE_DEVICES": str(index % int((state / "gpus").read_text()))} if gpus else {}
        with subprocess.Popen(["sh", script], env=os.environ | given | visible) as job:
            with (state / "jobs").open("a") as jobs:
                jobs.write(f"{options['job-name']} {number} {job.pid}\n")
            return job.wait()

    first, last = map(int, options["array"].split("-"))
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(task, range(first, last + 1)))
    (state / "states").write_text("".join("FAILED\n" if code else "COMPLETED\n" for code in codes))
    return max(codes)


def _scancel(state: Path, words: list[str]) -> int:
    name = next((word.removeprefix("--name=") for word in words if word.startswith("--name=")), None)
    for word in words:
        (state / f"cancelled-{word}").touch()
    jobs = (state / "jobs").read_text().split("\n") if (state / "jobs").is_file() else []
    for job in filter(None, jobs):
        named, number, process = job.split()
        if name == named or number in words:
            try:
                os.kill(int(process), signal.SIGTERM)
            except ProcessLookupError:
                continue
    return 0


def main() -> int:
    state, name, words = Path(sys.argv[1]) / "state", sys.argv[2], sys.argv[3:]
    with (state / "calls").open("a") as file:
        file.write(json.dumps([name, *words, f"at={time.time()}"]) + "\n")
    if name == "sbatch":
        return _sbatch(state, words)
    if name == "scancel":
        return _scancel(state, words)
    gpus = int((state / "gpus").read_text())
    if name == "sinfo":
        print(f"4|8000|{f'gpu:a100:{gpus}' if gpus else '(null)'}\n2+|4000|(null)")
    elif (state / "states").is_file():
        print((state / "states").read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
