"""Cells that hold an image itself, not its name: bytes, base64, data URIs, objects with `bytes`, and these as text."""

from __future__ import annotations

import ast
import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from twokeys.core.errors import BadInput, short

LONGEST_NAME = 1024
"""Characters of a path that a row may state; a longer text can only be an image."""
_SHORTEST = 40
"""Characters of base64 below which no text is taken for an image."""
_ALPHABET = re.compile(r"[A-Za-z0-9+/_=\s-]*")
_HEADS = ("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "Qk", "SUkq", "TU0A", "UD")
"""How base64 of JPEG, PNG, GIF, WebP, BMP, TIFF (both orders of bytes) and PPM begins."""
_PYTHON = re.compile(r"\s*(?:b['\"]|\{\s*['\"](?:bytes|path)['\"]\s*:)")
"""How Python prints bytes, or an image of a dataset, as pandas writes them into CSV."""
_ADDRESS = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):/")
_FETCH = (
    "fetch the images first: write the addresses into a file, run `wget --input-file FILE --directory-prefix FOLDER`, "
    "name FOLDER as `image_folder`, and write the bare names into the table"
)
_MEMBER = "write ARCHIVE.zip/NAME for a member of an archive inside the corpus's folder"
REMEDY = "write the image's bytes in base64, as a data URI, or as a path"


def holds_image(cell: Any) -> bool:
    """Whether a cell holds an image itself, not its name.

    A text is an image if it says so (a data URI, Python's bytes), if it is base64 that begins as an image does, or if
    it is too long for a path. A name has a point or is short; base64 has none and is long.

    Example:
        >>> holds_image("data:image/png;base64,iVBORw0KGgo="), holds_image("photos/1.png"), holds_image(b"GIF89a")
        (True, False, True)
    """
    if isinstance(cell, bytes):
        return True
    if isinstance(cell, dict):
        return cell.get("bytes") is not None
    if not isinstance(cell, str):
        return False
    head = cell[:LONGEST_NAME]
    if re.match(r"\s*data:", head, re.IGNORECASE) or (_PYTHON.match(head) and _stated(cell) is not None):
        return True
    if not _ALPHABET.fullmatch(head):
        return False
    plain = "".join(head.split()).translate(_COMMON)
    return len(cell) > LONGEST_NAME or (len(plain) >= _SHORTEST and plain.startswith(_HEADS))


_COMMON = str.maketrans("-_", "+/")
"""Base64 for addresses to that for files."""


def name_of(cell: Any) -> Any:
    """The name of a file in a cell that holds no image: the cell, or the field `path` of an object."""
    if isinstance(cell, str) and _PYTHON.match(cell[:LONGEST_NAME]) and len(cell) <= 4 * LONGEST_NAME:
        cell = _literal(cell)
    return cell.get("path") if isinstance(cell, dict) and "path" in cell else cell


def refuse_address(name: str, file: object, row: object) -> None:
    """Refuse a name that is an address: rows come from outside, and no host is asked for what they name.

    Raises:
        BadInput: When it is one; says how to fetch images first.
    """
    if address := _ADDRESS.match(name):
        problem = f"the image is the address {short(name)}, and nothing is fetched while a corpus is read"
        remedy = _MEMBER if address[1].lower() in ("zip", "tar") else _FETCH
        raise BadInput(file, row, problem, "a path inside the image folder", remedy)


def image_bytes(cell: Any, file: object, row: object) -> bytes:
    """The bytes of the image that a cell holds.

    Args:
        cell: What `holds_image` takes for an image.
        file: The file, for messages.
        row: The row, for messages.

    Raises:
        BadInput: When the text is not what it seems to be.
    """
    stated = _stated(cell)
    if isinstance(stated, bytes):
        return stated
    if isinstance(stated, str):
        try:
            return _of_uri(stated) if stated.lstrip()[:5].lower() == "data:" else _of_base64(stated)
        except ValueError as error:
            problem = f"the image is {short(stated)}, which is no whole base64 ({error})"
            raise BadInput(file, row, problem, "all characters of an image in base64", REMEDY) from None
    raise BadInput(file, row, f"the image is {short(cell)}", "an image, or the name of its file", REMEDY)


def _stated(cell: Any) -> bytes | str | None:
    """The bytes or the text that a cell holds, out of an object or out of what Python printed."""
    if isinstance(cell, str) and _PYTHON.match(cell[:LONGEST_NAME]):
        cell = _literal(cell)
    inner = cell.get("bytes") if isinstance(cell, dict) else cell
    return inner if isinstance(inner, bytes | str) else None


def _literal(text: str) -> Any:
    """What Python printed; None if it is no literal. Nothing in it is run."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _of_base64(text: str) -> bytes:
    plain = "".join(text.split()).translate(_COMMON).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _of_uri(text: str) -> bytes:
    head, mark, body = text.strip().partition(",")
    if not mark:
        raise ValueError("the data URI has no comma")
    return _of_base64(body) if head.lower().endswith(";base64") else unquote_to_bytes(body)
