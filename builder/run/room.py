"""Room for a model: how many processes hold a copy of it, and how many threads each has.

A sum of several threads has no fixed order. So a model that every process has room for runs on one thread in each, and
what it says is the same from every engine and on every number of cores; a model that is alone on a machine needs all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twokeys.builder.run.engines import Engine, Process, Serial

if TYPE_CHECKING:
    from torch import nn


def room_for(engine: Engine, weights: int) -> tuple[Engine, bool]:
    """An engine that has room for a model, and whether that is one copy per process.

    Args:
        engine: The engine of the build.
        weights: Bytes of the model's weights.
    """
    small = _small(weights)
    # Where there is no room for a model per process, shards run one after the other in this one.
    return (engine if small or not isinstance(engine, Process) else Serial()), small


def weight(module: nn.Module | None) -> int:
    """Bytes of a model's weights; none where it runs elsewhere."""
    return 0 if module is None else sum(one.numel() * one.element_size() for one in module.parameters())


@contextmanager
def with_threads(small: bool) -> Iterator[None]:
    """One thread where the model is small, all otherwise; what was set before comes back."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1 if small else threads)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _small(weights: int) -> bool:
    """Whether half of the memory holds a copy of the model for every core, and no GPU waits for it."""
    import torch

    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 2**33
    return not torch.cuda.is_available() and weights * (os.cpu_count() or 1) < memory / 2
