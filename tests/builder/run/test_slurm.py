"""Slurm: shards are jobs of an array that is submitted as a script; jobs that are lost are submitted again.

Its commands are stand-ins that run the jobs here (`slurm_standin`); no Slurm was at hand.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.builder.run import slurm_standin
from tests.builder.run.loads import Shown
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.run.needs import LOSSES, Needs
from twokeys.builder.run.slurm import JOBS, Slurm, machine
from twokeys.core.errors import BadInput

ROOT = Path(__file__).parents[3]
GPU = Needs(gpus=1)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cluster with two machines and no GPU."""
    return use(slurm_standin.link(tmp_path / "bin"), monkeypatch)


@pytest.fixture
def with_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cluster of which one machine has two GPUs."""
    return use(slurm_standin.link(tmp_path / "bin", gpus=2), monkeypatch)


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv(JOBS, "3")
    monkeypatch.setattr("twokeys.builder.run.slurm.LATE", 0.5)
    return folder


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    (tmp_path / "marks").mkdir()
    return Shown(tmp_path / "marks")


def test_every_shard_is_done_once_and_a_job_loads_its_model_once(with_gpus: Path, shown: Shown, tmp_path: Path) -> None:
    found = list(Slurm(tmp_path / "run").map_shards(shown, range(7), Needs(16, 1, 10**9)))
    assert sorted(shard for shard, _, _ in found) == list(range(7))
    assert shown.count("loaded") == 3
    assert {gpu for _, _, gpu in found} == {"0", "1"}
    (options,) = slurm_standin.scripts(with_gpus)
    assert options.pop("job-name").startswith("twokeys-")
    # 16 cores are more than any machine has: a whole machine. Memory is 10^9 bytes in mebibytes, rounded up.
    assert options == {
        "array": "0-2", "output": "/dev/null", "cpus-per-task": "4", "gres": "gpu:1", "mem": "954M",
    }  # fmt: skip


def test_a_cluster_without_gpus_is_asked_for_none(cluster: Path, shown: Shown, tmp_path: Path) -> None:
    assert len(list(Slurm(tmp_path / "run").map_shards(shown, range(2), GPU))) == 2
    assert "gres" not in slurm_standin.scripts(cluster)[0]
    assert "mem" not in slurm_standin.scripts(cluster)[0], "a stage that cannot tell leaves it to the cluster"


def test_a_single_shard_without_a_model_is_no_job(cluster: Path, shown: Shown, tmp_path: Path) -> None:
    assert [process for _, process, _ in Slurm(tmp_path / "run").map_shards(shown, [1])] == [os.getpid()]
    assert list(Slurm(tmp_path / "run").map_shards(shown, [], GPU)) == []
    assert not slurm_standin.scripts(cluster)
    (found,) = Slurm(tmp_path / "run").map_shards(shown, [1], GPU)
    assert found[1] != os.getpid(), "the machine at which jobs are submitted has no GPU"


def test_the_shards_of_a_lost_job_are_submitted_again(cluster: Path, shown: Shown, tmp_path: Path) -> None:
    deadly = Shown(shown.folder, deadly=4, times=LOSSES)
    found = list(Slurm(tmp_path / "run").map_shards(deadly, range(8)))
    assert sorted(shard for shard, _, _ in found) == list(range(8)), "each once, also those that stood behind it"
    assert deadly.count("killed") == LOSSES
    arrays = [options["array"] for options in slurm_standin.scripts(cluster)]
    assert arrays == ["0-2", "0-1", "0-0", "0-0"], "of a job with 1, 4 and 7 only 4 and 7 were left, then 4"


def test_a_shard_that_kills_every_job_is_told(cluster: Path, shown: Shown, tmp_path: Path) -> None:
    deadly = Shown(shown.folder, deadly=1, times=99)
    with pytest.raises(BadInput, match=f"ended {LOSSES + 1} times before their shards were done \\(FAILED"):
        list(Slurm(tmp_path / "run").map_shards(deadly, range(2)))


def test_errors_arrive_as_they_were(cluster: Path, tmp_path: Path) -> None:
    read = partial(read_bytes, root=tmp_path)
    with pytest.raises(BadInput) as error:
        list(Slurm(tmp_path / "run").map_shards(read, ["parquet:gone.parquet#image#7"] * 2))
    assert (error.value.file, error.value.row) == (str(tmp_path / "gone.parquet"), 8)
    with pytest.raises(ValueError, match="nonnegative"):
        list(Slurm(tmp_path / "run").map_shards(math.isqrt, [4, -1]))


def test_jobs_that_are_refused_are_a_sentence(
    cluster: Path, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SBATCH_ACCOUNT", "closed")
    with pytest.raises(BadInput, match=r"sbatch refuses the jobs \(.*Invalid account\).*SBATCH_ACCOUNT"):
        list(Slurm(tmp_path / "run").map_shards(shown, range(2)))


def test_the_partition_that_jobs_go_to_is_asked_for_its_machines(
    cluster: Path, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SBATCH_PARTITION", "short,long")
    list(Slurm(tmp_path / "run").map_shards(shown, range(2)))
    assert "--partition=short,long" in slurm_standin.calls(cluster, "sinfo")[0]


def test_nothing_is_read_that_another_build_left(cluster: Path, tmp_path: Path) -> None:
    old = tmp_path / "run" / "slurm" / "theirs"
    old.mkdir(parents=True)
    (old / "0.result").write_bytes(b"cos\nsystem\n(S'touch hacked'\ntR.")
    assert sorted(Slurm(tmp_path / "run").map_shards(math.isqrt, [4, 9])) == [2, 3]
    (new,) = (tmp_path / "run" / "slurm").iterdir()
    assert new.name != "theirs"
    assert new.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["plain", "with space", "50%j \"quoted\" $HOME 'x'"])
def test_a_run_folder_of_any_name(name: str, cluster: Path, tmp_path: Path) -> None:
    assert sorted(Slurm(tmp_path / name).map_shards(math.isqrt, [4, 9])) == [2, 3]
    assert {path.name for path in (tmp_path / name / "slurm").rglob("*.log")} == {"0.log", "1.log"}


def test_a_machine_without_slurm_is_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match=r"no command sbatch and no scancel and no sinfo.*process, ray"):
        Slurm(tmp_path)


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_a_number_of_jobs_that_is_none(
    jobs: str, cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(JOBS, jobs)
    with pytest.raises(BadInput, match=f"{JOBS}: '{jobs}' is no number of jobs"):
        Slurm(tmp_path)


@pytest.mark.parametrize(
    ("line", "gpus"),
    [
        ("64|515000|gpu:4", 4),
        ("64|515000|gpu", 1),
        ("64|515000|gpu:h200:8(S:0-1),shard:32", 8),
        ("64|515000|gpu:a100:2,gpu:v100:1", 3),
        ("64|515000|craynetwork:4", 0),
        ("64+|515000+|(null)", 0),
    ],
)
def test_gpus_are_read_off_sinfo(line: str, gpus: int) -> None:
    assert machine(line) == Needs(64, gpus, 515000 * 2**20)


DRIVER = """
import sys
from pathlib import Path
from tests.builder.run.loads import Shown
from twokeys.builder.run.slurm import Slurm

