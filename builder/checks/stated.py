"""What a published folder states and nobody can recount from it: only the builder saw it.

Official files are the exception: if they are at hand, their hashes are recounted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twokeys.builder.checks.finding import Finding
from twokeys.builder.publish.folder import Folder
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256

STATED = "stated, not recounted"


def stated(known: Folder, corpora: Path | None) -> Finding:
    """List what is stated, and recount the official files that are there.

    Args:
        known: The folder.
        corpora: Folder of the official corpora; None if none is named.
    """
    problems, unread = [], 0
    for name, path, value in _official(known, corpora):
        if path is None or not path.is_file():
            unread += 1
        elif sha256(path) != value:
            problems.append(f"{name} is not the file that the manifest states by its hash")
    files = [f"the hashes of {unread:,} official files (--corpora recounts those that are there)"] if unread else []
    return Finding(STATED, problems, stated=[*files, *_claims(known)])


def _official(known: Folder, corpora: Path | None) -> Iterator[tuple[str, Path | None, str]]:
    """Name, place if it is known, and stated hash of every official file."""
    try:
        plans = {plan.name: plan for plan in (*known.recipe.corpora, *known.recipe.pool)}
    except ValueError:  # a check of its own says what is wrong with the recipe
        plans = {}
    for origin in (*known.manifest.sources, *known.manifest.pools):
        plan = plans.get(origin.name)
        for name, value in origin.files.items():
            folder = None if plan is None or plan.path is None or corpora is None else corpora / plan.path
            yield f"{origin.name}: {name}", None if folder is None else _inside(folder, name), value


def _inside(folder: Path, name: str) -> Path | None:
    """Where a name leads; None if it leads out of the folder: a folder from outside must not make us read others."""
    from twokeys.builder.read.held import held

    try:
        return held(folder, name, "file")
    except BadInput:
        return None


def _claims(known: Folder) -> Iterator[str]:
    manifest = known.manifest
    yield f"versions: twokeys {manifest.twokeys} and {len(manifest.packages):,} packages"
    yield "the key of the build"
    yield "how the recipe had files read and measured (`corpora`, `pool`, `text`, `images`, `encoders`, `measure`)"
    yield "what blind baselines and adversaries answered of each item (figures that follow from it are recounted)"
    yield "images of removed rows: their keys, sizes and colours"
    if manifest.groups:
        yield f"which items share a fold: {len(manifest.groups):,} kinds of links"
    if manifest.encoders:
        yield f"the encoders: {', '.join(sorted(manifest.encoders))}"
    if manifest.pools:
        yield "what the pools name, and what of them was left out"
    if manifest.asked:
        yield f"what {len(manifest.asked):,} served models replied"
    if manifest.pairs is not None and manifest.pairs.precision:
        yield "how often models are right about what they verify"
