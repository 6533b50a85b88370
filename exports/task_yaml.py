"""What the YAML files of several harnesses have in common: comments that name the source, and metadata."""

from __future__ import annotations

import json

from twokeys.exports.source import Source


def scalar(value: object) -> str:
    """A value that YAML reads as what it is: quoted, so that a split `on` is no boolean, and no text adds a key."""
    return json.dumps(value)


def comments(source: Source, what: str, *more: str) -> str:
    """The source's heading, line by line."""
    lines = [*source.heading(what).splitlines(), *more]
    return "".join(f"# {line}\n" if line else "#\n" for line in lines)


def metadata(source: Source) -> str:
    """Version and fingerprint of the rows, and the parser's version: harnesses cache under all of them."""
    facts = source.facts
    return (
        f"metadata:\n  version: {scalar(facts['version'])}\n  fingerprint: {scalar(facts['fingerprint'])}\n"
        f"  parser: {scalar(facts['parser'])}\n"
    )