marks, run = map(Path, sys.argv[1:])
for found in Slurm(run).map_shards(Shown(marks, 600), range(2)): pass
"""


def test_jobs_of_a_driver_that_was_killed_are_cancelled_by_the_next(
    cluster: Path, shown: Shown, tmp_path: Path
) -> None:
    words = [sys.executable, "-c", DRIVER, str(shown.folder), str(tmp_path / "run")]
    with subprocess.Popen(words, cwd=ROOT) as driver:
        while shown.count("shard") < 2:
            time.sleep(0.1)
            assert driver.poll() is None
        driver.kill()
    jobs = [int(line.split()[2]) for line in (cluster / "state" / "jobs").read_text().splitlines()]
    assert all(Path(f"/proc/{job}").exists() for job in jobs)
    found = list(Slurm(tmp_path / "run").map_shards(shown, range(2)))
    assert sorted(shard for shard, _, _ in found) == [0, 1]
    assert not any(alive(job) for job in jobs)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_whoever_stops_a_build_stops_its_jobs(cluster: Path, shown: Shown, tmp_path: Path) -> None:
    results = Slurm(tmp_path / "run").map_shards(Shown(shown.folder, 1.0), range(9))
    next(results)
    results.close()  # what Ctrl-C does to a generator
    time.sleep(0.5)
    jobs = [int(line.split()[2]) for line in (cluster / "state" / "jobs").read_text().splitlines()]
    assert not any(alive(job) for job in jobs)
