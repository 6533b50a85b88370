"""Small models get a process each and one thread; large ones one process and all threads."""

from __future__ import annotations

import os

import pytest
import torch

from twokeys.builder.run.engines import Process, Serial
from twokeys.builder.run.room import room_for, weight, with_threads


def test_a_model_that_fills_half_of_the_memory_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "sysconf", lambda name: 800 if name == "SC_PHYS_PAGES" else 1)
    engine = Process()
    assert room_for(engine, 99) == (engine, True)  # four copies take 396 of 800 bytes
    alone, small = room_for(engine, 100)
    assert (type(alone), small) == (Serial, False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert not room_for(engine, 1)[1]


def test_weights_are_counted_in_bytes() -> None:
    assert weight(torch.nn.Linear(3, 2)) == (3 * 2 + 2) * 4
    assert weight(torch.nn.Linear(3, 2, dtype=torch.float16)) == (3 * 2 + 2) * 2
    assert weight(None) == 0


@pytest.mark.usefixtures("threads")
def test_threads_come_back_also_after_an_error() -> None:
    torch.set_num_threads(2)
    with with_threads(small=False):
        assert torch.get_num_threads() == 2
    seen: list[int] = []

    def fails() -> None:
        with with_threads(small=True):
            seen.append(torch.get_num_threads())
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert seen == [1]
    assert torch.get_num_threads() == 2
