"""Data URIs: the bytes of an image as text, for pages, tables and models behind an address."""

from __future__ import annotations

import base64


def data_uri(data: bytes, kind: str) -> str:
    """Bytes as an address that needs no file.

    Args:
        data: The bytes of a file.
        kind: Its media type, such as `image/png`.

    Example:
        >>> data_uri(b"GIF89a", "image/gif")
        'data:image/gif;base64,R0lGODlh'
    """
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def content(uri: str) -> tuple[bytes, str]:
    """Return the bytes and the media type of a data URI, as `data_uri` takes them.

    Raises:
        ValueError: If the text is no such URI.

    Example:
        >>> content("data:image/gif;base64,R0lGODlh")
        (b'GIF89a', 'image/gif')
    """
    head, mark, body = uri.partition(";base64,")
    if not mark or not head.startswith("data:"):
        raise ValueError("text that is no data URI in base64")
    return base64.b64decode(body, validate=True), head.removeprefix("data:")
