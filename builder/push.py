"""`twokeys push`: a published folder to a repository of the Hugging Face Hub, in one commit, under a tag of its own.

What is pushed has passed `twokeys verify --strict`. A tag never moves: the same version with other texts needs a tag of
another name. In a repository, only files that an earlier push brought are replaced or removed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from twokeys.builder.checks.files import foreign
from twokeys.builder.checks.finding import Unsound
from twokeys.builder.publish.hub import Repository, hub_answers, named
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput
from twokeys.core.notebook import notebook
from twokeys.core.progress import Say, silent
from twokeys.data_cards.citation import version
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import SIGNATURE, Manifest
from twokeys.data_cards.published import PublishedFolder

if TYPE_CHECKING:
    import pandas as pd
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi


@dataclass(frozen=True)
class Pushed:
    """What a push brings, or brought.

    Attributes:
        repository: `OWNER/NAME`.
        tag: Name of the tag.
        public: Whether everybody may read the repository.
        outcome: `planned` (a dry run), `pushed`, or `there` where the tag holds just this folder already.
        files: Relative path -> bytes of each file that goes.
        left_out: Files and folders of the folder that do not go, with the reason.
        removed: Files of an earlier push that the folder has no more; known after asking the hub.
        url: Page of what was pushed; empty for a dry run.
    """

    repository: str
    tag: str
    public: bool
    outcome: Literal["planned", "pushed", "there"]
    files: dict[str, int]
    left_out: dict[str, str]
    removed: list[str]
    url: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.files.values())

    def to_pandas(self) -> pd.DataFrame:
        """One row for each file that goes: `file`, `bytes`."""
        import pandas as pd

        return pd.DataFrame(list(self.files.items()), columns=["file", "bytes"])

    def _repr_html_(self) -> str:
        return notebook(f"{self.repository}, tag {self.tag}: {self.outcome}", self)


def push(
    folder: str | Path,
    repository: str,
    *,
    public: bool = False,
    tag: str | None = None,
    dry_run: bool = False,
    say: Say = silent,
) -> Pushed:
    """Push a published folder.

    The hub is that of the environment variable HF_ENDPOINT, the token that of HF_TOKEN or of `hf auth login`.

    Args:
        folder: The folder.
        repository: `OWNER/NAME` of a dataset repository; made where it is not there.
        public: Whether everybody may read it; a repository that is there must be so already.
        tag: Name of the tag; the version of the dataset when None.
        dry_run: Verify and list, without a word to the hub.
        say: Told of each check and upload.

    Returns:
        What went, what stayed behind, and where it is.

    Raises:
        Unsound: When the folder does not pass `twokeys verify --strict`: a claim differs from a recount, or a question
            of the datasheet has no answer.
        BadInput: When the repository, the tag or the token cannot be used, or the hub refuses.
    """
    path = Path(folder)
    named(repository)
    verified = verify(path, strict=True, say=say)
    if not verified.ok:
        raise Unsound(verified, "twokeys verify --strict", "pushed")
    manifest = PublishedFolder(path).manifest
    names = {*manifest.files, MANIFEST, *([SIGNATURE] if (path / SIGNATURE).is_file() else [])}
    plan = Pushed(
        repository=repository,
        tag=version(manifest) if tag is None else tag,
        public=public,
        outcome="planned",
        files={name: (path / name).stat().st_size for name in sorted(names)},
        left_out=_left_out(path),
        removed=[],
        url="",
    )
    if dry_run:
        return plan
    with hub_answers(repository):
        return _push(path, manifest, plan, say)


def _left_out(folder: Path) -> dict[str, str]:
    found = sorted(entry.name for entry in folder.iterdir() if foreign(entry.name))
    return dict.fromkeys(found, "belongs to version control or the hub's client")


def _push(folder: Path, manifest: Manifest, plan: Pushed, say: Say) -> Pushed:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"), library_name="twokeys", library_version=version_of("twokeys"))
    there = Repository.open(api, plan.repository, plan.public)
    url = f"{api.endpoint}/datasets/{plan.repository}/tree/{plan.tag}"
    if plan.tag in there.tags:
        told = [name for name in (MANIFEST, SIGNATURE) if name in plan.files]
        if all(there.holds(name, (folder / name).read_bytes(), plan.tag) for name in told):
            return replace(plan, outcome="there", url=url)
        problem = f"the tag {plan.tag} holds another folder, or one with another signature, and tags never move"
        remedy = f"name another tag with --tag, such as {plan.tag}-2"
        raise BadInput(plan.repository, None, problem, "", remedy)
    removed = sorted(there.replaceable(manifest.name) - plan.files.keys())
    additions = [CommitOperationAdd(name, str(folder / name)) for name in plan.files]
    _upload(api, plan, additions, say)
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        *additions, *(CommitOperationDelete(name) for name in removed)
    ]  # fmt: skip
    done = api.create_commit(
        plan.repository,
        operations,
        commit_message=f"{' '.join(manifest.title.split())}, version {version(manifest)}",
        repo_type="dataset",
        parent_commit=there.head,
    )
    api.create_tag(plan.repository, tag=plan.tag, revision=done.oid, repo_type="dataset")
    return replace(plan, outcome="pushed", removed=removed, url=url)


def _upload(api: HfApi, plan: Pushed, additions: list[CommitOperationAdd], say: Say) -> None:
    """Upload the bytes of large files one by one; what is there already, as after a crash, is not sent again."""
    sent = 0
    for addition in additions:
        say("upload", sent, plan.size)
        api.preupload_lfs_files(plan.repository, [addition], repo_type="dataset")
        sent += plan.files[addition.path_in_repo]
    say("upload", sent, plan.size)
