"""Inspect: one Python file with a task that has a view as its argument."""

from __future__ import annotations

from pathlib import Path

from twokeys.exports.bundle import bundled
from twokeys.exports.format import Format
from twokeys.exports.source import Source


def write(source: Source, out: Path) -> None:
    """Write the task file."""
    text = bundled("twokeys.exports.harness.inspect_task", source.heading("An Inspect task"), {"FACTS": source.facts})
    (out / f"{source.facts['task']}.py").write_text(text, encoding="utf-8")


def _use(source: Source) -> str:
    task = source.facts["task"]
    return f"""
```bash
inspect eval {task}.py --model PROVIDER/MODEL
inspect eval {task}.py --model PROVIDER/MODEL -T view=question      # the picture is its mean colour
inspect eval {task}.py --model PROVIDER/MODEL -T folder=REPOSITORY  # items from elsewhere
```

Needs `inspect_ai` and `datasets`. Views say what is left: `both`, `image`, `question`, `neither`; the dividend is
accuracy under both - image - question + neither. Standard errors are clustered by the items' group. Pictures are sent
as data URIs of the published bytes; those in which readers could see something else than is meant are sent as PNG.
"""


FORMAT = Format("inspect", "Inspect task: one Python file", write, _use, several=True)
