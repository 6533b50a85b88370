"""llama.cpp's own server on this machine, in a process that can be killed: `python llama.py FILE.gguf PORT`."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen


@dataclass
class Llama:
    """A server of one GGUF file at one port.

    Attributes:
        file: The model.
        port: Its port, the same for all its lives.
        process: The process that serves.
    """

    file: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Its address, with a model."""
        return f"http://127.0.0.1:{self.port}/v1#smollm2"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(self.file), str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise AssertionError("the server does not start")

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def main(file: str, port: int) -> None:
    """Serve until killed."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path, settings.port = file, port
    settings.n_ctx, settings.n_parallel = 2048, 4
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1  # more wait for each other on a busy machine
    server = xllamacpp.Server(settings)
    while server:
        time.sleep(10)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
