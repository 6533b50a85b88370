"""Readers of corpora in their official formats: one file each."""

from __future__ import annotations

import difflib
from functools import cache

from builder.corpora.reader import Reader
from builder.errors import BadInput

__all__ = ["Reader", "reader", "readers"]


@cache
def _registry() -> dict[str, Reader]:
    from builder.corpora import (
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
    return {module.READER.format: module.READER for module in modules}


def readers() -> dict[str, Reader]:
    """Return all readers by format, in alphabetical order."""
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
