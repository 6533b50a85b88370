"""Read YAML from outside within limits: a few lines can expand to a billion values, or contain themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml

LONGEST, MOST, DEEPEST = 4 * 2**20, 200_000, 60
"""Most characters of a text, most values that it expands to, and the deepest nesting."""


def parsed(text: str, change: Callable[[yaml.Node], None] = lambda node: None) -> Any:
    """Return a YAML document as Python values.

    Args:
        text: The document.
        change: Called with the root node before values are made of the nodes.

    Raises:
        yaml.YAMLError: When the text is no YAML, or is too large or too deep with its aliases written out.

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
    """Yield the values of a key in all mappings of a document."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                yield value
            yield from inner(value, key)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from inner(value, key)


def as_words(node: yaml.Node) -> None:
    """Turn truth values that are not spelt true or false, such as yes, into text."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):
            node.tag = "tag:yaml.org,2002:str"
    elif isinstance(node, yaml.CollectionNode):
        for inner in node.value:
            for each in inner if isinstance(inner, tuple) else (inner,):
                as_words(each)


def _measure(node: yaml.Node, counts: dict[int, int], depth: int) -> int:
    """Count the values of a node with its aliases written out; `counts` holds the nodes that were counted before."""
    if depth > DEEPEST:
        raise yaml.YAMLError(f"its values lie more than {DEEPEST} deep in each other, or one in itself")
    if id(node) in counts:
        return counts[id(node)]
    entries = node.value if isinstance(node, yaml.CollectionNode) else []
    parts = [part for entry in entries for part in (entry if isinstance(entry, tuple) else (entry,))]
    counts[id(node)] = total = 1 + sum(_measure(part, counts, depth + 1) for part in parts)
    if total > MOST:
        raise yaml.YAMLError(f"with its aliases written out it holds more than {MOST:,} values")
    return total
