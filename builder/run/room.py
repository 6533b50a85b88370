"""Room for a model: what a shard needs that runs one, and how many threads it has.

A sum of several threads has no fixed order. So a model that every process has room for runs on one thread in each, and
what it says is the same from every engine and on every number of cores; a model that is alone on a machine needs all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twokeys.builder.run.needs import ONE_CORE, Needs

if TYPE_CHECKING:
    from torch import nn

VISIBLE = "CUDA_VISIBLE_DEVICES"
LIBRARIES = 2**30
"""Bytes of a process that runs a model, beside the weights: torch, one batch, tables."""


def needs_of(weights: int) -> Needs:
    """What a shard needs that runs a model of so many bytes; nothing of its own if the model runs elsewhere.

    Where there is no room for a model for every core, a process that has one needs all cores.
    """
    cores = os.cpu_count() or 1
    alone = weights * cores >= memory_here() / 2
    return Needs(cores if alone else 1, 1, LIBRARIES + weights) if weights else ONE_CORE


def weight(module: nn.Module | None) -> int:
    """Bytes of a model's weights; none where it runs elsewhere."""
    return 0 if module is None else sum(one.numel() * one.element_size() for one in module.parameters())


def memory_here() -> int:
    """Bytes of this machine's memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 2**33


def gpus_here() -> list[str]:
    """The GPUs of this machine that this process may use, each as CUDA_VISIBLE_DEVICES names it."""
    import torch

    count = torch.cuda.device_count()
    named = os.environ.get(VISIBLE, "")
    names = [name.strip() for name in named.split(",")] if named else [str(number) for number in range(count)]
    return names[:count]


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for torch; what was set before comes back."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def threads_for(needs: Needs) -> Iterator[None]:
    """One thread for a model that shares the machine's cores with others; all that are set for one that has a GPU."""
    import torch

    if needs.cpus > 1 or torch.cuda.is_available():
        yield
        return
    with one_thread():
        yield
