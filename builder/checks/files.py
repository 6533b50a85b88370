"""Check the files of a published folder: it must hold the files that a build writes, unchanged, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from twokeys.builder.certify.balanced import FILE as CERTIFICATE
from twokeys.core.files import hashes
from twokeys.data_cards.card import FILE as CARD
from twokeys.data_cards.croissant import FILE as CROISSANT
from twokeys.data_cards.datasheet import FILE as DATASHEET
from twokeys.data_cards.eval_yaml import FILE as EVAL
from twokeys.data_cards.figure_files import FILES as FIGURES
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import SIGNATURE, Manifest
from twokeys.data_cards.report import FILE as REPORT

EXPECTED = frozenset({CARD, DATASHEET, "LICENSE", "CITATION.cff", CROISSANT, CERTIFICATE, REPORT, *FIGURES})
"""Files of every folder, besides its tables and its manifest."""
_SHARD = re.compile(r"(?P<config>[\w-]+)/(?P<split>\w+(?:\.\w+)*)-(?P<number>\d{5})-of-(?P<of>\d{5})\.parquet")


def files(folder: Path, manifest: Manifest) -> list[str]:
    """List the problems with files: missing, changed, not listed, or of no kind that a build writes.

    A signature is a check of its own.
    """
    present = {name: value for name, value in hashes(folder, {MANIFEST, SIGNATURE}).items() if not foreign(name)}
    problems = [f"{name} is missing" for name in manifest.files.keys() - present.keys()]
    problems += [f"{name} is not in the manifest" for name in present.keys() - manifest.files.keys()]
    problems += [f"{name} is no file of a published folder" for name in present if not _is_expected(name, manifest)]
    problems += [f"{path.relative_to(folder)} is a link" for path in sorted(folder.rglob("*")) if path.is_symlink()]
    problems += [f"{name} is neither a file nor a folder" for name in special(folder)]
    both = manifest.files.keys() & present.keys()
    return sorted(problems + [f"{name} was changed" for name in both if manifest.files[name] != present[name]])


def special(folder: Path) -> list[str]:
    """Names of pipes, devices and sockets in a folder, and of links to them: a reader might wait for ever."""
    found = [path for path in sorted(folder.rglob("*")) if path.exists() and not (path.is_file() or path.is_dir())]
    return [path.relative_to(folder).as_posix() for path in found]


def foreign(name: str) -> bool:
    """Whether version control or the hub's client put a file into the folder."""
    return name.split("/")[0] in (".git", ".gitattributes", ".cache", ".huggingface")


def _is_expected(name: str, manifest: Manifest) -> bool:
    if name in EXPECTED or (name == EVAL and manifest.recipe.get("eval")):
        return True
    shard = _SHARD.fullmatch(name)
    if shard is None or shard["config"] not in manifest.configs:
        return False
    return shard["split"] in manifest.configs[shard["config"]].splits and int(shard["number"]) < int(shard["of"])
