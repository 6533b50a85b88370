"""What masks let through, measured once for a folder and a model: `evaluate` and `explain` take what is there.

It is kept beside the folder, not in it: a published folder holds what its manifest names and nothing else.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twokeys.audit.evaluation.leaks import ITEMS, Leak, measured
from twokeys.audit.models.model import Responder, precision_of
from twokeys.audit.published import Published, fingerprints
from twokeys.core.answers.parsing import VERSION
from twokeys.core.disk import write_text
from twokeys.core.errors import BadInput
from twokeys.core.intervals.means import Interval
from twokeys.core.items import canonical_json, digest
from twokeys.core.progress import Say, step

_STATED = re.compile(r".+@(?:sha256-[0-9a-f]{16}|[0-9a-f]{40})")
"""Name of a model that says which weights it has."""
TRIED = 1
"""Raised when masks are measured in another way."""


@dataclass(frozen=True)
class Masks:
    """What masks let through.

    Attributes:
        leaks: One for each mask that was tried.
        seconds: Of one answer; None if that is not known.
    """

    leaks: list[Leak]
    seconds: float | None


def place(folder: Path) -> Path:
    """Where what is known of a published folder's masks is kept: a hidden folder beside it."""
    whole = folder.resolve()
    return whole.with_name(f".{whole.name}.masks")


def leaks_of(published: Published, model: Responder, seed: int, say: Say) -> Masks:
    """Measure every mask, or read what was measured before on the same rows with the same weights.

    A model that does not say which weights it has, such as one behind an address, is measured each time.

    Raises:
        BadInput: As `twokeys.audit.evaluation.leaks.measured`.
    """
    key = {
        "model": model.name, "config": published.config, "split": published.split, "rows": fingerprints(published),
        "items": ITEMS, "seed": seed, "parser": VERSION, "tried": TRIED, **precision_of(model),
    }  # fmt: skip
    file = place(published.folder) / f"{digest('masks', canonical_json(key))[:16]}.json"
    stated = _STATED.fullmatch(model.name) is not None
    if stated and (known := _read(file, key)) is not None:
        return known
    began = time.perf_counter()
    with step(say, "masks"):
        leaks = measured(published, model, seed=seed, say=say)
    answers = sum(one.rate.n for one in leaks)
    found = Masks(leaks, (time.perf_counter() - began) / answers if answers else None)
    if stated:
        _keep(file, {"key": key, "seconds": found.seconds, "leaks": [asdict(one) for one in leaks]})
    return found


def _read(file: Path, key: dict[str, Any]) -> Masks | None:
    """What was measured before; None if it was not, or if the file is not whole."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        leaks = [Leak(**one | {"rate": Interval(**one["rate"])}) for one in said["leaks"]]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Masks(leaks, said.get("seconds")) if said.get("key") == key else None


def _keep(file: Path, content: dict[str, Any]) -> None:
    """Write what was measured; in a place that cannot be written, it is measured again next time."""
    try:
        write_text(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except (OSError, BadInput):
        return
