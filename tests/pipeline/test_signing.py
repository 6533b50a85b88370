"""`twokeys sign` and `verify --key`: a signature shows who made a folder, and any other one is found."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from datasets import load_dataset
from typer.testing import CliRunner

from tests.hub import Hub
from tests.pipeline.adversary import Adversary
from tests.pipeline.conftest import Build
from tests.pipeline.test_pushing import on, there  # noqa: F401 - a fixture
from tests.pipeline.toy import Toy
from twokeys.builder.build import Built
from twokeys.builder.checks.files import files
from twokeys.builder.checks.finding import Finding, Unsound
from twokeys.builder.checks.signature import signature
from twokeys.builder.push import push
from twokeys.builder.sign import sign
from twokeys.builder.verify import verify
from twokeys.commands.app import app
from twokeys.core.errors import BadInput
from twokeys.core.lock import alone_in
from twokeys.core.signing import NewKey, new_key, public_key
from twokeys.data_cards.manifest import SIGNATURE
from twokeys.data_cards.published import PublishedFolder

pytestmark = pytest.mark.usefixtures("other_checks")
PROGRAMME = shutil.which("minisign")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> NewKey:
    return new_key(tmp_path_factory.mktemp("keys") / "ours")


@pytest.fixture(scope="module")
def signed(built: Built, keys: NewKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed folder, not to be changed."""
    folder = Path(shutil.copytree(built.folder, tmp_path_factory.mktemp("signed") / "toy"))
    sign(folder, key=keys.secret)
    return folder


@pytest.fixture
def copy(signed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(signed, tmp_path / "copy"))


def found(folder: Path, key: str | Path | None) -> Finding:
    """The finding of `verify` about the signature, without the other checks."""
    return signature(folder, None if key is None else public_key(key))


# --------------------------------------------------------------------------------------------------- what holds


def test_a_signed_folder_passes_with_its_key_as_a_file_and_as_text(signed: Path, keys: NewKey) -> None:
    for key in (keys.public, keys.text):
        verified = verify(signed, key=key)
        assert verified.ok
        one = next(one for one in verified if one.check == "signature")
        assert one.outcome == "ok"
        assert one.counted.startswith(f"manifest.json, signed by key {keys.key_id} on 20")


def test_without_a_key_the_signature_is_named_and_not_checked(signed: Path, built: Built, keys: NewKey) -> None:
    assert verify(signed).ok
    one = found(signed, None)
    assert (one.outcome, one.not_made.partition(";")[0]) == ("not made", f"it names key {keys.key_id}")
    assert found(built.folder, None).outcome == "absent"


def test_a_signed_folder_loads_as_before(signed: Path, built: Built) -> None:
    rows = load_dataset(str(signed), split="test")
    assert rows["id"][:] == load_dataset(str(built.folder), split="test")["id"][:]


@pytest.mark.skipif(PROGRAMME is None, reason="minisign is not installed")
def test_the_programme_minisign_checks_it_too(signed: Path, keys: NewKey) -> None:
    command = [str(PROGRAMME), "-Vm", signed / "manifest.json", "-p", keys.public]
    assert "Trusted comment: timestamp:" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_push_sends_it_and_replaces_it_under_another_tag(
    copy: Path,
    keys: NewKey,
    there: Hub,  # noqa: F811
) -> None:
    done = push(copy, "me/toy")
    assert on(there)[SIGNATURE] == (copy / SIGNATURE).read_bytes()
    assert push(copy, "me/toy").outcome == "there"
    sign(copy, key=new_key(copy.parent / "new").secret)
    with pytest.raises(BadInput, match="another signature"):
        push(copy, "me/toy")
    push(copy, "me/toy", tag="other")
    assert on(there)[SIGNATURE] == (copy / SIGNATURE).read_bytes() != on(there, done.tag)[SIGNATURE]


# ------------------------------------------------------------------------------------- what a builder does with it


