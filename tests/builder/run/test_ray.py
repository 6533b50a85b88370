"""Ray: one process a GPU with its model loaded once, as many shards as there is room for, and none lost.

The GPUs are numbers that a local Ray is told it has; what a process sees of them is real.
"""

from __future__ import annotations

import importlib.util
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.run.loads import Shown
from twokeys.builder.run.needs import LOSSES, Needs
from twokeys.builder.run.ray_cluster import AHEAD, Ray, machine
from twokeys.core.errors import BadInput

GPU = Needs(gpus=1)
needs_ray = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the package ray"),
]


def test_no_more_is_asked_than_one_machine_has() -> None:
    head = machine({"CPU": 2.0, "memory": 9e9, "node:10.0.0.1": 1.0})
    worker = machine({"CPU": 8.0, "GPU": 1.0, "memory": 5e9})
    assert Needs(16, 2, 10**12).within([head, worker]) == Needs(8, 1, 5 * 10**9), "the memory of the other is of no use"
    assert Needs(1, 0, 10**9).within([head, worker]) == Needs(1, 0, 10**9)
    assert GPU.within([head]) == Needs(1, 0, 0), "a cluster without GPUs runs models on its cores"
    assert GPU.within([]) == GPU, "of no machine is nothing known"


NEEDS = st.builds(Needs, st.integers(1, 8), st.integers(0, 2), st.integers(0, 9))


@given(NEEDS, st.lists(NEEDS, min_size=1, max_size=4))
def test_what_is_asked_fits_some_machine_and_is_all_if_all_fits(needs: Needs, machines: list[Needs]) -> None:
    asked = needs.within(machines)
    assert any(asked.fits(each) for each in machines), "a shard would wait for ever"
    if any(needs.fits(each) for each in machines):
        assert asked == needs


def test_a_machine_has_room_for_as_many_shards_as_its_scarcest_good_allows() -> None:
    large = Needs(cpus=8, gpus=2, memory=100)
    shards = Needs(), Needs(3), Needs(1, 1), Needs(5, 1), Needs(1, 0, 30), Needs(9)
    assert [one.fits(large) for one in shards] == [8, 2, 2, 1, 3, 0]


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    import ray

    ray.init("local", num_cpus=4, num_gpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield ray
    ray.shutdown()


class TestCluster:
    """On a local Ray with four cores and two GPUs."""

    pytestmark = needs_ray

    def test_every_process_has_a_gpu_and_loads_its_model_once(self, ray: Any, tmp_path: Path) -> None:
        shown = Shown(tmp_path, 0.2)
        found = list(Ray().map_shards(shown, range(20), GPU))
        assert sorted(shard for shard, _, _ in found) == list(range(20))
        assert len({(process, gpu) for _, process, gpu in found}) == 2
        assert {gpu for _, _, gpu in found} == {"0", "1"}
        assert shown.count("loaded") == 2

    def test_two_gpus_for_one_shard_are_one_process(self, ray: Any, tmp_path: Path) -> None:
        found = list(Ray().map_shards(Shown(tmp_path), range(4), Needs(gpus=5)))
        assert {frozenset(str(gpu).split(",")) for _, _, gpu in found} == {frozenset({"0", "1"})}

    def test_a_shard_without_a_model_is_given_no_gpu(self, ray: Any, tmp_path: Path) -> None:
        found = list(Ray().map_shards(Shown(tmp_path), range(8)))
        assert not {gpu for _, _, gpu in found} & {"0", "1", "0,1"}

    @pytest.mark.parametrize("needs", [Needs(), GPU], ids=["task", "actor"])
    def test_the_shards_of_a_lost_worker_are_done_again(self, needs: Needs, ray: Any, tmp_path: Path) -> None:
        shown = Shown(tmp_path, 0.05, deadly=5, times=LOSSES)
        found = list(Ray().map_shards(shown, range(12), needs))
        assert sorted(shard for shard, _, _ in found) == list(range(12)), "each once"
        assert shown.count("killed") == LOSSES

    @pytest.mark.parametrize("needs", [Needs(), GPU], ids=["task", "actor"])
    def test_a_shard_that_kills_every_worker_is_told(self, needs: Needs, ray: Any, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match=f"lost {LOSSES + 1} times"):
            list(Ray().map_shards(Shown(tmp_path, deadly=1, times=99), range(3), needs))

    @pytest.mark.parametrize(("needs", "room"), [(Needs(cpus=2), 2 * AHEAD), (GPU, 2)], ids=["task", "actor"])
    def test_shards_are_submitted_as_there_is_room(self, needs: Needs, room: int, ray: Any, tmp_path: Path) -> None:
        shown = Shown(tmp_path, 0.01)
        results = Ray().map_shards(shown, range(100), needs)
        next(results)
        time.sleep(2)
        assert shown.count("shard") <= room + 1, "none is begun that nobody takes"
        assert len(list(results)) == 99

    def test_a_gpu_that_others_hold_is_not_waited_for(self, ray: Any, tmp_path: Path) -> None:
        class Other:
            def there(self) -> str:
                return "busy"

        other = ray.remote(Other).options(num_gpus=1, num_cpus=0).remote()
        ray.get(other.there.remote())
        try:
            found = list(Ray().map_shards(Shown(tmp_path, 0.05), range(8), GPU))
        finally:
            ray.kill(other)
        assert sorted(shard for shard, _, _ in found) == list(range(8))
        assert len({process for _, process, _ in found}) == 1

    @pytest.mark.parametrize("needs", [Needs(), GPU], ids=["task", "actor"])
    def test_an_error_is_raised_and_the_processes_are_given_back(self, needs: Needs, ray: Any, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="nonnegative"):
            list(Ray().map_shards(math.isqrt, [4, -1, 9, 16, 25], needs))
        assert len(list(Ray().map_shards(Shown(tmp_path), range(4), GPU))) == 4
