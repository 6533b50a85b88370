"""`twokeys verify`: recount everything that a published folder claims, from the folder alone.

One check needs more: the answers of retrieved partners follow from files of annotations, which a folder only names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from twokeys.builder.checks.checks import CHECKS
from twokeys.builder.checks.datasheet import DATASHEET, REMEDY, asked, datasheet
from twokeys.builder.checks.files import files, special
from twokeys.builder.checks.finding import Checked, Finding, Verified, counts
from twokeys.builder.checks.signature import signature
from twokeys.builder.checks.stated import stated
from twokeys.builder.checks.told import TOLD, FilesMissing, told_again
from twokeys.builder.publish.folder import Folder
from twokeys.builder.read.corpora.reader import corpora_folder
from twokeys.core.errors import BadInput
from twokeys.core.progress import Say, silent, step
from twokeys.core.signing import public_key
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.published import PublishedFolder


def verify(
    folder: str | Path,
    *,
    corpora: Path | None = None,
    strict: bool = False,
    key: str | Path | None = None,
    say: Say = silent,
) -> Verified:
    """Recount a published folder.

    Args:
        folder: The folder.
        corpora: Folder of the official corpora, in which files of annotations lie; the environment variable
            TWOKEYS_CORPORA when None. Answers that follow from these files are recounted if they are there.
        strict: Whether a question of the datasheet that nobody has answered is a failure, and not only a warning.
        key: The public key that must have signed the folder: a file of minisign's format, or its 56 characters. A
            signature is named and not checked when None.
        say: Told of each check before it runs.

    Returns:
        One finding for each check. `ok` says whether none failed, `summary` says it in a sentence, and `to_pandas()`
        gives a row for each check.

    Raises:
        BadInput: When the folder holds no readable manifest at all, or the key is none.
    """
    path = Path(folder)
    public = None if key is None else public_key(key)
    published = PublishedFolder(path)
    try:
        manifest = published.manifest
    except BadInput as error:
        if not published.claims:
            raise
        return Verified(path, [Finding("manifest", [error.problem]), signature(path, public)])
    findings = [
        Finding("manifest", [], counted=counts(manifest=1)),
        Finding("files", files(path, manifest), counted=counts(file=manifest.files)),
        signature(path, public),
    ]
    if strange := special(path):
        unread = f"the rows are not read, since a reader might wait for ever: {', '.join(strange)}"
        return Verified(path, [*findings, Finding("rows", [unread])])
    try:
        known = Folder.read(path, manifest)
    except (OSError, ValueError) as error:
        return Verified(path, [*findings, Finding("rows", [f"the rows cannot be read: {error}"])])
    for name, check in CHECKS.items():
        with step(say, name):
            findings.append(_made(name, check, known))
    findings.append(_datasheet(manifest, strict=strict))
    with step(say, TOLD):
        findings.append(_made(TOLD, partial(told_again, corpora=corpora_folder(corpora)), known))
    findings.append(stated(known, corpora_folder(corpora)))
    return Verified(path, findings)


def _made(name: str, check: Callable[[Folder], Checked], known: Folder) -> Finding:
    """Make a check: what it found, or why it cannot be made."""
    problems: list[str] = []
    counted = ""

    def heard() -> Checked:
        nonlocal counted
        counted = yield from check(known)
        return counted

    try:
        problems.extend(heard())
    except FilesMissing as missing:
        return Finding(name, [], not_made=str(missing))
    except Exception as error:  # noqa: BLE001 - whatever a damaged folder makes a check raise, it is a finding
        problems.append(f"cannot be recounted: {type(error).__name__}: {error}")
    return Finding(name, problems, counted=counted)


def _datasheet(manifest: Manifest, *, strict: bool) -> Finding:
    """What only people can say of the dataset, and have not; a failure only if `strict`."""
    unanswered = list(datasheet(manifest))
    remedy = REMEDY if unanswered else ""
    counted = counts(question=asked(manifest))
    if strict:
        return Finding(DATASHEET, unanswered, remedy, counted=counted)
    return Finding(DATASHEET, [], remedy, counted=counted, unanswered=unanswered)
