"""What a shard needs of the machine that works on it: the stage says it, the engine gives it."""

from __future__ import annotations

from collections.abc import Iterable
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

    def within(self, machines: Iterable[Needs]) -> Needs:
        """What can be asked of some machines: at most what one of them has, or a shard would wait for ever.

        Where no machine has everything, GPUs count before memory, and memory before cores.

        Args:
            machines: What each of them has; nothing is taken off if there is none, since nothing is known of them.
        """
        clipped = [
            Needs(min(self.cpus, each.cpus), min(self.gpus, each.gpus), min(self.memory, each.memory))
            for each in machines
        ]
        return max(clipped, key=lambda each: (each.gpus, each.memory, each.cpus), default=self)

    def fits(self, machine: Needs) -> int:
        """How many shards a machine has room for at once."""
        pairs = (machine.cpus, self.cpus), (machine.gpus, self.gpus), (machine.memory, self.memory)
        return min((has // needed for has, needed in pairs if needed), default=1)


ONE_CORE = Needs()
"""What a shard needs that runs no model."""
LOSSES = 3
"""So often a shard is done again whose worker was lost: a machine that goes takes it by chance, a shard by its size."""