def test_an_old_signature_does_not_stay_beside_new_rows(toy: Toy, make: Build, keys: NewKey) -> None:
    folder = make(toy).folder
    sign(folder, key=keys.secret)
    before = (folder / SIGNATURE).read_bytes()
    make(toy)  # the same build: nothing is written
    assert (folder / SIGNATURE).read_bytes() == before
    with pytest.warns(RuntimeWarning, match="the earlier folder was signed, and the new one is not"):
        make(toy, corpora=[toy.corpus(splits=["train"])])
    assert not (folder / SIGNATURE).exists()
    assert verify(folder).ok
    (folder / SIGNATURE).write_bytes(before)
    assert "was not made by key" in found(folder, keys.public).problems[0]
    assert not [path for path in folder.parent.iterdir() if path.name.endswith((".old", ".new", "-lock"))]


def test_a_folder_that_is_written_or_does_not_pass_is_not_signed(copy: Path, keys: NewKey) -> None:
    before = (copy / SIGNATURE).read_bytes()
    with alone_in(copy), pytest.raises(BadInput, match="another process is writing the folder"):
        sign(copy, key=keys.secret)
    (copy / "LICENSE").write_text("mine")
    with pytest.raises(Unsound, match=r"\(files.*nothing was signed"):
        sign(copy, key=keys.secret)
    assert (copy / SIGNATURE).read_bytes() == before


# -------------------------------------------------------------------------------------------------- what is found


def text(folder: Path, old: bytes, new: bytes) -> None:
    said = (folder / SIGNATURE).read_bytes()
    assert old in said
    (folder / SIGNATURE).write_bytes(said.replace(old, new))


def forged(folder: Path) -> None:
    """The manifest with another title, whole in itself."""
    adversary = Adversary(folder)
    adversary.manifest["title"] = "Another title"
    adversary.hide()


def swapped(folder: Path) -> None:
    """The signature's own bytes in the place of those of the comment."""
    lines = (folder / SIGNATURE).read_bytes().splitlines()
    (folder / SIGNATURE).write_bytes(b"\n".join([lines[0], lines[1], lines[2], lines[1]]))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda folder: text(folder, b"timestamp:", b"timestamp:1"), "was not made by key"),
        (forged, "was not made by key"),
        (lambda folder: text(folder, b"trusted comment", b"comment"), "no signature of minisign"),
        (swapped, "no signature of minisign"),
        (lambda folder: (folder / SIGNATURE).unlink(), "the folder is not signed"),
        (lambda folder: (folder / SIGNATURE).write_bytes(b""), "no signature of minisign"),
        (lambda folder: (folder / SIGNATURE).write_bytes(bytes(range(256)) * 8), "no signature of minisign"),
        (lambda folder: (folder / SIGNATURE).write_bytes(b"a" * 10**6), "longer than 16,384 bytes"),
        (lambda folder: (folder / SIGNATURE).write_bytes((folder / SIGNATURE).read_bytes()[:150]), "no signature of"),
        (lambda folder: ((folder / SIGNATURE).unlink(), (folder / SIGNATURE).mkdir()), "it is no file"),
        (lambda folder: ((folder / SIGNATURE).unlink(), os.mkfifo(folder / SIGNATURE)), "it is no file"),
    ],
)  # fmt: skip
def test_an_altered_signature_or_manifest_is_found(copy: Path, keys: NewKey, change: object, problem: str) -> None:
    change(copy)  # type: ignore[operator]
    assert problem in found(copy, keys.public).problems[0]


def test_verify_fails_for_a_signature_that_does_not_fit(copy: Path, keys: NewKey) -> None:
    text(copy, b"timestamp:", b"timestamp:1")
    assert [one.check for one in verify(copy, key=keys.public) if one.failed] == ["signature"]


def test_a_signature_of_another_folder_and_of_another_key_is_found(copy: Path, keys: NewKey) -> None:
    other = new_key(copy.parent / "other")
    assert found(copy, other.public).problems == [
        f"{SIGNATURE} does not sign manifest.json: key {keys.key_id} signed it, and not key {other.key_id}"
    ]
    forged(copy)
    Path(copy / SIGNATURE).unlink()
    assert found(copy, keys.public).problems == [f"the folder is not signed: there is no {SIGNATURE}"]


