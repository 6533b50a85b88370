"""The blocks of code that documents show, and the commands in them."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")])
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        document: Name of its document.
        language: What stands behind the fence.
        text: Its lines, as far left as they go.
    """

    document: str
    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Its lines without comments; a line that ends in a backslash goes on in the next one."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        return [found for line in joined.splitlines() if (found := re.sub(r"(^|\s)#\s.*", "", line).strip())]


def blocks(*languages: str) -> list[Block]:
    """All blocks of all documents, or those in some languages, in their order."""
    found = [
        Block(path.name, language, textwrap.dedent(text))
        for path in DOCUMENTS
        for _, language, text in _BLOCK.findall(path.read_text(encoding="utf-8"))
    ]
    return [block for block in found if not languages or block.language in languages]


def commands() -> list[tuple[str, str]]:
    """Every command of every shell block, with its document."""
    return [(block.document, command) for block in blocks("bash") for command in block.commands]
