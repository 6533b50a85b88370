"""`twokeys verify`: recount everything that a published folder claims, from the folder alone.

One check needs more: the answers of retrieved partners follow from files of annotations, which a folder only names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from twokeys.builder.checks.checks import CHECKS, REMEDIES
from twokeys.builder.checks.told import TOLD, FilesMissing, told_again
from twokeys.builder.publish.folder import Folder
from twokeys.builder.read.corpora.reader import corpora_folder
from twokeys.core.errors import BadInput
from twokeys.core.files import hashes
from twokeys.core.progress import Say, silent, step
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.published import PublishedFolder


@dataclass(frozen=True)
class Finding:
    """One check and what it found.

    Attributes:
        check: What was recounted.
        problems: What does not fit, in words; empty when all fits.
        remedy: What to do about all of them, where that is known.
        not_made: Why the check was not made, and how to make it; empty if it was.
    """

    check: str
    problems: list[str]
    remedy: str = ""
    not_made: str = ""

    @property
    def ok(self) -> bool:
        """Whether the check was made and passed."""
        return not self.problems and not self.not_made

    @property
    def failed(self) -> bool:
        """Whether the check was made and found something."""
        return bool(self.problems)


def verify(folder: str | Path, *, corpora: Path | None = None, say: Say = silent) -> list[Finding]:
    """Recount a published folder.

    Args:
        folder: The folder.
        corpora: Folder of the official corpora, in which files of annotations lie; the environment variable
            TWOKEYS_CORPORA when None. Answers that follow from these files are recounted if they are there.
        say: Told of each check before it runs.

    Returns:
        One finding per check; none may have `failed`.

    Raises:
        BadInput: When the folder holds no readable manifest at all.
    """
    path = Path(folder)
    published = PublishedFolder(path)
    try:
        manifest = published.manifest
    except BadInput as error:
        if not published.claims:
            raise
        return [Finding("manifest", [error.problem])]
    findings = [Finding("manifest", []), Finding("files", _files(path, manifest))]
    try:
        known = Folder.read(path, manifest)
    except (OSError, ValueError) as error:
        return [*findings, Finding("rows", [f"the rows cannot be read: {error}"])]
    for name, check in CHECKS.items():
        with step(say, name):
            problems = _problems(check, known)
        findings.append(Finding(name, problems, REMEDIES.get(name, "") if problems else ""))
    with step(say, TOLD):
        findings.append(_told(known, corpora_folder(corpora)))
    return findings


def _told(known: Folder, corpora: Path | None) -> Finding:
    try:
        problems = _problems(partial(told_again, corpora=corpora), known)
    except FilesMissing as missing:
        return Finding(TOLD, [], not_made=str(missing))
    return Finding(TOLD, problems)


def _problems(check: Callable[[Folder], Iterator[str]], known: Folder) -> list[str]:
    try:
        return list(check(known))
    except FilesMissing:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged folder makes a check raise, it is a finding
        return [f"cannot be recounted: {type(error).__name__}: {error}"]


def _files(folder: Path, manifest: Manifest) -> list[str]:
    found = {name: value for name, value in hashes(folder, {MANIFEST}).items() if not foreign(name)}
    problems = [f"{name} is missing" for name in manifest.files.keys() - found.keys()]
    problems += [f"{name} is not in the manifest" for name in found.keys() - manifest.files.keys()]
    both = manifest.files.keys() & found.keys()
    return sorted(problems + [f"{name} was changed" for name in both if manifest.files[name] != found[name]])


def foreign(name: str) -> bool:
    """Files that version control and the hub's client put into a folder."""
    return name.split("/")[0] in (".git", ".gitattributes", ".cache", ".huggingface")
