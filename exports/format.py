"""What an export format is, and the formats: those that ship, and those of installed packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from twokeys.core.plugins import Registry
from twokeys.exports.source import Source


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        name: Its name in `twokeys export --to`.
        summary: What comes out, in one line.
        write: Writes the files into a folder.
        use: Markdown that says how they are used, with the export's own names in it.
        several: Whether it carries items of several images.
    """

    name: str
    summary: str
    write: Callable[[Source, Path], None]
    use: Callable[[Source], str]
    several: bool = False


BUILT_IN = {
    "lmms-eval": "twokeys.exports.lmms_eval:FORMAT",
    "vlmevalkit": "twokeys.exports.vlmevalkit:FORMAT",
    "inspect": "twokeys.exports.inspect_task:FORMAT",
    "lm-eval": "twokeys.exports.lm_eval:FORMAT",
    "vqa-v2": "twokeys.exports.vqa_v2:FORMAT",
    "naturalbench": "twokeys.exports.naturalbench:FORMAT",
}
"""Name -> where its format is."""


FORMATS: Registry[Format] = Registry(
    kind="format",
    group="twokeys.formats",
    built_in=BUILT_IN,
    fits=lambda candidate: isinstance(candidate, Format),
    must="twokeys.exports.format.Format",
    place="--to",
)
