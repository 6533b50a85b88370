"""`twokeys push` against a stand-in of the hub: what arrives, under which tag, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants, snapshot_download
from typer.testing import CliRunner

from tests.hub import TOKEN, Hub, hub
from tests.pipeline.conftest import Build
from tests.pipeline.toy import ANSWERS, Toy
from twokeys.builder.build import Built
from twokeys.builder.checks.finding import Unsound, Verified
from twokeys.builder.push import Pushed, push
from twokeys.builder.verify import verify
from twokeys.commands.app import app
from twokeys.core.errors import BadInput
from twokeys.data_cards.citation import version

REPO = "me/toy"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that this process may ask, with a valid token; large files go over Git LFS."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between two attempts
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture(autouse=True)
def verified_once(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recount the build that all tests share once; every other folder is recounted each time."""
    known = findings_of(built.folder)
    monkeypatch.setattr(
        "twokeys.builder.push.verify",
        lambda path, strict, say: known if path == built.folder else verify(path, strict=strict, say=say),
    )  # fmt: skip


@cache
def findings_of(folder: Path) -> Verified:
    return verify(folder, strict=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def on(server: Hub, revision: str = "main") -> dict[str, bytes]:
    """What a repository holds, without what the hub itself puts there."""
    tree = server.repos[REPO].at(revision)[1]
    return {path: data for path, data in tree.items() if path != ".gitattributes"}


def refused(folder: Path, **more: Any) -> str:
    with pytest.raises(BadInput) as error:
        push(folder, more.pop("repository", REPO), **more)
    return str(error.value)


@pytest.fixture
def other(toy: Toy, make: Build) -> Built:
    """The same rows with another datasheet."""
    return make(toy, datasheet=ANSWERS | {"uses": {"done": "To test a push."}})


@pytest.fixture
def fewer(toy: Toy, make: Build) -> Built:
    """Other rows: without the test split."""
    return make(toy, corpora=[toy.corpus(splits=["train"])])


# -------------------------------------------------------------------------------------------------- what arrives


def test_everything_arrives_privately_in_one_commit_under_the_tag_of_its_version(built: Built, there: Hub) -> None:
    done = push(built.folder, REPO)
    repo = there.repos[REPO]
    assert on(there) == on(there, done.tag) == files(built.folder)
    assert repo.private
    assert [message for _, _, message in repo.commits[1:]] == [f"Drawn shapes, version {version(built.manifest)}"]
    assert repo.tags == {version(built.manifest): repo.head}
    assert (done.outcome, done.removed, done.left_out) == ("pushed", [], {})
    assert done.files == {name: len(data) for name, data in files(built.folder).items()}
    assert done.url == f"{there.url}/datasets/{REPO}/tree/{done.tag}"


def test_a_copy_read_back_from_the_hub_passes_every_check(built: Built, there: Hub, tmp_path: Path) -> None:
    done = push(built.folder, REPO)
    place = snapshot_download(
        REPO, repo_type="dataset", revision=done.tag, local_dir=tmp_path / "copy", endpoint=there.url
    )  # fmt: skip
    assert not [finding for finding in verify(place) if not finding.ok]


def test_public_only_where_it_is_said(built: Built, there: Hub) -> None:
    assert push(built.folder, REPO, public=True).public
    assert not there.repos[REPO].private


def test_what_version_control_left_in_the_folder_stays_there(folder: Path, there: Hub) -> None:
    for name in (".git/HEAD", ".cache/huggingface/x", ".gitattributes"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    done = push(folder, REPO)
    assert sorted(done.left_out) == [".cache", ".git", ".gitattributes"]
    assert there.repos[REPO].at("main")[1][".gitattributes"] == b"*.parquet filter=lfs\n"
    assert not [name for name in on(there) if name.startswith(".")]


def test_the_same_content_again_is_nothing_new(built: Built, there: Hub) -> None:
    push(built.folder, REPO)
    commits = len(there.repos[REPO].commits)
    there.asked.clear()
    assert push(built.folder, REPO).outcome == "there"
    assert len(there.repos[REPO].commits) == commits
    assert not [asked for asked in there.asked if "preupload" in asked or "/commit/" in asked]


def test_the_same_content_under_another_tag_adds_a_tag_and_no_commit(built: Built, there: Hub) -> None:
    push(built.folder, REPO)
    assert push(built.folder, REPO, tag="paper").outcome == "pushed"
    repo = there.repos[REPO]
    assert repo.tags["paper"] == repo.tags[version(built.manifest)] == repo.head
    assert len(repo.commits) == 2


def test_other_rows_replace_the_files_of_an_earlier_push(built: Built, fewer: Built, there: Hub) -> None:
    first = push(built.folder, REPO)
    second = push(fewer.folder, REPO)
    gone = [f"{config}/test-00000-of-00001.parquet" for config in ("balanced", "measurements", "removed")]
    assert second.removed == gone
    assert on(there) == files(fewer.folder)
    assert on(there, first.tag) == files(built.folder)
    assert first.tag != second.tag


def test_progress_counts_the_bytes(built: Built, there: Hub) -> None:
    heard: list[tuple[str, int, int]] = []
    done = push(built.folder, REPO, say=lambda *words: heard.append(words))
    sent = [(part, whole) for stage, part, whole in heard if stage == "upload"]
    assert sent[0] == (0, done.size)
    assert sent[-1] == (done.size, done.size)


# ------------------------------------------------------------------------------------------------------ refused


def test_a_dry_run_lists_everything_and_asks_nobody(built: Built, there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "")
    plan = push(built.folder, REPO, dry_run=True)
    assert plan.outcome == "planned"
    assert plan.files == {name: len(data) for name, data in files(built.folder).items()}
    assert dict(plan.to_pandas().to_numpy().tolist()) == plan.files
    assert "planned" in plan._repr_html_()
    assert there.asked == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_folder_that_fails_verify_is_not_pushed(folder: Path, there: Hub, dry_run: bool) -> None:
    (folder / "LICENSE").write_text("public domain")
    with pytest.raises(Unsound, match="does not pass `twokeys verify --strict` \\(files"):
        push(folder, REPO, dry_run=dry_run)
    assert there.asked == []


def test_missing_answers_of_the_datasheet_are_not_pushed(toy: Toy, make: Build, there: Hub) -> None:
    built = make(toy, datasheet={})
    with pytest.raises(Unsound, match=r"\(datasheet\)") as error:
        push(built.folder, REPO)
    assert any("maintenance.contact" in problem for finding in error.value.verified for problem in finding.problems)
    assert there.asked == []


@pytest.mark.parametrize("name", ["toy", "me/", "/toy", "me/toy/x", "me/a b", "me/a--b", "me/a..b", "https://x/me/toy"])
def test_a_name_that_is_none_is_refused_before_anything_else(built: Built, name: str) -> None:
    assert "OWNER/NAME" in refused(built.folder, repository=name)


def test_no_token(built: Built, there: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    assert "there is no token" in (said := refused(built.folder))
    assert "hf auth login" in said
    assert there.asked == []


def test_a_wrong_token(built: Built, there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    said = refused(built.folder)
    assert "401" in said
    assert "hf_wrong" not in said
    assert REPO not in there.repos


def test_an_owner_for_whom_the_token_may_not_write(built: Built, there: Hub) -> None:
    assert "don't have the rights" in (said := refused(built.folder, repository="you/toy"))
    assert "403" in said


def test_a_public_repository_is_not_filled_by_mistake_and_a_private_one_not_taken_for_public(
    built: Built, fewer: Built, there: Hub
) -> None:
    push(built.folder, REPO, public=True)
    assert "Add --public" in refused(fewer.folder)
    there.repos[REPO].private = True
    assert "Leave out --public" in refused(fewer.folder, public=True)
    assert len(there.repos[REPO].commits) == 2


def test_a_tag_that_holds_another_folder_never_moves(built: Built, other: Built, there: Hub) -> None:
    tag = push(built.folder, REPO).tag
    assert version(other.manifest) == tag
    assert f"Name another tag with --tag, such as {tag}-2" in refused(other.folder)
    assert on(there) == files(built.folder)
    assert push(other.folder, REPO, tag=f"{tag}-2").outcome == "pushed"
    assert on(there, tag) == files(built.folder)
    assert on(there) == files(other.folder)


@pytest.mark.parametrize("path", ["data.csv", "README.md", "manifest.json"])
def test_a_repository_with_files_of_others_is_left_alone(built: Built, there: Hub, path: str) -> None:
    push(built.folder, "me/first")
    repo = there.repos[REPO] = there.repos.pop("me/first")
    repo.tags.clear()
    tree = {path: b"{}"} if path != "data.csv" else on(there) | {path: b"a,b\n"}
    repo.commit(tree, "mine")
    assert f"files that no push brought, such as {path}" in refused(built.folder)
    assert there.repos[REPO].at("main")[1] == tree


def test_the_repository_of_another_benchmark_is_left_alone(toy: Toy, make: Build, built: Built, there: Hub) -> None:
    push(built.folder, REPO)
    assert "the benchmark 'toy'" in refused(make(toy, name="another").folder, tag="x")
    assert on(there) == files(built.folder)


def test_a_commit_of_somebody_else_meanwhile_is_not_overwritten(built: Built, there: Hub) -> None:
    def meanwhile(asked: str) -> None:
        if "batch" in asked and len(there.repos[REPO].commits) == 1:
            there.repos[REPO].commit({"notes.txt": b"x"}, "mine")

    there.before = meanwhile
    assert "412" in (said := refused(built.folder))
    assert "Push again" in said
    assert list(on(there)) == ["notes.txt"]
    assert there.repos[REPO].tags == {}


def test_a_push_that_stopped_before_its_tag_goes_on_without_sending_again(built: Built, there: Hub) -> None:
    there.fail(r"POST .*/tag/", 500, "out of order")
    assert "out of order" in refused(built.folder)
    assert there.repos[REPO].tags == {}
    there.asked.clear()
    assert push(built.folder, REPO).outcome == "pushed"
    assert not [asked for asked in there.asked if asked.startswith("PUT")]
    assert on(there, version(built.manifest)) == files(built.folder)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (r"POST .*/preupload/", 403, "may not write there"),
        (r"POST .*/batch", 429, "Wait some minutes"),
        (r"POST .*/commit/", 400, "400"),
        (r"POST .*/tag/", 409, "name another tag"),
        (r"GET .*/refs", 404, "404"),
        (r"PUT /upload/", 403, "403"),
    ],
)
def test_what_the_hub_refuses_is_said_with_what_to_do(
    built: Built, there: Hub, path: str, status: int, words: str
) -> None:
    for _ in range(8):  # the client asks again where that may help
        there.fail(path, status, "because")
    said = refused(built.folder)
    assert words in said


def test_a_card_that_the_hub_does_not_take(built: Built, there: Hub) -> None:
    there.fail("POST /api/validate-yaml", 400, "because")
    assert "Invalid metadata in README.md" in refused(built.folder)
    assert len(there.repos[REPO].commits) == 1


def test_a_hub_that_does_not_answer(built: Built, there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "the hub does not answer" in refused(built.folder)


def test_a_hub_that_is_switched_off(built: Built, there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "Unset HF_HUB_OFFLINE" in refused(built.folder)


# --------------------------------------------------------------------------------------------------- the command


def test_the_command_pushes_and_says_where(built: Built, there: Hub) -> None:
    plan = CliRunner().invoke(app, ["push", str(built.folder), REPO, "--dry-run"])
    assert plan.exit_code == 0
    assert "balanced/test-00000-of-00001.parquet" in plan.stdout
    assert "nothing was pushed" in plan.stdout
    done = CliRunner().invoke(app, ["push", str(built.folder), REPO, "--json"])
    assert done.exit_code == 0
    found = Pushed(**json.loads(done.stdout))
    assert (found.outcome, found.tag) == ("pushed", version(built.manifest))
    assert on(there) == files(built.folder)
    assert CliRunner().invoke(app, ["push", str(built.folder), "you/toy"]).exit_code == 2


def test_the_command_shows_what_verify_found_and_ends_with_1(folder: Path) -> None:
    (folder / "LICENSE").unlink()
    found = CliRunner().invoke(app, ["push", str(folder), REPO])
    assert found.exit_code == 1
    assert "LICENSE is missing" in found.output
    assert "nothing was pushed" in found.output
