"""One kind of export: what it writes, and how it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from twokeys.exports.source import Source


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        name: Its name in `twokeys export --to`.
        summary: What comes out, in one line.
        write: Writes the files into a folder.
        use: Markdown that says how they are used, with the export's own names in it.
    """

    name: str
    summary: str
    write: Callable[[Source, Path], None]
    use: Callable[[Source], str]
