"""Small models get a core and one thread each; large ones all cores and all threads."""

from __future__ import annotations

import os

import pytest
import torch

from twokeys.builder.run.needs import ONE_CORE, Needs
from twokeys.builder.run.room import LIBRARIES, gpus_here, needs_of, one_thread, threads_for, weight


def test_a_model_that_fills_half_of_the_memory_needs_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "sysconf", lambda name: 800 if name == "SC_PHYS_PAGES" else 1)
    assert needs_of(99) == Needs(1, 1, LIBRARIES + 99)  # four copies take 396 of 800 bytes
    assert needs_of(100) == Needs(4, 1, LIBRARIES + 100)


def test_a_model_that_runs_elsewhere_needs_nothing_here() -> None:
    assert needs_of(0) == ONE_CORE == Needs(1, 0, 0)


def test_weights_are_counted_in_bytes() -> None:
    assert weight(torch.nn.Linear(3, 2)) == (3 * 2 + 2) * 4
    assert weight(torch.nn.Linear(3, 2, dtype=torch.float16)) == (3 * 2 + 2) * 2
    assert weight(None) == 0


@pytest.mark.parametrize(
    ("count", "named", "names"),
    [
        (0, None, []),
        (2, None, ["0", "1"]),
        (2, "3, 5", ["3", "5"]),
        (1, "GPU-8f2e,GPU-of-another-machine", ["GPU-8f2e"]),  # CUDA stops at the first name that it does not know
        (0, "", []),
    ],
)
def test_gpus_are_named_as_the_user_named_them(
    count: int, named: str | None, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    if named is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert gpus_here() == names


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    ("cpus", "gpu", "threads"), [(1, False, 1), (2, False, 2), (1, True, 2)], ids=["shares", "alone", "on a GPU"]
)
def test_only_a_model_that_shares_the_cores_has_one_thread(
    cpus: int, gpu: bool, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    torch.set_num_threads(2)
    with threads_for(Needs(cpus, 1)):
        assert torch.get_num_threads() == threads
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("threads")
def test_threads_come_back_also_after_an_error() -> None:
    torch.set_num_threads(2)
    seen: list[int] = []

    def fails() -> None:
        with one_thread():
            seen.append(torch.get_num_threads())
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert seen == [1]
    assert torch.get_num_threads() == 2
