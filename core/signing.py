"""Keys and signatures in the formats of minisign: Ed25519, which the programme `minisign` reads and makes, too."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twokeys.core.disk import sync, writing
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from minisign import PublicKey, SecretKey, Signature

MOST = 16 * 1024
"""Bytes of a key or a signature: two comments of minisign's own limits fit, and nothing much beside them."""
PUBLIC_TEXT = re.compile(r"RW[A-Za-z0-9+/]{54}")
"""A public key as text, as `minisign -P` takes it."""
_MAKE = "make a pair of keys with `twokeys sign --new-key NAME`"
_STAMP = re.compile(r"timestamp:(\d{1,10})(?!\d)")


@dataclass(frozen=True)
class NewKey:
    """A pair of keys in two files.

    Attributes:
        secret: File of the secret key.
        public: File of the public key.
        key_id: Its number, as minisign prints it.
        text: The public key as text, for a page that others read.
        protected: Whether a passphrase protects the secret key.
    """

    secret: Path
    public: Path
    key_id: str
    text: str
    protected: bool


def new_key(name: str | Path, *, passphrase: str = "") -> NewKey:
    """Make a pair of keys, in `NAME.key`, which only its owner may read, and `NAME.pub`.

    Args:
        name: Path of both files without their endings.
        passphrase: What protects the secret key; nothing if it is empty.

    Raises:
        BadInput: When one of the files is there, or the place cannot be written to.
    """
    from minisign import KeyPair

    secret, public = Path(f"{name}.key"), Path(f"{name}.pub")
    for path in (secret, public):
        if path.exists() or path.is_symlink():
            problem = "the file is there already, and a key is never written over"
            raise BadInput(path, None, problem, "", "name other files with --new-key")
    pair = KeyPair.generate()
    number = key_id(pair.public_key)
    pair.public_key.untrusted_comment = f"minisign public key {number}"
    text = pair.public_key.to_base64().decode()
    public_lines = bytes(pair.public_key)
    if passphrase:
        pair.secret_key.encrypt(passphrase)
    with writing(secret):
        _write(secret, bytes(pair.secret_key), 0o600)
        try:
            _write(public, public_lines, 0o644)
        except BaseException:
            secret.unlink()
            raise
    return NewKey(secret, public, number, text, bool(passphrase))


def secret_key(file: Path, passphrase: str = "") -> SecretKey:
    """Read a secret key, and open it.

    Raises:
        BadInput: When the file holds no secret key, or the passphrase does not open it.
    """
    from minisign import Error, SecretKey

    data = _read(file, "a secret key of minisign")
    try:
        key = SecretKey.from_bytes(data)
        closed = key.is_encrypted()
    except Error as error:
        problem = _which(data) or f"it is no secret key ({error})"
        raise BadInput(file, None, problem, "a secret key of minisign", f"name it with --key, or {_MAKE}") from None
    if closed and not passphrase:
        remedy = "type it at a terminal, or set the variable TWOKEYS_PASSPHRASE"
        raise BadInput(file, None, "a passphrase protects the key", "", remedy)
    try:
        key.decrypt(passphrase)
    except (Error, MemoryError, ValueError) as error:
        remedy = "type the passphrase that the key was made with"
        raise BadInput(file, None, f"the passphrase does not open the key ({error})", "", remedy) from None
    return key


def is_closed(file: Path) -> bool:
    """Whether a passphrase protects a secret key; False for what is no secret key."""
    from minisign import Error, SecretKey

    try:
        return bool(SecretKey.from_bytes(_read(file, "a secret key of minisign")).is_encrypted())
    except (Error, BadInput):
        return False


