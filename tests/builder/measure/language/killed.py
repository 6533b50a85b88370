"""An engine that is killed half way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from twokeys.builder.run.needs import Needs


class Killed(Exception):
    """What stops a build in a test."""


class Dies:
    """An engine that runs so many shards and is killed."""

    def __init__(self, after: int) -> None:
        self.after, self.ran = after, 0

    def map_shards(self, function: Callable[[Any], Any], shards: Sequence[Any], needs: Needs) -> Iterator[Any]:
        for shard in shards:
            if self.ran == self.after:
                raise Killed
            self.ran += 1
            yield function(shard)
