"""Replies of served models, stored on disk as they arrive, so that no reply is paid twice after an interruption.

A file of one line a reply, to which lines are only added. A line carries a checksum of itself; what a kill or a bad
disk left half written does not fit its checksum, and is asked again.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from twokeys.core.disk import writing
from twokeys.core.items import canonical_json, digest

FOLDER = "served"
"""Folder of the replies inside a run folder."""


@dataclass(frozen=True)
class Facts:
    """Facts about a model from its file of replies.

    Attributes:
        model: Its name, as the server was asked for it.
        server: The server's address.
        named: What the server calls the model itself, with its fingerprint, sorted.
        replies: Replies that are kept.
        prompt: Tokens of all prompts.
        reply: Tokens of all replies.
        first: Day of the first reply, as in 2026-01-31; empty without any.
        last: Day of the last reply.
    """

    model: str
    server: str
    named: tuple[str, ...]
    replies: int
    prompt: int
    reply: int
    first: str
    last: str


class Kept:
    """The replies of a model.

    Args:
        path: The file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._lock, self._synced = path, threading.Lock(), 0.0
        self.lines: dict[str, dict[str, Any]] = {line["id"]: line for line in _whole(path)}
        self._file: IO[str] | None = None

    def get(self, request: str) -> Any | None:
        """The reply to a request, by the hash of the request; None if there is none."""
        line = self.lines.get(request)
        return None if line is None else line["reply"]

    def add(self, request: str, line: dict[str, Any]) -> None:
        """Keep a reply; it is on the disk when this returns."""
        whole = {"id": request, "at": datetime.now(UTC).isoformat(timespec="seconds"), **line}
        with self._lock, writing(self.path):
            self.lines[request] = whole
            file = self._opened()
            file.write(json.dumps(whole | {"sum": _sum(whole)}) + "\n")
            file.flush()
            if time.monotonic() - self._synced > 1:  # who loses power loses a second
                os.fsync(file.fileno())
                self._synced = time.monotonic()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None

    def _opened(self) -> IO[str]:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
            if self._file.tell():
                self._file.write("\n")  # ends what was left half written
        return self._file


def place(folder: Path, model: str, server: str) -> Path:
    """File of a model's replies in a run folder."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", f"{model[-40:]}-{server[-40:]}").strip("-.")
    return folder / FOLDER / f"{plain}-{digest('served', model, server)[:12]}.jsonl"


def facts(path: Path, model: str, server: str) -> Facts:
    """Read the facts about a model from its file of replies."""
    lines = [line for line in {line["id"]: line for line in _whole(path)}.values() if line["reply"] is not False]
    days = sorted(line["at"][:10] for line in lines)
    named = sorted({str(line["by"]) for line in lines if line.get("by")})
    prompt, reply = (sum(int(line["tokens"][at]) for line in lines) for at in (0, 1))
    return Facts(
        model, server, tuple(named), len(lines), prompt, reply, days[0] if days else "", days[-1] if days else ""
    )


def _whole(path: Path) -> Iterator[dict[str, Any]]:
    """Lines that fit their checksum."""
    if not path.is_file():
        return
    for raw in path.read_bytes().split(b"\n"):
        try:
            line = json.loads(raw)
            if line.pop("sum") == _sum(line) and {"id", "at", "reply", "tokens"} <= line.keys():
                yield line
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            continue


def _sum(line: dict[str, Any]) -> str:
    return digest("reply", canonical_json(line))[:16]
