"""Readers of corpora in their official formats: one file each."""

from __future__ import annotations

import difflib
from functools import cache, partial
from typing import Any

from twokeys.builder.read.corpora.reader import Reader
from twokeys.core.errors import BadInput
from twokeys.core.plugins import plugins

__all__ = ["GROUP", "Reader", "reader", "readers"]

GROUP = "twokeys.corpora"
"""Entry-point group under which other packages add readers: format = "module:READER"."""


@cache
def _registry() -> dict[str, Reader]:
    from twokeys.builder.read.corpora import (
        easy_vqa,
        gqa,
        hf,
        math_vision,
        nlvr,
        pope,
        sugarcrepe,
        table,
        tri_bench,
        vqa_rad,
        vqa_v2,
    )

    modules = (
        easy_vqa, gqa, hf, math_vision, nlvr, pope, sugarcrepe, table, tri_bench, vqa_rad, vqa_v2,
    )  # fmt: skip
    built_in = {module.READER.format: module.READER for module in modules}
    origins = {module.READER.format: f"{module.__name__}:READER" for module in modules}
    return built_in | plugins(GROUP, origins, _name, partial(BadInput, "installed packages", GROUP))


def _name(found: Any) -> str:
    if not isinstance(found, Reader):
        raise TypeError(f"{found!r} is no twokeys.builder.read.corpora.Reader")
    return found.format


def readers() -> dict[str, Reader]:
    """Return all readers by format: those that ship, then those of installed packages.

    One of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one format.
    """
    return dict(_registry())


def reader(name: str) -> Reader:
    """Return the reader of a format.

    Raises:
        BadInput: When there is none; suggests the closest name.
    """
    known = _registry()
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else "describe your own files with the format 'table' or 'hf'"
        raise BadInput("corpora", "format", repr(name), ", ".join(known), hint)
    return known[name]
