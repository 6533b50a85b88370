"""Mutated and hostile images: each is decoded within limits of time and memory, or refused in a sentence."""

from __future__ import annotations

import io
import os
import random
import resource
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tests.attacks.bombs import BOMBS
from tests.reliability.running import Counted, mutated
from twokeys.core.errors import BadInput
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

SECONDS, BYTES = 20, 2 * 2**30
"""What one image may take: time of a processor, and memory beyond that of the process."""


def experiment(folder: Path, many: int, seed: int = 0) -> Counted:
    """Decode mutated images of all formats, and bombs, each in a process that is held to time and memory."""
    found, draw = Counted("mutated and hostile images: decoded or refused, within time and memory"), random.Random(seed)
    for name, data in images(many, draw):
        found.tried += 1
        status = decoded(data)
        if status == 0:
            found.note("decoded")
        elif status == 2:
            found.note("refused")
        else:
            found.odd.append(f"{name}: ended with {status}")
            (folder / name).write_bytes(data)
    return found


def images(many: int, draw: random.Random) -> Iterator[tuple[str, bytes]]:
    """Names and bytes."""
    for name, bomb in BOMBS.items():
        yield name, bomb()
    forms = [
        (form, mode)
        for form in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
        for mode in ("RGB", "L", "RGBA", "I;16", "P", "1", "CMYK", "F")
    ]
    made = []
    for form, mode in forms:
        buffer = io.BytesIO()
        try:
            Image.effect_noise((40, 30), 90).convert("L").convert("I" if mode == "I;16" else mode).save(buffer, form)
        except (OSError, ValueError, KeyError):
            continue
        made.append((f"{form}-{mode}", buffer.getvalue()))
    for number in range(many - len(BOMBS)):
        name, data = made[number % len(made)]
        yield f"{name}-{number}".replace(";", "_"), mutated(data, draw)


def decoded(data: bytes, seconds: int = SECONDS, memory: int = BYTES) -> int:
    """Decode an image in a process of its own: 0 if it is one, 2 if it is refused, what else ended the process.

    Args:
        data: Its bytes.
        seconds: Time of a processor that the process may take.
        memory: Bytes that it may take beyond those that it begins with.
    """
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds,) * 2)
        describe(data, "image", Images())
        status = 0
    except BadInput as problem:
        status = 2 if problem.remedy else 70
    except BaseException:  # noqa: BLE001 - the experiment is to find them
        traceback.print_exc(limit=-3)
    finally:
        os._exit(status)
