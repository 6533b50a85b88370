"""Writes docs/attacks.md from the docstrings of the attacks: `python tests/attacks/listing.py > docs/attacks.md`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HEAD = """\
# Attacks

Everything that twokeys claims has been attacked: somebody who wanted to show it false wrote a table, a picture, a
reply or a recipe for it. This page lists the attacks, what they scored on commit ba22272, before they were answered,
and what they score now. Each is one file in `tests/attacks/`, which builds all that it needs, and a test that fails
on that commit.

```bash
.venv/bin/python -m pytest tests/attacks                  # all but the slow ones, in minutes
.venv/bin/python -m pytest tests/attacks -m slow          # those that fit many models
.venv/bin/python -m pytest tests/attacks/test_letters.py  # one
```

What an attack did not break is not thereby proven. Bounds by counting are proven (docs/balance.md); of everything
else the page says what was tried.

**Add one.** Pick a sentence of the README, a card, a certificate or a document and make it false, with input of your
own. Put it in `tests/attacks/test_WHAT_YOU_DO.py`: a docstring with the paragraphs *Claim*, *Attack*, *Before* (what
it scores on the commit that you attack) and *Now*, then the attack as a test, in seconds if it can be (mark it `slow`
otherwise). Then write this page again: `python tests/attacks/listing.py > docs/attacks.md`. An attack that succeeds
is as welcome as one that fails: open it as a test that fails.
"""
LABEL = re.compile(r"(?:(?<=\n)|(?<=^)|(?<=[.\"] ))(Claim|Attack|Before(?: \([^)]*\))?|Now):")


def listing() -> str:
    """The page, one section a file, in the order of their names."""
    folder = Path(__file__).parent
    sections = [_section(path) for path in sorted(folder.glob("test_*.py")) if path.stem != "test_listing"]
    return "\n".join([HEAD, *sections])


def _section(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    missing = [label for label in ("Claim", "Attack", "Before", "Now") if not re.search(rf"\b{label}\b", text)]
    if missing:
        raise ValueError(f"{path.name}: its docstring says nothing of {', '.join(missing)}")
    title = path.stem.removeprefix("test_").replace("_", " ")
    labelled = LABEL.sub(lambda found: f"\n\n**{found[1]}:**", text)
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", labelled) if part.strip()]
    body = "\n\n".join(paragraphs)
    return f"## {title[0].upper()}{title[1:]}\n\n{body}\n\nRun it: `pytest tests/attacks/{path.name}`\n"


if __name__ == "__main__":
    print(listing(), end="")
