"""Keys and signatures of minisign: vectors of others, and damage to each."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minisign import Error, SecretKey, Signature

from twokeys.core.errors import BadInput
from twokeys.core.signing import day, key_id, misfit, new_key, public_key, read_signature, secret_key, signed

# The public key of minisign's own releases, and two signatures by it of the four bytes `test`.
KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
WHOLE = b"""untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
"""
HASHED = b"""untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==
"""


@pytest.mark.parametrize(("lines", "when"), [(WHOLE, "2019-04-20"), (HASHED, "2021-10-08")])
def test_signatures_of_minisign_hold_for_their_data_alone(lines: bytes, when: str) -> None:
    key, signature = public_key(KEY), Signature.from_bytes(lines)
    assert misfit(b"test", signature, key) == ""
    assert (key_id(key), key_id(signature), day(signature)) == ("E7620F1842B4E81F", "E7620F1842B4E81F", when)
    assert "was not made by key" in misfit(b"Test", signature, key)


@given(st.integers(0, len(HASHED) - 2), st.integers(0, 7))
def test_a_flipped_bit_of_a_signature_is_found_but_in_the_line_that_nobody_signs(at: int, bit: int) -> None:
    lines = bytearray(HASHED)
    lines[at] ^= 1 << bit
    line = HASHED[:at].count(b"\n")
    try:
        signature = Signature.from_bytes(bytes(lines))
    except Error:
        return
    assert (misfit(b"test", signature, public_key(KEY)) == "") == (line == 0)


@given(st.binary(max_size=300))
def test_garbage_is_no_key_and_no_signature(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "garbage"
    file.write_bytes(data)
    with pytest.raises((ValueError, Error), match=r"[a-z]"):
        read_signature(file)
    for read in (public_key, secret_key):
        with pytest.raises(BadInput):
            read(file)


@pytest.mark.parametrize("place", range(158))
def test_a_damaged_secret_key_signs_nothing_that_does_not_hold(tmp_path: Path, place: int) -> None:
    made = new_key(tmp_path / "a")
    lines = made.secret.read_bytes().splitlines()
    data = bytearray(base64.b64decode(lines[1]))
    data[place] ^= 1
    made.secret.write_bytes(b"\n".join([lines[0], base64.b64encode(data)]))
    try:
        signature = Signature.from_bytes(signed(b"data", secret_key(made.secret), "file:x"))
    except BadInput:
        return
    assert misfit(b"data", signature, public_key(made.public)) == "" or key_id(signature) != made.key_id


def test_a_half_made_pair_is_not_left(tmp_path: Path) -> None:
    (tmp_path / "a.pub").write_text("mine")
    with pytest.raises(BadInput, match="never written over"):
        new_key(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pub"]
    with pytest.raises(BadInput, match="cannot be written"):
        new_key(tmp_path / "none" / "a")


def test_a_passphrase_protects_what_is_in_the_file(tmp_path: Path) -> None:
    made = new_key(tmp_path / "a", passphrase="two keys")
    assert SecretKey.from_bytes(made.secret.read_bytes()).is_encrypted()
    assert key_id(secret_key(made.secret, "two keys").get_public_key()) == made.key_id
