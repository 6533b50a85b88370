"""Statements of a published folder that cannot be recounted from it, since only the build saw their basis.

Official files are an exception: if they are available, their hashes are recounted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twokeys.builder.checks.finding import Finding
from twokeys.builder.publish.folder import Folder
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256

STATED = "stated, not recounted"


def stated(folder: Folder, corpora: Path | None) -> Finding:
    """List the statements, and recount the hashes of official files that are available.

    Args:
        folder: The folder.
        corpora: Folder of the official corpora; None if the user named none.
    """
    problems, unread = [], 0
    for name, path, value in _official(folder, corpora):
        if path is None or not path.is_file():
            unread += 1
        elif sha256(path) != value:
            problems.append(f"{name} is not the file that the manifest states by its hash")
    files = [f"the hashes of {unread:,} official files (--corpora recounts those that are there)"] if unread else []
    return Finding(STATED, problems, stated=[*files, *_claims(folder)])


def _official(folder: Folder, corpora: Path | None) -> Iterator[tuple[str, Path | None, str]]:
    """Yield the name, the path (if the recipe gives it) and the stated hash of every official file."""
    try:
        corpora_by_name = {corpus.name: corpus for corpus in (*folder.recipe.corpora, *folder.recipe.pool)}
    except ValueError:  # another check reports what is wrong with the recipe
        corpora_by_name = {}
    for origin in (*folder.manifest.sources, *folder.manifest.pools):
        corpus = corpora_by_name.get(origin.name)
        for name, value in origin.files.items():
            place = None if corpus is None or corpus.path is None or corpora is None else corpora / corpus.path
            yield f"{origin.name}: {name}", None if place is None else _inside(place, name), value


def _inside(folder: Path, name: str) -> Path | None:
    """Return the path of a name; None if it leads out of the folder, which a foreign manifest must not achieve."""
    from twokeys.builder.read.held import held

    try:
        return held(folder, name, "file")
    except BadInput:
        return None


def _claims(folder: Folder) -> Iterator[str]:
    manifest = folder.manifest
    yield f"versions: twokeys {manifest.twokeys} and {len(manifest.packages):,} packages"
    yield "the key of the build"
    read = "`corpora`, `pool`, `text`, `images`, `encoders`, `measure`, `pair.minimal`"
    yield f"how the recipe had files read, measured and compared ({read})"
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
