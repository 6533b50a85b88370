"""What one or two published folders say: `verify`, `diff`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from twokeys.commands.options import AsJson, Corpora, Folder
from twokeys.commands.progress import CHECKS, CONFIGS, progress
from twokeys.commands.terminal import plainly, print_json


def verify(folder: Folder, corpora: Corpora = None, as_json: AsJson = False) -> None:
    """Recount everything that a published folder claims: from the folder alone, and from annotations that it names."""
    with plainly(), progress(CHECKS) as say:
        from twokeys.builder.verify import verify

        findings = verify(folder, corpora=corpora, say=say)
    if as_json:
        print_json([asdict(finding) | {"ok": finding.ok} for finding in findings])
    else:
        from twokeys.commands.show_builds import show_findings

        show_findings(folder, findings)
    raise typer.Exit(1 if any(finding.failed for finding in findings) else 0)


def diff(
    first: Folder,
    second: Annotated[
        Path, typer.Argument(help="The folder to compare with, such as a later build of the same recipe.")
    ],
    as_json: AsJson = False,
) -> None:
    """Compare two published folders: items added, removed, changed, and why. Ends with 0: same rows, 1: they differ."""
    with plainly(), progress(CONFIGS) as say:
        from twokeys.builder.diff import diff

        found = diff(first, second, say)
    if as_json:
        print_json(found.json())
    else:
        from twokeys.commands.show_builds import show_difference

        show_difference(found)
    raise typer.Exit(0 if found.same else 1)
