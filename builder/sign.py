"""`twokeys sign`: a signature of a published folder, so that a reader knows from whom it is.

The manifest is signed, and the hash of every other file stands in it. The signature lies beside it, as minisign names
and writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twokeys.builder.checks.finding import Unsound, Verified
from twokeys.builder.checks.signature import CHECK
from twokeys.builder.verify import verify
from twokeys.core.disk import sync, writing
from twokeys.core.errors import BadInput
from twokeys.core.lock import alone_in
from twokeys.core.progress import Say, silent
from twokeys.core.signing import key_id, read_signature, secret_key, signed
from twokeys.data_cards.citation import version
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import SIGNATURE
from twokeys.data_cards.published import PublishedFolder


@dataclass(frozen=True)
class Signed:
    """A folder that was signed.

    Attributes:
        folder: The folder.
        file: The signature.
        key_id: Number of the key that signed, as minisign prints it.
        replaced: Number of the key of an earlier signature, which is replaced; empty if there was none.
    """

    folder: Path
    file: Path
    key_id: str
    replaced: str


def sign(folder: str | Path, *, key: str | Path, passphrase: str = "", say: Say = silent) -> Signed:
    """Sign a published folder, once it passes `twokeys verify`.

    Args:
        folder: The folder.
        key: File of the secret key, made by `twokeys.new_key` or by minisign.
        passphrase: What opens the key, if a passphrase protects it.
        say: Told of each check before it runs.

    Returns:
        Where the signature is and which key made it.

    Raises:
        Unsound: When a claim of the folder differs from a recount.
        BadInput: When the key cannot be used, or the folder is written meanwhile.
    """
    path = Path(folder)
    secret = secret_key(Path(key), passphrase)
    place, manifest = path / SIGNATURE, path / MANIFEST
    published = PublishedFolder(path).manifest
    problem, remedy = "another process is writing the folder", "sign it once nothing writes there"
    with alone_in(path, BadInput(path, None, problem, "", remedy)):
        data, earlier = manifest.read_bytes(), _earlier(place)
        found = Verified(path, [one for one in verify(path, say=say) if one.check != CHECK])
        if not found.ok:
            raise Unsound(found, "twokeys verify", "signed")
        if manifest.read_bytes() != data or data.decode() != published.text():
            raise BadInput(manifest, None, "it was written while it was recounted", "", remedy)
        made = signed(data, secret, f"file:{MANIFEST}\tname:{published.name}\tversion:{version(published)}")
        with writing(place):
            place.unlink(missing_ok=True)
            place.write_bytes(made)
            sync(place)
            sync(path)
    return Signed(path, place, key_id(secret.get_public_key()), earlier)


def _earlier(place: Path) -> str:
    """Return the number of the key that an earlier signature names; empty if there is none, or it cannot be read."""
    try:
        return key_id(read_signature(place))
    except (OSError, ValueError):
        return ""
