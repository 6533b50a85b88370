"""Running the command in many processes at little cost: everything is imported once, and each run is a fork of this."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

EVIDENCE = ("certificate.json", "balanced", "removed")
"""What of a published folder must be the same bytes whatever happened on the way."""


@dataclass(frozen=True)
class Ended:
    """How a run of the command ended.

    Attributes:
        status: Its status; minus the number of the signal that killed it.
        said: All that it printed.
    """

    status: int
    said: str

    @property
    def is_plain(self) -> bool:
        """Whether it ended well or in a sentence: no traceback, no unexpected error."""
        return self.status in (0, 1, 2) and "Traceback" not in self.said


@dataclass
class Counted:
    """What an experiment found.

    Attributes:
        what: What was counted, in words.
        tried: How often.
        odd: Each time that it was not as promised, in words.
        notes: Further figures.
    """

    what: str
    tried: int = 0
    odd: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def note(self, name: str) -> None:
        """Count a further figure."""
        self.notes[name] = self.notes.get(name, 0) + 1


def prepare() -> None:
    """Import whatever runs import, so that no fork has to."""
    import faiss  # noqa: F401
    import torch

    from twokeys.data_cards import card, citation, licences, plots, report, texts  # noqa: F401

    torch.set_num_threads(1)


def start(words: Iterable[object], log: Path, before: Callable[[], object] = lambda: None) -> int:
    """Start the command in a process of its own; returns its number.

    Args:
        words: Words of the command.
        log: Where its output goes.
        before: Called in the process first.
    """
    if child := os.fork():
        return child
    number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(number, 1)
    os.dup2(number, 2)
    status = 70
    try:
        before()
        from twokeys.commands.app import app

        app([str(word) for word in words], prog_name="twokeys")
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except BaseException:  # noqa: BLE001 - whatever passes is what the experiment looks for
        import traceback

        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def wait(child: int, log: Path, seconds: float = 600) -> Ended:
    """Wait for a process; one that takes too long is killed, and ends by that signal."""
    until = time.monotonic() + seconds
    while True:
        found, raw = os.waitpid(child, os.WNOHANG)
        if found:
            return Ended(os.waitstatus_to_exitcode(raw), log.read_text(encoding="utf-8", errors="replace"))
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            until = float("inf")
        time.sleep(0.01)


def run(words: Iterable[object], before: Callable[[], object] = lambda: None, seconds: float = 600) -> Ended:
    """Run the command to its end."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        return wait(start(words, log, before), log, seconds)


def memory(most: int) -> Callable[[], None]:
    """What keeps a process to so many bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most))


def evidence(folder: Path) -> dict[str, bytes]:
    """The bytes that must be the same whatever happened on the way."""
    files = [
        path for name in EVIDENCE for path in ([folder / name] if "." in name else sorted((folder / name).iterdir()))
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Bytes with one to four changes: flipped, cut, repeated, removed, exchanged or foreign."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        if not out:
            break
        at = draw.randrange(len(out))
        kind = draw.randrange(8)
        if kind == 0:
            out[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            out[at:] = b""
        elif kind == 2:
            out[at:at] = out[at : at + draw.randint(1, 64)]
        elif kind == 3:
            del out[at : at + draw.randint(1, 64)]
        elif kind == 4:
            out[at : at + 1] = draw.choice(FOREIGN)
        elif kind == 5:
            other = draw.randrange(len(out))
            out[at], out[other] = out[other], out[at]
        elif kind == 6:
            out[at:at] = draw.choice(FOREIGN) * draw.choice((1, 1, 3, 1000))
        else:
            out[at : at + 8] = bytes(draw.randrange(256) for _ in range(8))
    return bytes(out)


FOREIGN = (
    b"1e999", b"-1", b"NaN", b'"\\ud800"', b"\\u0000", b"\x00", b"\xff", b"\xc3", b"[", b"{", b'{"a":', b"]", b"}",
    b'"', b",", b"\n", b"\r\n", b"\xe2\x80\xa8", b"null", b"true", b"18446744073709551616", b"'", b"\t",
    b"\xef\xbb\xbf", b"&a", b"*a", b"!!", b"../", b"/etc/passwd", b"9" * 400, b"{}", b"[]",
)  # fmt: skip
"""What does not belong there."""
