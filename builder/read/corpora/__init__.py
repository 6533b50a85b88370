"""Readers of corpora in their official formats: one file each."""

from __future__ import annotations

from twokeys.builder.read.corpora.reader import Reader
from twokeys.core.plugins import Registry

__all__ = ["READERS", "Reader", "reader", "readers"]

BUILT_IN = {
    "clevr": "twokeys.builder.read.corpora.clevr:READER",
    "easy-vqa": "twokeys.builder.read.corpora.easy_vqa:READER",
    "gqa": "twokeys.builder.read.corpora.gqa:READER",
    "hf": "twokeys.builder.read.corpora.hf:READER",
    "math-vision": "twokeys.builder.read.corpora.math_vision:READER",
    "nlvr": "twokeys.builder.read.corpora.nlvr:READER",
    "pope": "twokeys.builder.read.corpora.pope:READER",
    "sugarcrepe": "twokeys.builder.read.corpora.sugarcrepe:READER",
    "table": "twokeys.builder.read.corpora.table:READER",
    "tri-bench": "twokeys.builder.read.corpora.tri_bench:READER",
    "vqa-rad": "twokeys.builder.read.corpora.vqa_rad:READER",
    "vqa-v2": "twokeys.builder.read.corpora.vqa_v2:READER",
}
"""Format -> where its reader is."""


READERS: Registry[Reader] = Registry(
    kind="corpus format",
    group="twokeys.corpora",
    built_in=BUILT_IN,
    fits=lambda candidate: isinstance(candidate, Reader),
    must="twokeys.builder.read.corpora.Reader",
    place="recipe, corpora.format",
    named_by="format",
    otherwise="describe your files with the format 'table' or 'hf'",
)


def readers() -> dict[str, Reader]:
    """Return all readers by format: those that ship, then those of installed packages.

    A reader of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one format.
    """
    return READERS.all()


def reader(name: str) -> Reader:
    """Return the reader of a format.

    Raises:
        BadInput: When there is none; suggests the closest name.
    """
    return READERS.get(name)
