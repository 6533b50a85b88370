"""Check the signature of a published folder: who signed its manifest, which holds the hash of every other file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twokeys.builder.checks.finding import Finding
from twokeys.core.signing import day, key_id, misfit, read_signature
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import SIGNATURE

if TYPE_CHECKING:
    from minisign import PublicKey

CHECK = "signature"


def signature(folder: Path, key: PublicKey | None) -> Finding:
    """Check that a key signed the manifest of a folder as it is.

    Args:
        folder: The folder.
        key: The public key that must have signed it. Without one, a signature is only named, and need not be there.
    """
    place = folder / SIGNATURE
    if not (place.exists() or place.is_symlink()):
        return Finding(CHECK, [] if key is None else [f"the folder is not signed: there is no {SIGNATURE}"])
    try:
        found = read_signature(place)
        number, when = key_id(found), day(found)
    except (OSError, ValueError) as error:
        return Finding(CHECK, [f"{SIGNATURE} is no signature of minisign: {error}"])
    if key is None:
        return Finding(CHECK, [], not_made=f"it names key {number}; `--key` with the public key checks it")
    if problem := misfit((folder / MANIFEST).read_bytes(), found, key):
        return Finding(CHECK, [f"{SIGNATURE} does not sign {MANIFEST}: {problem}"])
    return Finding(CHECK, [], counted=f"{MANIFEST}, signed by key {number}{f' on {when}' if when else ''}")
