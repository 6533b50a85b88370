"""The engine of a Slurm cluster: an array of jobs for the shards of a stage, submitted as a script that can be read.

The run folder is on a file system that all machines share. A job does its shards one after the other, so that a model
is loaded once; `sbatch --wait` says when all jobs have ended. Shards of a job that was lost are submitted again.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import pickle  # reads back what this process and its own jobs have written, into a folder that nobody else may enter
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from twokeys.builder.run.needs import LOSSES, ONE_CORE, Needs
from twokeys.core.disk import write_text, writing
from twokeys.core.errors import BadInput

T = TypeVar("T")
R = TypeVar("R")
COMMANDS = ("sbatch", "scancel", "sinfo")
JOBS, MOST_JOBS = "TWOKEYS_SLURM_JOBS", 64
"""Variable that says how many jobs a stage is cut into at most, and how many they are without it."""
LATE = 10
"""Seconds in which a shared file system shows what a job has written before it ended."""
_GPUS = re.compile(r"gpu(?::[^:,()\s]+)?:(\d+)|gpu\b")


@dataclass(frozen=True)
class Slurm:
    """Arrays of Slurm jobs. `sbatch` reads SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT and so on by itself.

    Attributes:
        folder: The run folder, which all machines see under this path.

    Raises:
        BadInput: When this machine lacks a command of Slurm, or the number of jobs is none.
    """

    folder: Path

    def __post_init__(self) -> None:
        if missing := [name for name in COMMANDS if shutil.which(name) is None]:
            problem = f"this machine has no command {' and no '.join(missing)}"
            remedy = "run it where jobs are submitted to Slurm, or name another engine: process, ray"
            raise BadInput("--engine slurm", None, problem, "", remedy)
        _most_jobs()

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T], needs: Needs = ONE_CORE) -> Iterator[R]:
        """Yield results as they come; a single shard that runs no model is done in this process.

        Raises:
            BadInput: When Slurm refuses a job, or the jobs of a shard were lost again and again.
        """
        if not shards or (len(shards) == 1 and not needs.gpus):
            yield from map(function, shards)
            return
        place = self.folder.resolve() / "slurm"
        name = f"twokeys-{hashlib.sha256(str(place).encode()).hexdigest()[:12]}"
        _output("scancel", f"--name={name}", f"--user={getpass.getuser()}")  # jobs of a driver that was killed
        shutil.rmtree(place, ignore_errors=True)
        with writing(place):
            place.mkdir(parents=True)
        asked, left = needs.within(_machines()), dict(enumerate(shards))
        for _ in range(LOSSES + 1):
            array = _Array(Path(tempfile.mkdtemp(dir=place)), name, asked)
            for number, result in array.run(function, left):
                del left[number]
                yield result
            if not left:
                return
        raise _lost(array)


@dataclass
class _Array:
    """One array of jobs.

    Attributes:
        folder: What the jobs read and write.
        name: Name of the jobs.
        asked: What each asks for.
        job: Slurm's number of it.
    """

    folder: Path
    name: str
    asked: Needs
    job: str = ""

    def run(self, function: Callable[[Any], Any], shards: dict[int, Any]) -> Iterator[tuple[int, Any]]:
        """Submit, and yield each result with the number of its shard; what no job has done is left out."""
        jobs = min(len(shards), _most_jobs())
        for job in range(jobs):
            (self.folder / f"{job}.job").write_bytes(pickle.dumps((function, list(shards.items())[job::jobs])))
        script = self.folder / "array.sh"
        write_text(script, self._script(jobs))
        todo = set(shards)
        with subprocess.Popen(
            ["sbatch", "--parsable", "--wait", str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,  # Ctrl-C is heard here, and ends the jobs, too
        ) as waiting:  # fmt: skip
            try:
                assert waiting.stdout is not None
                self.job = waiting.stdout.readline().strip().partition(";")[0]
                if not self.job:
                    raise _refused(waiting)
                ended = 0.0
                while todo and time.monotonic() - (ended or time.monotonic()) < LATE:
                    found = {number for number in todo if self._result(number).is_file()}
                    for number in sorted(found):
                        yield number, self._read(number)
                    todo -= found
                    if not found:
                        time.sleep(0.5)
                    if not ended and waiting.poll() is not None:
                        ended = time.monotonic()
            finally:
                if waiting.poll() is None:
                    _output("scancel", self.job or f"--name={self.name}")
                    waiting.kill()

    def _script(self, jobs: int) -> str:
        asked, memory = self.asked, -(-self.asked.memory // 2**20)
        options = [
            f"--job-name={self.name}", f"--array=0-{jobs - 1}", "--output=/dev/null",
            f"--cpus-per-task={asked.cpus}", *([f"--mem={memory}M"] if memory else []),
            *([f"--gres=gpu:{asked.gpus}"] if asked.gpus else []),
        ]  # fmt: skip
        words = shlex.join([sys.executable, "-m", "twokeys.builder.run.slurm_job", str(self.folder)])
        lines = ["#!/bin/sh", *(f"#SBATCH {option}" for option in options), f"export OMP_NUM_THREADS={asked.cpus}"]
        log = f"{shlex.quote(str(self.folder))}/$SLURM_ARRAY_TASK_ID.log"  # sbatch would read % in a name of its own
        return "\n".join([*lines, f'exec {words} "$SLURM_ARRAY_TASK_ID" >>{log} 2>&1', ""])

    def _result(self, number: int) -> Path:
        return self.folder / f"{number}.result"

    def _read(self, number: int) -> Any:
        """A result; an error in the job is raised here."""
        result, error = pickle.loads(self._result(number).read_bytes())  # noqa: S301 - written by our own job
        if error is not None:
            raise error
        return result

    def why(self) -> str:
        """What Slurm and the jobs said of their end."""
        states = _output("sacct", "--noheader", "--parsable2", "--format=State", f"--jobs={self.job}").split("\n")
        logs = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(self.folder.glob("*.log"))]
        last = next((log.strip().splitlines()[-1] for log in logs if log.strip()), "")
        bad = {state for state in states if state not in ("", "COMPLETED")}
        return "; ".join(part for part in (", ".join(sorted(bad)), last) if part) or "Slurm says nothing"


def machine(line: str) -> Needs:
    """What a machine has, as `sinfo --format=%c|%m|%G` writes it.

    Example:
        >>> machine("64+|515000|gpu:a100:4(S:0-1)"), machine("2|1000|(null)")
        (Needs(cpus=64, gpus=4, memory=540016640000), Needs(cpus=2, gpus=0, memory=1048576000))
    """
    cpus, memory, goods = line.split("|", 2)
    gpus = sum(int(found[1] or 1) for found in _GPUS.finditer(goods))
    return Needs(int(cpus.rstrip("+")), gpus, int(memory.rstrip("+")) * 2**20)


def _machines() -> list[Needs]:
    """What the machines of the partition have that jobs go to."""
    partition = os.environ.get("SBATCH_PARTITION")
    chosen = [f"--partition={partition}"] if partition else []
    return [machine(line) for line in _output("sinfo", "--noheader", "--format=%c|%m|%G", *chosen).split()]


def _most_jobs() -> int:
    given = os.environ.get(JOBS, str(MOST_JOBS))
    if not given.isdecimal() or not int(given):
        raise BadInput(JOBS, None, f"{given!r} is no number of jobs", "a whole number, 1 at least", "correct it")
    return int(given)


def _output(*command: str) -> str:
    """What a command of Slurm prints; nothing if it is not there or fails, since what follows does without."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def _refused(waiting: subprocess.Popen[str]) -> BadInput:
    said = waiting.communicate()[1].strip().splitlines() or [f"status {waiting.returncode}"]
    remedy = "name partition, account and time as sbatch reads them: SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT"
    return BadInput("--engine slurm", None, f"sbatch refuses the jobs ({said[-1]})", "", remedy)


def _lost(array: _Array) -> BadInput:
    problem = f"jobs ended {LOSSES + 1} times before their shards were done ({array.why()})"
    remedy = f"see {array.folder}; allow more time or memory: SBATCH_TIMELIMIT, SBATCH_MEM_PER_NODE"
    return BadInput("--engine slurm", None, problem, "", f"{remedy}. The same command then goes on")
