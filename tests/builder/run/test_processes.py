"""Processes of one machine: as many as cores, memory and GPUs have room for, and every one with GPUs of its own."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import pytest
import torch

from twokeys.builder.run import processes
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.processes import Process

GPU = Needs(gpus=1)
SEES: Any = lambda seconds: (  # noqa: E731 - a lambda travels to a worker as it is
    time.sleep(seconds), os.getpid(), os.environ.get("CUDA_VISIBLE_DEVICES"), "torch" in sys.modules
)[1:]  # fmt: skip


def seen(needs: Needs, workers: int = 4, shards: int = 8) -> dict[int, set[Any]]:
    """What each process says of its GPUs, and whether torch was there before its first shard."""
    found: dict[int, set[Any]] = {}
    for process, devices, torch_there in Process(workers).map_shards(SEES, [0.2] * shards, needs):
        found.setdefault(process, set()).add((devices, torch_there))
    return found


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of which CUDA_VISIBLE_DEVICES names three GPUs."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5,7")


@pytest.mark.usefixtures("three")
def test_every_worker_has_one_gpu_before_torch_is_there() -> None:
    found = seen(GPU)
    assert os.getpid() not in found
    assert sorted(found.values(), key=str) == [{(device, False)} for device in ("2", "5", "7")]


@pytest.mark.usefixtures("three")
def test_no_two_workers_share_a_gpu_whatever_a_shard_needs() -> None:
    assert list(seen(Needs(gpus=2), shards=3)) == [os.getpid()], "two of three: one process, which sees all"
    assert set().union(*seen(Needs(), workers=2).values()) == {("2,5,7", False)}, "no model: nothing changes"


def test_without_gpus_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    found = seen(GPU, workers=2)
    assert len(found) == 2
    assert set().union(*found.values()) == {(None, False)}


def test_one_gpu_is_this_process_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert list(seen(GPU, shards=2)) == [os.getpid()]


@pytest.mark.usefixtures("three")
def test_a_worker_in_the_place_of_another_takes_its_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(processes, "_HELD", [])
    assert [processes._own_device(tmp_path, ["a", "b"]) for _ in range(2)] == ["a", "b"]
    processes._HELD.pop(0).release()  # as when the process ends
    assert processes._own_device(tmp_path, ["a", "b"]) == "a"


@pytest.mark.parametrize(
    ("needs", "room"), [(Needs(), 8), (Needs(cpus=4), 2), (Needs(cpus=9), 0), (Needs(memory=300), 3)]
)
def test_cores_and_memory_bound_the_processes(needs: Needs, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "memory_here", lambda: 1000)
    assert Process(8)._room(needs) == room


@pytest.mark.parametrize("needs", [Needs(cpus=9), Needs(memory=2000)], ids=str)
def test_a_shard_that_needs_more_than_there_is_runs_in_this_process(
    needs: Needs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "memory_here", lambda: 1000)
    assert list(seen(needs, shards=2)) == [os.getpid()]
