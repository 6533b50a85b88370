"""The text of a recipe: YAML in which `yes` and `no` are words wherever a recipe speaks of values or languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


def parsed(text: str) -> Any:
    """The document as Python values.

    YAML 1.1 takes `yes`, `no`, `on` and `off` for truth values. Under `columns.values`, `columns.where` and `language`
    they are text: what `label: {0: no, 1: yes}` and `language: no` (Norwegian) mean.

    Raises:
        yaml.YAMLError: When the text is no YAML.

    Example:
        >>> parsed("{columns: {values: {label: {0: no}}}, eval: no}")
        {'columns': {'values': {'label': {0: 'no'}}}, 'eval': False}
    """
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        for columns in _inner(node, "columns"):
            for values in (*_inner(columns, "values"), *_inner(columns, "where")):
                _as_words(values)
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == "language":
                    _as_words(value)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _inner(node: yaml.Node, key: str) -> Iterator[yaml.Node]:
    """The values of a key in all mappings of a document."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                yield value
            yield from _inner(value, key)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _inner(value, key)


def _as_words(node: yaml.Node) -> None:
    """Make text of the truth values that are not spelt true or false."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):
            node.tag = "tag:yaml.org,2002:str"
    elif isinstance(node, yaml.CollectionNode):
        for inner in node.value:
            for each in inner if isinstance(inner, tuple) else (inner,):
                _as_words(each)
