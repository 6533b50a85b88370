"""YAML that others wrote, read within limits: a text of a few lines can stand for a billion values, or for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml

LONGEST, MOST, DEEPEST = 4 * 2**20, 200_000, 60
"""Characters of a text, values that it stands for, and how deep they may lie in each other."""


def parsed(text: str, change: Callable[[yaml.Node], None] = lambda node: None) -> Any:
    """A YAML document as Python values.

    Args:
        text: The document.
        change: Called with its nodes before values are made of them.

    Raises:
        yaml.YAMLError: When it is no YAML, or too large or too deep, with its aliases written out.

    Example:
        >>> parsed("a: [1, yes]"), parsed("")
        ({'a': [1, True]}, None)
    """
    if len(text) > LONGEST:
        raise yaml.YAMLError(f"it has {len(text):,} characters, more than {LONGEST:,}")
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node, {}, 0)
        change(node)
        return loader.construct_document(node)
    except RecursionError:
        raise yaml.YAMLError("its values lie too deep in each other") from None
    except (ValueError, TypeError, OverflowError) as error:  # a date of month 13, a number of 5,000 digits
        raise yaml.YAMLError(f"a value cannot be read: {error}") from None
    finally:
        loader.dispose()


def inner(node: yaml.Node, key: str) -> Iterator[yaml.Node]:
    """The values of a key in all mappings of a document."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                yield value
            yield from inner(value, key)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from inner(value, key)


def as_words(node: yaml.Node) -> None:
    """Make text of the truth values that are not spelt true or false."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):
            node.tag = "tag:yaml.org,2002:str"
    elif isinstance(node, yaml.CollectionNode):
        for inner in node.value:
            for each in inner if isinstance(inner, tuple) else (inner,):
                as_words(each)


def _measure(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """How many values a node stands for with its aliases written out; each node is looked at once."""
    if depth > DEEPEST:
        raise yaml.YAMLError(f"its values lie more than {DEEPEST} deep in each other, or one in itself")
    if id(node) in known:
        return known[id(node)]
    inner = node.value if isinstance(node, yaml.CollectionNode) else []
    parts = [each for one in inner for each in (one if isinstance(one, tuple) else (one,))]
    known[id(node)] = total = 1 + sum(_measure(part, known, depth + 1) for part in parts)
    if total > MOST:
        raise yaml.YAMLError(f"with its aliases written out it holds more than {MOST:,} values")
    return total
