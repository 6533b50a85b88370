"""The text of a recipe: YAML in which `yes` and `no` are words wherever a recipe speaks of values or languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from twokeys.core import yaml_reading as read
from twokeys.core.errors import BadInput


def parsed(text: str) -> Any:
    """The document as Python values.

    YAML 1.1 takes `yes`, `no`, `on` and `off` for truth values. Under `columns.values`, `columns.where` and `language`
    they are text: what `label: {0: no, 1: yes}` and `language: no` (Norwegian) mean.

    Raises:
        yaml.YAMLError: When the text is no YAML, or stands for too many values.

    Example:
        >>> parsed("{columns: {values: {label: {0: no}}}, eval: no}")
        {'columns': {'values': {'label': {0: 'no'}}}, 'eval': False}
        >>> parsed("joined: {golds: {file: answers.csv, on: id}}")
        {'joined': {'golds': {'file': 'answers.csv', 'on': 'id'}}}
    """
    return read.parsed(text, _with_words)


def text_of(path: Path, name: str) -> str:
    """The text of a recipe file, which is not read if it is too long for one.

    Raises:
        BadInput: When it cannot be read, is too long or no UTF-8.
    """
    try:
        if (size := path.stat().st_size) > 4 * read.LONGEST:
            raise BadInput(name, None, f"the file has {size:,} bytes", f"at most {read.LONGEST:,}", "name a recipe")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(name, None, f"the file is no UTF-8 ({error.reason})", "", "save it as UTF-8") from None
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(name, None, problem, "", "make it readable, or name another one") from None


def _with_words(node: yaml.Node) -> None:
    _names(node)
    for columns in read.inner(node, "columns"):
        for values in (*read.inner(columns, "values"), *read.inner(columns, "where")):
            read.as_words(values)
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == "language":
                read.as_words(value)


def _names(node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            read.as_words(name)
            _names(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _names(value)
