"""What a shard needs of the machine that works on it: the stage says it, the engine gives it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Needs:
    """What one shard needs while it is worked on.

    Attributes:
        cpus: Cores. An engine whose machines have fewer gives a whole machine.
        gpus: GPUs, if the machines have any; a model runs on the cores otherwise. A shard that names one runs a model,
            which a process loads once and keeps for all shards that it is given.
        memory: Bytes; 0 if the stage cannot tell.
    """

    cpus: int = 1
    gpus: int = 0
    memory: int = 0


ONE_CORE = Needs()
"""What a shard needs that runs no model."""
LOSSES = 3
"""So often a shard is done again whose worker was lost: a machine that goes takes it by chance, a shard by its size."""
