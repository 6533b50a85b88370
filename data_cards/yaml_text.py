"""YAML as the published files need it: keys in the order given, and strings quoted where we say so."""

from __future__ import annotations

from typing import Any

import yaml


class Quoted(str):
    """A string that is always written in double quotes, so that no reader takes a version for a number."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, and equal lists are written out instead of being referred to."""

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
