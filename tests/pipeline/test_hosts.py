"""Several hosts on one machine: network namespaces with a Ray head and two workers. A worker is lost, then the driver.

It needs the right to make network namespaces:

    sudo python -m pytest -m slow tests/pipeline/test_hosts.py
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.test_same_rows import prints
from tests.pipeline.toy import ROOT, Toy, offline
from twokeys.builder.build import Built, build
from twokeys.builder.verify import verify

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the package ray"),
]
NET, PORT = "10.77.213", 6379
DRIVER = """
import sys
from pathlib import Path
import twokeys.builder.read.stage
from twokeys.builder.build import build

twokeys.builder.read.stage.PICTURES_PER_SHARD = 1
recipe, out, corpora = map(Path, sys.argv[1:])
build(recipe, out, corpora=corpora, engine="ray", say=lambda *told: print(*told, flush=True))
"""


@dataclass(frozen=True)
class Host:
    """A network namespace with an address of its own."""

    name: str
    number: int

    @property
    def address(self) -> str:
        return f"{NET}.{self.number}"

    def words(self, *command: str) -> list[str]:
        """A command as it is run there."""
        return ["ip", "netns", "exec", self.name, *command]

    def lose(self) -> None:
        """Kill everything that runs there, as when a machine goes."""
        for process in subprocess.run(
            ["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False
        ).stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no right to make network namespaces: ip {' '.join(words)}: {done.stderr.strip()}")


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[Host]]:
    """A head without cores, and two workers with one each."""
    if shutil.which("ip") is None:
        pytest.skip("no command ip, which makes network namespaces")
    mark = f"{os.getpid() % 10**5}"
    state = tempfile.mkdtemp(
        prefix="ray-"
    )  # not where other programs look for a running cluster; sockets want it short
    bridge, made = f"tkb{mark}", [Host(f"tk{mark}-{number}", number) for number in (1, 2, 3)]
    environment = offline(tmp_path) | {"RAY_AUTH_MODE": "disabled"}
    try:
        ip("link", "add", bridge, "type", "bridge")
        ip("link", "set", bridge, "up")
        for host in made:
            ip("netns", "add", host.name)
            cable = f"tkv{mark}-{host.number}"
            ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            ip("link", "set", cable, "master", bridge, "up")
            ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", "eth0")
            for name in ("eth0", "lo"):
                ip("-n", host.name, "link", "set", name, "up")
            place = ["--head", f"--port={PORT}", "--include-dashboard=false", "--num-cpus=0", f"--temp-dir={state}"]
            if host.number > 1:
                place = [f"--address={NET}.1:{PORT}", "--num-cpus=1"]
            ray = [sys.executable, "-m", "ray.scripts.scripts", "start", f"--node-ip-address={host.address}", *place]
            subprocess.run(host.words(*ray), check=True, capture_output=True, env=environment, cwd=ROOT)
        yield made
    finally:
        for host in made:
            host.lose()
            subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", bridge], check=False, capture_output=True)
        shutil.rmtree(state, ignore_errors=True)


def test_a_lost_host_and_a_lost_driver_change_nothing(
    hosts: list[Host], toy: Toy, built: Built, tmp_path: Path
) -> None:
    head, _, worker = hosts
    recipe, out = toy.save(tmp_path / "recipe.yaml"), tmp_path / "toy"
    words = head.words(sys.executable, "-c", DRIVER, str(recipe), str(out), str(toy.corpora))
    environment = offline(tmp_path) | {"RAY_AUTH_MODE": "disabled", "RAY_ADDRESS": f"{head.address}:{PORT}"}

    def until(driver: subprocess.Popen[str], said: str) -> None:
        assert driver.stdout is not None
        assert any(line.startswith(said) for line in driver.stdout), f"it never said {said!r}"

    with subprocess.Popen(words, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as driver:
        until(driver, "pictures 1 ")
        worker.lose()
        until(driver, "measure 1 ")
        driver.kill()
    assert not out.exists()
    with subprocess.Popen(words, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        stages = {line.split()[0] for line in driver.stdout}
    assert driver.returncode == 0
    assert "pictures" not in stages, "it goes on with what is there"
    again = build(recipe, out, corpora=toy.corpora, engine="serial")
    assert again.executed == {}
    assert prints(again) == prints(built)
    assert all(finding.ok for finding in verify(out))
