"""A dataset repository on a hub before a push, and the hub's refusals as instructions for the user."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twokeys.core.errors import BadInput
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import SIGNATURE

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

KIND = "dataset"
NAME = re.compile(r"(?=.{3,96}$)[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
HUBS_OWN = {".gitattributes"}
"""Files that the hub itself puts into a repository."""
_TOKEN = "run `hf auth login`, or set HF_TOKEN to a token that may write"  # noqa: S105 - no token, a remedy
_REMEDIES = {
    401: ("the hub does not know the token", _TOKEN),
    403: ("the token may not write there", _TOKEN),
    409: ("the push conflicts with what is there", "push again, or name another tag with --tag"),
    412: ("another commit came in between", "push again when no other commit comes in between"),
    429: ("the hub had too many requests", "wait some minutes and push again: what was sent is not sent again"),
}


def named(repository: str) -> None:
    """Check the name of a repository before any other step.

    Raises:
        BadInput: When it is not of the form OWNER/NAME.
    """
    if not NAME.fullmatch(repository) or ".." in repository or "--" in repository:
        allowed = "OWNER/NAME of letters, digits, '.', '_' and '-', at most 96 characters"
        raise BadInput("repository", None, f"{repository!r} is no repository", allowed, "name it as the hub does")


@dataclass(frozen=True)
class Repository:
    """A dataset repository.

    Attributes:
        api: The hub's client.
        name: `OWNER/NAME`.
        head: Commit of the main branch.
        tags: Names of its tags.
    """

    api: HfApi
    name: str
    head: str
    tags: frozenset[str]

    @classmethod
    def open(cls, api: HfApi, name: str, public: bool) -> Repository:
        """Find the repository, or make it.

        Raises:
            BadInput: If it exists, and its visibility is not the requested visibility.
        """
        from huggingface_hub.errors import RepositoryNotFoundError

        api.whoami()  # without a valid token a private repository looks as if it were not there
        try:
            info = api.dataset_info(name)
        except RepositoryNotFoundError:
            api.create_repo(name, repo_type=KIND, private=not public)
            info = api.dataset_info(name)
        if bool(info.private) == public:
            problem = f"the repository is {'private' if info.private else 'public'}"
            remedy = (
                "leave out --public, and make the repository public on its page when the time has come"
                if public
                else "add --public if everybody may read it, or name another repository"
            )
            raise BadInput(name, None, problem, f"a {'public' if public else 'private'} repository", remedy)
        tags = api.list_repo_refs(name, repo_type=KIND).tags
        return cls(api, name, str(info.sha), frozenset(tag.name for tag in tags))

    def holds(self, path: str, data: bytes, revision: str) -> bool:
        """Whether a file of a revision has these bytes."""
        for file in self.api.get_paths_info(self.name, [path], revision=revision, repo_type=KIND):
            if (stored := getattr(file, "lfs", None)) is not None:
                return bool(stored.sha256 == hashlib.sha256(data).hexdigest())
            # Git names a blob by this SHA-1; nothing here rests on its being hard to forge.
            head = f"blob {len(data)}\0".encode()
            return bool(getattr(file, "blob_id", "") == hashlib.sha1(head + data, usedforsecurity=False).hexdigest())
        return False

    def replaceable(self, name: str) -> set[str]:
        """Files of the main branch that an earlier push of the same benchmark brought.

        Raises:
            BadInput: If it holds files that no push uploaded, or files of another benchmark.
        """
        there = set(self.api.list_repo_files(self.name, revision=self.head, repo_type=KIND)) - HUBS_OWN
        manifest = self._manifest() if MANIFEST in there else {}
        ours = {MANIFEST, SIGNATURE, *manifest.get("files", {})} if manifest else set()
        if foreign := sorted(there - ours):
            problem = f"the repository holds files that no push brought, such as {foreign[0]}"
            allowed = "a new repository, or one of this benchmark"
            raise BadInput(self.name, None, problem, allowed, "name another repository")
        if manifest and manifest.get("name") != name:
            problem = f"the repository holds the benchmark {manifest.get('name')!r}"
            allowed = f"a new repository, or one of {name!r}"
            raise BadInput(self.name, None, problem, allowed, "name another repository")
        return there

    def _manifest(self) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as place:
            file = self.api.hf_hub_download(
                self.name, MANIFEST, revision=self.head, repo_type=KIND, local_dir=place
            )  # fmt: skip
            try:
                manifest = json.loads(Path(file).read_text(encoding="utf-8"))
            except (ValueError, RecursionError):
                return {}
        return (
            manifest
            if isinstance(manifest, dict) and "build_key" in manifest and isinstance(manifest.get("files"), dict)
            else {}
        )


@contextmanager
def hub_answers(repository: str) -> Iterator[None]:
    """Turn a hub's refusal into an instruction for the user.

    Raises:
        BadInput: In the place of every error of the hub's client.
    """
    from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

    # The client's HTTP library differs by version; its base class of network errors is a base of this one.
    unreachable = cast("type[Exception]", HfHubHTTPError.__bases__[0])
    try:
        yield
    except BadInput:
        raise
    except LocalTokenNotFoundError:
        raise BadInput(repository, None, "there is no token", "a token that may write", _TOKEN) from None
    except OfflineModeIsEnabled:
        remedy = "unset HF_HUB_OFFLINE, or use --dry-run"
        raise BadInput(repository, None, "HF_HUB_OFFLINE switches the hub off", "", remedy) from None
    except HfHubHTTPError as error:
        raise _refused(repository, error) from error
    except unreachable as error:
        problem = f"the hub does not answer ({error})"
        raise BadInput(repository, None, problem, "", "check HF_ENDPOINT, and push again") from error
    except (ValueError, RuntimeError) as error:
        # An upload that was refused is told as a RuntimeError, a card or a file that was refused as a ValueError.
        if isinstance(error, RuntimeError) and isinstance(cause := error.__cause__, HfHubHTTPError):
            raise _refused(repository, cause) from error
        problem = f"the hub refuses the folder ({' '.join(str(error).split())})"
        raise BadInput(repository, None, problem, "", "correct what it names, and push again") from error


def _refused(repository: str, error: HfHubHTTPError) -> BadInput:
    status = error.response.status_code
    message = " ".join((error.server_message or str(error)).split())
    again = "push again: what was sent is not sent again"
    problem, remedy = _REMEDIES.get(status, (f"the hub answers with status {status}", again))
    return BadInput(repository, None, f"{problem} ({status}: {message})", "", remedy)
