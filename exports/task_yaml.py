"""What the YAML files of several harnesses have in common: comments that name the source, and metadata."""

from __future__ import annotations

from exports.source import Source


def comments(source: Source, what: str, *more: str) -> str:
    """The source's heading, line by line."""
    lines = [*source.heading(what).splitlines(), *more]
    return "".join(f"# {line}\n" if line else "#\n" for line in lines)


def metadata(source: Source) -> str:
    """Version and fingerprint of the rows, and the parser's version: harnesses cache under all of them."""
    facts = source.facts
    return (
        f'metadata:\n  version: "{facts["version"]}"\n  fingerprint: {facts["fingerprint"]}\n'
        f"  parser: {facts['parser']}\n"
    )