def public_key(given: str | Path) -> PublicKey:
    """Read a public key.

    Args:
        given: Its file, or its 56 characters.

    Raises:
        BadInput: When it is none.
    """
    from minisign import Error, PublicKey

    allowed = "a public key of minisign: a file, or its 56 characters"
    whole = PUBLIC_TEXT.fullmatch(str(given))
    data = str(given).encode() if whole else _read(Path(given), allowed)
    try:
        return PublicKey.from_base64(data) if whole else PublicKey.from_bytes(data)
    except Error as error:
        problem = _which(data) or f"it is no public key ({error})"
        remedy = "name the public key of whoever signed with --key"
        raise BadInput(given, None, problem, allowed, remedy) from None


def key_id(key: PublicKey | Signature) -> str:
    """Return the number of a key, or of the key that a signature names, as minisign prints it."""
    line = key.to_base64() if hasattr(key, "to_base64") else bytes(key).splitlines()[1]
    return base64.b64decode(line)[2:10][::-1].hex().upper()


def signed(data: bytes, key: SecretKey, comment: str) -> bytes:
    """Sign data, and check the signature.

    Args:
        data: What is signed.
        key: The secret key, opened.
        comment: A line that is signed, too; it gets the time.

    Returns:
        The content of a signature file.

    Raises:
        BadInput: When the key is damaged, so that its public part does not confirm what its secret part signs.
    """
    public = key.get_public_key()
    stamp = int(datetime.now(UTC).timestamp())
    signature = key.sign(
        data,
        untrusted_comment=f"signature from minisign secret key {key_id(public)}",
        trusted_comment=f"timestamp:{stamp}\t{comment}\thashed",
    )
    if misfit(data, signature, public):
        problem = "the secret key is damaged: its two parts do not belong together"
        raise BadInput("--key", None, problem, "", f"name a copy of it that is whole, or {_MAKE}")
    return bytes(signature) + b"\n"


def read_signature(file: Path) -> Signature:
    """Read a signature from a file that anybody may have written.

    Raises:
        ValueError: When it is none.
    """
    from minisign import Signature

    if file.is_symlink() or not file.is_file():
        raise ValueError("it is no file")
    with file.open("rb") as stream:
        data = stream.read(MOST + 1)
    if len(data) > MOST:
        raise ValueError(f"it is longer than {MOST:,} bytes")
    return Signature.from_bytes(data)


def misfit(data: bytes, signature: Signature, key: PublicKey) -> str:
    """Return why a signature does not show that a key signed data; empty if it does."""
    from minisign import VerifyError

    if key_id(signature) != key_id(key):
        return f"key {key_id(signature)} signed it, and not key {key_id(key)}"
    try:
        key.verify(data, signature)
    except VerifyError:
        return f"it was not made by key {key_id(key)} for this file, or its comment was changed"
    return ""


def day(signature: Signature) -> str:
    """Return the day that the signed comment of a signature states, as `2026-11-30`; empty if it states none."""
    found = _STAMP.match(signature.trusted_comment)
    return datetime.fromtimestamp(int(found[1]), UTC).date().isoformat() if found else ""


def _read(file: Path, allowed: str) -> bytes:
    """Read a small file that the user named; it may be a pipe."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST + 1)
    except OSError as error:
        problem = f"it cannot be read ({error.strerror or error})"
        raise BadInput(file, None, problem, allowed, f"name another file with --key, or {_MAKE}") from None
    if len(data) > MOST:
        raise BadInput(file, None, f"it is longer than {MOST:,} bytes", allowed, "name another file with --key")
    return data


def _which(data: bytes) -> str:
    """Say what a file is, if it is of another kind than was asked for; empty if it is of none."""
    from minisign import Error, PublicKey, SecretKey, Signature

    kinds = {"a public key": PublicKey, "a secret key": SecretKey, "a signature": Signature}
    for name, kind in kinds.items():
        try:
            kind.from_bytes(data)
        except Error:
            continue
        return f"it is {name}"
    return ""


def _write(path: Path, lines: bytes, mode: int) -> None:
    """Write a new file that only these may read from its first byte on."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(number, "wb") as file:
        file.write(lines + b"\n")
    sync(path)