def test_an_altered_file_is_found_though_the_manifest_is_signed(copy: Path, keys: NewKey) -> None:
    (copy / "LICENSE").write_text("mine")
    assert {one.check for one in verify(copy, key=keys.public) if one.failed} >= {"files"}
    assert found(copy, keys.public).ok


@pytest.mark.parametrize("name", [f"{SIGNATURE}.txt", f"balanced/{SIGNATURE}", "LICENSE.minisig", f".{SIGNATURE}"])
def test_no_other_file_passes_for_a_signature(copy: Path, name: str) -> None:
    shutil.copy(copy / SIGNATURE, copy / name)
    assert files(copy, PublishedFolder(copy).manifest)


def test_a_signature_that_is_a_link_is_found_and_not_written_through(copy: Path, keys: NewKey, tmp_path: Path) -> None:
    (copy / SIGNATURE).rename(tmp_path / "mine")
    (copy / SIGNATURE).symlink_to(tmp_path / "mine")
    before = (tmp_path / "mine").read_bytes()
    assert not verify(copy).ok
    with pytest.raises(Unsound):
        sign(copy, key=keys.secret)
    assert (tmp_path / "mine").read_bytes() == before


# --------------------------------------------------------------------------------------------------- the command


def command(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, " ".join(done.output.split())


def test_the_command_makes_keys_signs_and_verifies(folder: Path, tmp_path: Path) -> None:
    name = tmp_path / "mine"
    assert command("sign", "--new-key", name)[0] == 0
    assert stat.S_IMODE((tmp_path / "mine.key").stat().st_mode) == 0o600
    before = (tmp_path / "mine.key").read_bytes()
    status, said = command("sign", "--new-key", name)
    assert (status, "never written over" in said) == (2, True)
    assert (tmp_path / "mine.key").read_bytes() == before
    assert command("sign", folder, "--key", f"{name}.key")[0] == 0
    assert command("verify", folder, "--key", f"{name}.pub")[0] == 0
    status, said = command("sign", folder, "--key", f"{name}.key")
    assert (status, "in place of a signature by key" in said) == (0, True)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("verify", "{folder}", "--key", "{keys}/ours.key"), 2, "it is a secret key"),
        (("verify", "{folder}", "--key", "{folder}/manifest.json.minisig"), 2, "it is a signature"),
        (("verify", "{folder}", "--key", "{folder}/LICENSE"), 2, "it is no public key"),
        (("verify", "{folder}", "--key", "nothing.pub"), 2, "it cannot be read"),
        (("verify", "{folder}", "--key", "RWQ" + "A" * 53), 1, "signed it, and not key"),
        (("sign", "{folder}", "--key", "{keys}/ours.pub"), 2, "it is a public key"),
        (("sign", "{folder}"), 2, "there is no key to sign with"),
        (("sign", "--key", "{keys}/ours.key"), 2, "there is no folder to sign"),
        (("sign", "{folder}", "--new-key", "x"), 2, "--new-key makes keys"),
        (("sign", "{keys}", "--key", "{keys}/ours.key"), 2, "there is no manifest.json"),
    ],
)  # fmt: skip
def test_what_is_no_key_is_a_sentence(
    signed: Path, keys: NewKey, words: tuple[str, ...], status: int, said: str
) -> None:
    ended, told = command(*(word.format(folder=signed, keys=keys.secret.parent) for word in words))
    assert (ended, said in told) == (status, True), told
    assert "Traceback" not in told


def test_a_passphrase_opens_the_key(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWOKEYS_PASSPHRASE", "two keys")
    assert "a passphrase protects it" in command("sign", "--new-key", tmp_path / "mine")[1]
    assert command("sign", folder, "--key", tmp_path / "mine.key")[0] == 0
    assert verify(folder, key=tmp_path / "mine.pub").ok
    monkeypatch.setenv("TWOKEYS_PASSPHRASE", "three keys")
    status, said = command("sign", folder, "--key", tmp_path / "mine.key")
    assert (status, "the passphrase does not open the key" in said) == (2, True)
    monkeypatch.delenv("TWOKEYS_PASSPHRASE")
    status, said = command("sign", folder, "--key", tmp_path / "mine.key")
    assert (status, "a passphrase protects the key" in said) == (2, True)
