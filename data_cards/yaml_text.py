"""YAML of the published files: keys keep their order, and chosen strings are quoted."""

from __future__ import annotations

from typing import Any

import yaml


class Quoted(str):
    """A string that is always written in double quotes, so that no reader reads a version as a number."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and writes equal lists in full instead of as references."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    Quoted, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style='"')
)


def dump(value: Any) -> str:
    """Write plain values as YAML.

    Example:
        >>> print(dump({"version": Quoted("1.0.7"), "tags": ["vqa", "yes"]}), end="")
        version: "1.0.7"
        tags:
          - vqa
          - 'yes'
    """
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return text
